#pragma once

#include "core/playlist.hpp"
#include "core/video.hpp"

#include <cstddef>
#include <vector>

// Which of a playlist is fetched. Pure.
namespace stillwatch::videos {

// Lines that are enough to compare pictures with, at a small part of the bytes of the largest quality.
inline constexpr int wanted_height_px = 480;
// Of one video; a segment begins with a key frame and holds 2 to 10 seconds.
inline constexpr std::size_t most_segments_fetched = 24;

// The variant nearest 480 lines, of equal ones that with fewer bits a second; one whose lines nobody told
// only where no other is told. For a glance one of key frames only is preferred, for a look there is none
// such. Never a protected one. Null where none is left.
const Variant* choose_variant(const Playlist& playlist, VideoPass pass) noexcept;

// Numbers of segments spread evenly over the time that all of them last, in their order, at most `most`; over
// their numbers where nobody told how long they last.
std::vector<std::size_t> spread_segments(const Variant& variant, std::size_t most = most_segments_fetched);

} // namespace stillwatch::videos
