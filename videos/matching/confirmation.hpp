#pragma once

#include "videos/matching/compared_frame.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// A video of 600 frames is 600 pictures for the count of false matches, so one frame is not believed alone:
// another one so near must show the same reference. What is really shown stands longer than a neighbour is
// away; what resembles a reference by chance seldom does so twice while things move. Counting two of the
// frames a second apart instead loses one picture of twenty (docs/performance.md).
namespace stillwatch::videos {

// How far a neighbour is away. Nearer ones are almost the same picture again.
constexpr std::int64_t least_neighbour_ms = 200;
constexpr std::int64_t most_neighbour_ms = 500;

// Whether a neighbour of `frame` is accepted for the reference, or it has none and is accepted itself: a
// slide show of one picture a second is no more than that many pictures. `frames` by rising time.
bool is_confirmed(std::span<const ComparedFrame> frames, const ComparedFrame& frame, ReferenceId reference);

// How often a frame's neighbours are asked for at most, each time others.
constexpr std::size_t neighbour_rounds = 3;

// Of a frame the times of the neighbours asked for in a round (0, 1, …): one before and one behind it, the
// former only where the video has begun.
std::vector<std::int64_t> neighbours_of(std::int64_t time_ms, std::size_t round);

// A frame whose neighbours are to be looked at, and for the how-manieth time.
struct Doubt {
    std::int64_t time_ms = 0;
    std::size_t round = 0;

    friend bool operator==(const Doubt&, const Doubt&) = default;
};

// Bounds of what is asked for in one video. A reference whose every frame is doubtful after so many is a
// candidate.
constexpr std::size_t most_doubts = 100;
constexpr std::size_t most_doubts_a_reference = 8;
constexpr std::size_t most_doubted_leads = 12; // only among the first so many doubts

// Which frames need their neighbours next. Of each stretch that shows a reference and has no confirmed frame
// the surest frame, then the next one, until a stretch is confirmed or most_doubts_a_reference were asked;
// also of the surest candidates of references that no frame is accepted for: what is small or half faded in
// one frame may be clear in the next. `asked`: those asked for before. `frames` by rising time; nothing: all
// is known that will be.
std::vector<Doubt> doubts(std::span<const ComparedFrame> frames, std::span<const Doubt> asked);

} // namespace stillwatch::videos
