#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace stillwatch::videos {

// Bounds of one video. Numbers without another source are those that were measured to be enough: a minute of
// 720p costs 0.1 to 0.4 CPU seconds a glance and 3 to 11 a look.
struct VideoLimits {
    std::chrono::milliseconds glance_processor_time{20'000};
    std::chrono::milliseconds look_processor_time{120'000}; // with the search for neighbours
    std::chrono::milliseconds max_length{std::chrono::hours(3)};
    std::uint32_t max_index_entries = 20'000;     // key frames that the index of a file names
    std::uint32_t max_frames = 1'200;             // told a pass
    std::uint32_t max_pixels = 9'437'184;         // of a frame: 4096 x 2304
    std::uint32_t max_missing_bytes = 16U << 20U; // of key frames that a glance asks for

    friend bool operator==(const VideoLimits&, const VideoLimits&) = default;
};

} // namespace stillwatch::videos
