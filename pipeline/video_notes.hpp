#pragma once

#include "core/video.hpp"

#include <algorithm>

namespace stillwatch::pipeline {

// Takes into a result what a reading tells beside its frames: what the video is, frames that were refused,
// each bound once. The result has `facts`, `frames_refused` and `bounds`.
template <class Result>
void note_reading(Result& result, const VideoReading& reading)
{
    result.facts = reading.facts;
    result.frames_refused += reading.frames_refused;
    for (const auto bound : reading.bounds)
        if (std::ranges::find(result.bounds, bound) == result.bounds.end()) result.bounds.push_back(bound);
}

} // namespace stillwatch::pipeline
