#pragma once

#include "videos/frame_choice.hpp"
#include "videos/frame_picture.hpp"
#include "videos/matching/compared_frame.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

// Where in a frame a closer look is worth its while. What is small in a frame has few features there, and of
// a film that moves around it one frame in five shows enough of them; cut out, nearly all do
// (docs/performance.md). So where a frame shows a reference in a small part of it, frames beside it are
// looked at once more in that part alone: by the same judge, as a picture of its own.
namespace stillwatch::pipeline {

struct Place {
    ReferenceId reference;
    videos::ShownBox box; // in the frame

    friend bool operator==(const Place&, const Place&) = default;
};

constexpr double largest_part = 0.25;  // of a frame's area, that a reference covers
constexpr std::size_t most_places = 4; // of a frame
constexpr std::size_t most_places_a_video = 200;

// Of a match the part of its frame that is cut out, with a fifth more on each side; nothing where it is not
// small, or too small to be a picture, or nobody told where it lies.
std::optional<videos::ShownBox> box_of(const Match& match, videos::FrameSize size);

// For a frame that was compared as a whole: the places of references that other frames, at most
// videos::most_neighbour_ms away, show and it does not; then those of its own candidates for an edited copy.
// Other photographs of a scene stay what they are. `size`: of it; frames of another size lie otherwise.
// `sizes` belong to `frames`, which are by rising time.
std::vector<Place> places_of(const videos::ComparedFrame& frame, videos::FrameSize size,
                             std::span<const videos::ComparedFrame> frames,
                             std::span<const videos::FrameSize> sizes);

// What a look at a part of a frame says of the frame.
Match as_of_frame(Match match, const videos::ShownBox& box, videos::FrameSize size);

} // namespace stillwatch::pipeline
