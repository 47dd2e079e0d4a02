#pragma once

#include "core/links.hpp"

#include <cstdint>

namespace stillwatch::crawler {

// Whether something stood in the way at the last visits of a site that tell. Small enough for a column:
// `bits` has one for each of them, the newest lowest, 1 for a wall; before the oldest stands a 1.
struct WallHistory {
    static constexpr int most_visits = 16;

    std::uint64_t bits = 1;
    Wall last = Wall::none; // the last that was one

    // After a visit. Challenges are told apart, and do not count here.
    void add(Wall wall) noexcept;
    // What stood in the way may be open now; which was the last is still known.
    void forget() noexcept { bits = 1; }
    int visits() const noexcept;
    int walls() const noexcept;
};

} // namespace stillwatch::crawler
