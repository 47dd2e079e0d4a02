#pragma once

#include "core/frame_times.hpp"
#include "core/json.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace stillwatch::pipeline {

// What is told of a match in an animated picture, with the names of video_json(): `container` (the format),
// `duration_s` (of one round), `frames_compared`, `frames_matched` and `spans`. `shown_in`: the frames that show
// it, the surest first. Empty where the picture does not move or no frame is known to show it.
json::object animation_json(std::string_view format, const FrameTimes& times,
                            std::span<const std::size_t> shown_in);

} // namespace stillwatch::pipeline
