#pragma once

#include "core/async.hpp"
#include "core/frame_times.hpp"
#include "core/json.hpp"
#include "pipeline/comparison.hpp"
#include "pipeline/services.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace stillwatch::pipeline {

// What is told of a match in an animated picture, with the names of video_json(): `container` (the format),
// `duration_s` (of one round), `frames_compared`, `frames_matched` and `spans`. `shown_in`: the frames that
// show it, the surest first. Empty where the picture does not move or no frame is known to show it.
json::object animation_json(std::string_view format, const FrameTimes& times,
                            std::span<const std::size_t> shown_in);

// The same of each match of a picture, asked of a worker that served no other site; none where it does not
// move, or nobody can tell, which is counted. Loop thread.
Task<std::vector<json::object>> when_shown(const Services& services, Document document,
                                           const Compared& compared, const std::vector<Match>& matches);

} // namespace stillwatch::pipeline
