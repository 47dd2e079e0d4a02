#pragma once

#include "core/video.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace stillwatch::pipeline {

// Times of a video whose nearest frames are asked for, a few at a time. Rising.
class NearTimes {
public:
    explicit NearTimes(std::vector<std::int64_t> times) : left_(std::move(times)) {}

    bool empty() const noexcept { return left_.empty(); }
    // What to ask for next.
    std::vector<std::int64_t> next() const
    {
        const auto count = std::min(VideoReading::max_times, left_.size());
        return {left_.begin(), left_.begin() + static_cast<std::ptrdiff_t>(count)};
    }
    // After the answer to `asked`: those that it left out are asked for again, unless it answered none.
    // Whether it answered any.
    bool answered(const std::vector<std::int64_t>& asked, const VideoReading& reading)
    {
        const auto is_done = [&](std::int64_t time) {
            return !reading.go_on_after_ms || time <= *reading.go_on_after_ms;
        };
        const auto done = std::ranges::count_if(asked, is_done);
        left_.erase(left_.begin(), left_.begin() + (done > 0 ? done : std::ssize(asked)));
        return done > 0;
    }

private:
    std::vector<std::int64_t> left_;
};

} // namespace stillwatch::pipeline
