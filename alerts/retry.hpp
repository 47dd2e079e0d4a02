#pragma once

#include "alerts/notifier.hpp"

#include <cstdint>
#include <optional>

namespace stillwatch::alerts {

// Attempts made for one alert before it is given up: 10 within about 75 hours (Standard Webhooks 1.0.0,
// "Retry schedule").
constexpr int max_attempts = 10;

// When to try again after `attempts` attempts, of which the last, at `now`, ended as `last`; nothing when the
// alert is dead: refused, or the schedule is at its end. Pauses are 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h,
// 20 h, 24 h, at least what the receiver asked for, and up to a tenth longer by `jitter_seed`, so that alerts
// of one outage do not come back all at once.
std::optional<Timestamp> next_attempt(int attempts, Timestamp now, const Delivery& last,
                                      std::uint64_t jitter_seed);

} // namespace stillwatch::alerts
