#pragma once

#include "core/bytes.hpp"
#include "core/video.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

// Which frames of a video are compared. Measured on 384 videos of 9 to 20 seconds with a picture in them: one
// frame a second finds 95.7 % of the pictures, and of those frames only the 44 % that differ from the last
// one compared 95.2 %; key frames alone 20.5 %.
namespace stillwatch::videos {

// A frame in so few grey levels that two of them can be told apart at no cost, row by row.
struct Thumbnail {
    static constexpr std::size_t columns = 32;
    static constexpr std::size_t rows = 18;
    std::array<std::uint8_t, columns * rows> levels{};

    friend bool operator==(const Thumbnail&, const Thumbnail&) = default;
};

// Mean of the differences, in grey levels.
double mean_difference(const Thumbnail& a, const Thumbnail& b) noexcept;
// In grey levels.
double standard_deviation(const Thumbnail& thumbnail) noexcept;

constexpr double least_difference = 12; // in grey levels, from the last frame that was chosen
constexpr double least_deviation = 8;   // in grey levels; black frames, white ones and fades are below

// What a frame shows within black bars, in pixels.
struct ShownBox {
    int left = 0;
    int top = 0;
    int width_px = 0;
    int height_px = 0;

    friend bool operator==(const ShownBox&, const ShownBox&) = default;
};

// Films whose shape is another than the frame's stand between black bars, and where a picture ends the
// matcher must know: two photographs of one scene share a part of both, a crop ends inside the reference. All
// of the frame where nothing is black, or hardly anything is left. `rgb` has three bytes a pixel, row by row.
ShownBox without_bars(ByteView rgb, int width_px, int height_px);

enum class Choice : std::uint8_t { chosen, flat, like_the_last };

// Chooses among the frames of one pass, which come by rising time.
class FrameChooser {
public:
    // Twice a second where a short video shows more than one picture a second.
    static constexpr std::int64_t short_video_ms = 30'000;
    // Of files that are made of key frames only.
    static constexpr std::int64_t least_gap_of_key_frames_ms = 200;

    // A duration of 0: not known.
    FrameChooser(VideoPass pass, std::int64_t duration_ms) noexcept;

    // Whether a frame at that time has to be drawn at all.
    bool is_due(std::int64_t time_ms, bool is_key) const noexcept;
    // What to do with one that was due and is drawn now.
    Choice choose(std::int64_t time_ms, const Thumbnail& thumbnail) noexcept;

private:
    VideoPass pass_;
    std::int64_t step_ms_;
    std::int64_t next_due_ms_ = 0;
    std::optional<std::int64_t> last_drawn_ms_;
    std::optional<Thumbnail> last_chosen_;
};

// Where to look for the neighbours of a frame that matched, rising: 350 ms before and behind it, in the
// middle of the 200 to 500 ms in which a slide of 0.8 seconds has one on either side.
std::vector<std::int64_t> neighbour_times(std::int64_t time_ms);

} // namespace stillwatch::videos
