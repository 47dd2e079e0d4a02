#pragma once

#include <cstddef>

namespace stillwatch::packages {

// Bounds of one package. Past any of these the rest is left out.
struct PackageLimits {
    std::size_t max_entries = 4'096;
    std::size_t max_pictures = 200;
    std::size_t max_bytes = 24U << 20U;           // of the pictures together
    std::size_t max_unpacked_bytes = 256U << 20U; // of everything that is unpacked on the way
    int max_depth = 2;                            // packages in packages
};

} // namespace stillwatch::packages
