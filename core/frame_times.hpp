#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace stillwatch {

// When a frame of an animated picture is seen, from its beginning: it and what is the same to the eye right
// after it.
struct FrameTime {
    std::int64_t from_ms = 0;
    std::int64_t to_ms = 0; // not before from_ms

    friend bool operator==(const FrameTime&, const FrameTime&) = default;
};

// When the frames of an animated picture (GIF, WebP, AVIF, APNG) are seen that are compared: in the order of
// the whole frames of PictureFeatures::local. As browsers show them, which give frames of 10 ms and less 100.
struct FrameTimes {
    static constexpr std::int64_t longest_ms = 24LL * 3'600'000;

    std::int64_t duration_ms = 0;    // of one round, as far as it was read
    std::vector<FrameTime> frames{}; // empty: it does not move

    friend bool operator==(const FrameTimes&, const FrameTimes&) = default;
};

} // namespace stillwatch
