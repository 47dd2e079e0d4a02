#pragma once

#include "core/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace stillwatch::pipeline {

// Who goes first: short videos, of which many are looked at in the time of a long one, and those on pages
// where something was found already.
enum class LookTurn : std::uint8_t { first, later };

// How long videos may be looked at on one day (UTC), reading and comparing together. Kept in memory: a
// restart begins the day anew. Half of it belongs to the sites that have videos in equal parts, so that one
// that names short clips without end takes nobody else's; the other half to whoever comes first.
class LookBudget {
public:
    // Half of the day is kept for those that go first: nobody knows what else comes that day. Whoever asks is
    // one of the sites that have videos, that day and the next.
    bool is_left(Timestamp now, std::chrono::seconds a_day, LookTurn turn, const std::string& site)
    {
        begin_day(now);
        const auto own = spent_.try_emplace(site).first->second;
        const Duration allowed = turn == LookTurn::first ? Duration(a_day) : Duration(a_day) / 2;
        const auto sites = static_cast<Duration::rep>(std::max(spent_.size(), sites_before_));
        const auto share = allowed / (2 * sites);
        if (own < share) return true;
        Duration beyond{};
        for (const auto& [name, time] : spent_)
            beyond += std::max(time - share, Duration(0));
        return beyond < allowed / 2;
    }
    void spend(Timestamp now, std::chrono::steady_clock::duration time, const std::string& site)
    {
        begin_day(now);
        spent_[site] += time;
    }

private:
    using Duration = std::chrono::steady_clock::duration;

    void begin_day(Timestamp now)
    {
        const auto day = std::chrono::floor<std::chrono::days>(now);
        if (day == day_) return;
        sites_before_ = std::max<std::size_t>(spent_.size(), 1);
        spent_.clear();
        day_ = day;
    }

    std::chrono::sys_days day_{};
    std::map<std::string, Duration> spent_; // of the day, by site
    std::size_t sites_before_ = 1;          // that had videos the day before
};

} // namespace stillwatch::pipeline
