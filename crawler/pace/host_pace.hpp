#pragma once

#include "crawler/pace/timekeeper.hpp"

#include <string>

namespace stillwatch::crawler {

// How a host is doing.
struct HostStanding {
    Moment earliest_start{}; // of the next request
    int errors_in_a_row = 0;
};

// What the scheduler asks before it starts a visit: a visit that could only wait is not started.
class HostPace {
public:
    virtual ~HostPace() = default;
    virtual HostStanding standing(const std::string& origin) const = 0;
};

} // namespace stillwatch::crawler
