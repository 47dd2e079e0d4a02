#pragma once

#include "store/still_up_check.hpp"

#include <chrono>

// Whether what was found is still up, by what a check saw. Pure (docs/decisions/0025-still-up.md).
namespace stillwatch::followup {

using store::Sight;
using store::StillUp;

// What a check saw of one place: the page, the picture's address, and other sizes of it on that page.
struct Seen {
    Sight page = Sight::unseen;
    Sight picture = Sight::unseen;
    bool has_page = true; // false: the picture's address stood in the watch list itself
    bool has_other_size_up = false;
};

// Up while any address serves it, whatever became of the page; gone only where every address said so.
StillUp judge(const Seen& seen) noexcept;
bool is_up(StillUp verdict) noexcept;

// Two checks this far apart, and nothing seen up between them, make it down. A site that serves something
// else in its place may serve it to us alone: that takes one check more and a day.
inline constexpr std::chrono::hours between_two_that_agree{6};
inline constexpr int checks_where_replaced = 3;
inline constexpr std::chrono::hours time_where_replaced{24};

// The run after one more check at `at`.
store::GoneRun after(store::GoneRun run, StillUp verdict, Timestamp at) noexcept;
bool is_down(const store::GoneRun& run, Timestamp at) noexcept;

} // namespace stillwatch::followup
