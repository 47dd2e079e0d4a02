#pragma once

#include <cstdint>
#include <string>

namespace stillwatch::store {

// A host that no site lists, so that nothing is asked there, and what a site would have there.
struct OutsideHost {
    std::string host;           // HOST or HOST:PORT, as the watch list would name it
    std::int64_t pictures = 0;  // how often pages that were read name one there
    std::int64_t redirects = 0; // visits that were sent there

    friend bool operator==(const OutsideHost&, const OutsideHost&) = default;
};

} // namespace stillwatch::store
