#pragma once

#include <string>

namespace stillwatch::daemon {

// How the last attempt over a channel went.
struct ChannelFacts {
    std::string name;
    std::string failure;    // why nobody was told; empty: somebody was
    std::string unsealed{}; // whose message should have been sealed and was not, and why; empty: nobody's
    std::string left_out{}; // which recipients were not told while others were, and why; empty: none
};

} // namespace stillwatch::daemon
