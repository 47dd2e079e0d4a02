#pragma once

#include "core/json.hpp"
#include "pipeline/video_comparison.hpp"

namespace stillwatch::pipeline {

// What is told of a match in a video, beside the match itself: `container`, `codec`, `duration_s`, `spans`
// (`from_s`, `to_s`, `best_s`, `frames`), `frames_matched`, `frames_compared`, `frames_refused`, `bounds`;
// where the reference is a video, `reference_from_s`, `reference_to_s` and, where its frames run in order,
// `sequence` (`in_order`, `offset_s`, `speed`). Times are the container's; a player's may differ by an edit
// list (docs/formats/evidence.md).
json::object video_json(const ComparedVideo& video, const videos::VideoMatch& match);

} // namespace stillwatch::pipeline
