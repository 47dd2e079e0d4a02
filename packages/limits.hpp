#pragma once

#include <cstddef>

namespace stillwatch::packages {

// Bounds of one package. Past any of these the rest is left out.
struct PackageLimits {
    // A few at a time, so that what a worker tells is bounded (sandbox/messages.hpp).
    static constexpr std::size_t pictures_at_once = 64;
    static constexpr std::size_t bytes_at_once = 15U << 20U;

    std::size_t max_entries = 4'096;
    std::size_t max_pictures = 1'000;             // all that are looked at, those passed over included
    std::size_t max_bytes = 24U << 20U;           // of the pictures that are given
    std::size_t max_unpacked_bytes = 256U << 20U; // of everything that is unpacked on the way
    int max_depth = 2;                            // packages in packages
    // In turns: those before `first_picture` are passed over, and where there is no room for one the rest is
    // left for the next turn.
    bool in_turns = false;
    std::size_t first_picture = 0;
};

} // namespace stillwatch::packages
