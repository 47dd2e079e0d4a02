#pragma once

#include "core/frame_times.hpp"
#include "pictures/picture.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace stillwatch::pictures {

// Of the frames, pages or pictures of one file the few that show what there is to see: the first, and those
// that differ most from one another, over the whole length. A film of one scene keeps few, a show of many
// pictures as many as PictureFeatures::max_frames. Frames come one at a time, and only those kept take
// memory.
class FrameChooser {
public:
    // What is kept fits into `most_bytes`, but for the first frame, which is kept in any case.
    explicit FrameChooser(std::size_t most_bytes) : most_bytes_(most_bytes) {}

    // Of an animation: for how long what is offered from now on is shown, before the next frame. Of 10 and
    // less browsers make 100.
    void show_for(std::int64_t milliseconds) noexcept;
    void offer(Luma&& frame);
    void offer(const Luma& frame); // copied where it is kept
    bool is_empty() const noexcept { return kept_.empty(); }
    // Whether another picture, rather than another moment of one, was left out for want of room.
    bool has_left_out() const noexcept { return has_left_out_; }
    // When those are seen that take() gives; of what moves over more than one frame. Before take().
    FrameTimes times() const;
    // In the order in which they came.
    std::vector<Luma> take() &&;

private:
    // Mean levels of a grid laid over a frame, from samples: costs the same for any size.
    using Sketch = std::array<float, 256>;
    struct Kept {
        Sketch sketch{};
        Luma frame{};
        FrameTime time{};
    };
    struct Pair {
        std::size_t later = 0; // never the first frame
        float distance = 0;
    };

    static Sketch sketch_of(const Luma& frame);
    static float distance(const Sketch& a, const Sketch& b) noexcept;
    static bool is_flat(const Sketch& sketch) noexcept;
    bool makes_room_for(const Sketch& sketch, const Luma& frame);
    void note_again(const Sketch& sketch) noexcept;
    Pair closest_pair() const noexcept;

    std::size_t most_bytes_;
    bool has_left_out_ = false;
    FrameTime shown_{}; // what is offered now
    std::size_t shows_ = 0;
    std::vector<Kept> kept_;
};

// How much of an animation is looked at: each step adds the pixels it costs. Without it a file of some
// kilobytes could take minutes.
class FrameBudget {
public:
    // Whether one more frame of that many pixels may be decoded. The first always may.
    bool allows(std::size_t pixels) noexcept
    {
        pixels_ += pixels;
        const bool is_allowed = frames_++ == 0 || (frames_ <= most_frames && pixels_ <= most_pixels);
        is_spent_ = is_spent_ || !is_allowed;
        return is_allowed;
    }
    // Whether something was not decoded for its sake.
    bool is_spent() const noexcept { return is_spent_; }

private:
    // About two seconds; animations on the web stay far below (500 x 400, 100 frames: 20 million).
    static constexpr std::size_t most_pixels = 192U << 20U;
    static constexpr std::size_t most_frames = 4'000;
    std::size_t frames_ = 0;
    std::size_t pixels_ = 0;
    bool is_spent_ = false;
};

} // namespace stillwatch::pictures
