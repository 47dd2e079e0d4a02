#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <cstdint>

namespace stillwatch::pipeline {

// Who goes first: short videos, of which many are looked at in the time of a long one, and those on pages
// where something was found already.
enum class LookTurn : std::uint8_t { first, later };

// How long videos may be looked at on one day (UTC), reading and comparing together. Kept in memory: a
// restart begins the day anew.
class LookBudget {
public:
    // Half of the day is kept for those that go first: nobody knows what else comes that day.
    bool is_left(Timestamp now, std::chrono::seconds a_day, LookTurn turn) const noexcept
    {
        const auto allowed =
            turn == LookTurn::first ? std::chrono::milliseconds(a_day) : std::chrono::milliseconds(a_day) / 2;
        return allowed.count() > 0 && (day_of(now) != day_ || spent_ < allowed);
    }
    void spend(Timestamp now, std::chrono::steady_clock::duration time) noexcept
    {
        if (day_of(now) != day_) spent_ = {};
        day_ = day_of(now);
        spent_ += time;
    }

private:
    static std::chrono::sys_days day_of(Timestamp now) noexcept
    {
        return std::chrono::floor<std::chrono::days>(now);
    }

    std::chrono::sys_days day_{};
    std::chrono::steady_clock::duration spent_{};
};

} // namespace stillwatch::pipeline
