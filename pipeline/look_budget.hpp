#pragma once

#include "core/clock.hpp"

#include <chrono>

namespace stillwatch::pipeline {

// How long videos may be looked at on one day (UTC), reading and comparing together. Kept in memory: a
// restart begins the day anew.
class LookBudget {
public:
    bool is_left(Timestamp now, std::chrono::seconds a_day) const noexcept
    {
        return a_day.count() > 0 && (day_of(now) != day_ || spent_ < a_day);
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
