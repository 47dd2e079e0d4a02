#include "pipeline/video_json.hpp"

namespace stillwatch::pipeline {

namespace {

double seconds_of(std::int64_t time_ms)
{
    return static_cast<double>(time_ms) / 1'000;
}

json::object span_json(const videos::Span& span)
{
    return {{"from_s", seconds_of(span.from_ms)},
            {"to_s", seconds_of(span.to_ms)},
            {"best_s", seconds_of(span.best_ms)},
            {"frames", span.frames}};
}

} // namespace

json::object video_json(const ComparedVideo& video, const videos::VideoMatch& match)
{
    json::object told{{"container", video.facts.container},
                      {"codec", video.facts.codec},
                      {"duration_s", seconds_of(video.facts.duration_ms)},
                      {"frames_matched", match.frames_matched},
                      {"frames_compared", video.frames_compared},
                      {"frames_refused", video.frames_refused}};
    json::array spans;
    for (const auto& span : match.spans)
        spans.push_back(span_json(span));
    told["spans"] = std::move(spans);
    json::array bounds;
    for (const auto bound : video.bounds)
        bounds.push_back(json::string(name_of(bound)));
    told["bounds"] = std::move(bounds);
    if (match.reference_from_ms) told["reference_from_s"] = seconds_of(*match.reference_from_ms);
    if (match.reference_to_ms) told["reference_to_s"] = seconds_of(*match.reference_to_ms);
    if (match.sequence)
        told["sequence"] = {{"in_order", match.sequence->in_order},
                            {"offset_s", match.sequence->offset_ms / 1'000},
                            {"speed", match.sequence->speed}};
    return told;
}

} // namespace stillwatch::pipeline
