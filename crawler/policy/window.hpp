#pragma once

#include "crawler/policy/due.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace stillwatch::crawler {

// What a site may still be asked for today. Days are those of UTC; a pass that began yesterday counts today's
// visits as well, since its clock stands at its beginning.
struct SiteDay {
    std::int64_t max_pages = 0;
    std::int64_t max_bytes = 0;
    std::int64_t day = 0; // of the counts below, since 1970
    std::int64_t pages = 0;
    std::int64_t bytes = 0;

    std::int64_t pages_left(std::int64_t today) const noexcept
    {
        return max_pages - (day >= today ? pages : 0);
    }
    std::int64_t bytes_left(std::int64_t today) const noexcept
    {
        return max_bytes - (day >= today ? bytes : 0);
    }
    // After visits of that day; those of another are counted no longer.
    void add(std::int64_t that_day, std::int64_t more_pages, std::int64_t more_bytes) noexcept;
};

// Plans one window of `limit` visits of a host whose site may have `pages_left` more pages today:
//
//     plan.took_samples(find up to plan.most_samples());
//     for each round, for each kind: plan.took(kind, most, find up to most = plan.most(kind, round));
//
// In round 0 each kind has its share while others wait too; what they leave over is taken in round 1, in
// order. No kind holds up another for the weeks that a large site takes: an endless one still leaves revisits
// their part, and revisits leave a tenth and more to pages never seen. Videos have a sixteenth, and more only
// where nothing else waits: they hold up no picture, and no picture holds up all of them.
class WindowPlan {
public:
    static constexpr int rounds = 2;

    WindowPlan(std::size_t limit, std::int64_t pages_left) noexcept : limit_(limit), pages_left_(pages_left)
    {
    }

    // Of families that bring nothing (crawler/policy/family.hpp).
    std::size_t most_samples() const noexcept;
    void took_samples(std::size_t found) noexcept;
    // How many addresses of this kind to look for now; 0: none.
    std::size_t most(Due due, int round) const noexcept;
    // So many were found of the `most` that were looked for.
    void took(Due due, std::size_t most, std::size_t found) noexcept;

private:
    std::size_t left() const noexcept { return limit_ - taken_; }
    bool has_more(Due due) const noexcept { return has_more_[static_cast<std::size_t>(due)]; }

    std::size_t limit_;
    std::int64_t pages_left_;
    std::size_t taken_ = 0;
    std::array<bool, due_kinds> has_more_{};
};

} // namespace stillwatch::crawler
