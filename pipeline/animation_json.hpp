#pragma once

#include "core/async.hpp"
#include "core/frame_times.hpp"
#include "core/json.hpp"
#include "pipeline/comparison.hpp"
#include "pipeline/services.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace stillwatch::pipeline {

// Whether pictures of that format may be animated.
bool may_move(PictureFormat format) noexcept;

// A stretch of an animated picture that shows a reference: frames that follow each other.
struct AnimationSpan {
    FrameTime time;
    std::int64_t best_ms = 0; // where the surest frame begins, or else where the stretch does
    std::size_t frames = 0;   // that show it
    bool has_surest = false;  // the surest frame of all is among them
};

// By time. `shown_in`: the frames that show the reference, the surest first. Nothing where no frame is known
// to show it, or the surest is none that `times` tells of.
std::vector<AnimationSpan> animation_spans(const FrameTimes& times, std::span<const std::size_t> shown_in);

// What is told of a match in an animated picture, with the names of video_json(): `container` (the format),
// `duration_s` (of one round), `frames_compared`, `frames_matched` and `spans`, which are
// animation_spans(). Empty where there is none of those.
json::object animation_json(std::string_view format, const FrameTimes& times,
                            std::span<const std::size_t> shown_in);

// The same of each match of a picture, asked of a worker that served no other site; none where it does not
// move, or nobody can tell, which is counted. Loop thread.
Task<std::vector<json::object>> when_shown(const Services& services, Document document,
                                           const Compared& compared, const std::vector<Match>& matches);

} // namespace stillwatch::pipeline
