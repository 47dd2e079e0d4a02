#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace stillwatch::videos {

// A frame of the found video, and the frame of a reference that it shows.
struct TimePair {
    std::int64_t video_ms = 0;
    std::int64_t reference_ms = 0;

    friend bool operator==(const TimePair&, const TimePair&) = default;
};

// How a reference that is a video runs in the found one. An explanation, never a condition: re-posts that
// were cut, reversed or shuffled are found all the same.
struct Sequence {
    std::size_t in_order = 0; // frames of the longest stretch whose times rise, or fall, together
    // Of a line through that stretch: the reference's time where the found video begins, and how much of the
    // reference passes in a second of it. Negative: it runs backwards.
    double offset_ms = 0;
    double speed = 1;
    std::int64_t reference_from_ms = 0; // of the stretch, the earlier end of it in the reference
    std::int64_t reference_to_ms = 0;

    bool is_reversed() const noexcept { return speed < 0; }
};

// Nothing below three frames in order: two lie on a line whatever they are. `pairs` by rising time of the
// video.
std::optional<Sequence> sequence_of(std::span<const TimePair> pairs);

} // namespace stillwatch::videos
