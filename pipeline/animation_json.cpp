#include "pipeline/animation_json.hpp"

#include <algorithm>
#include <vector>

namespace stillwatch::pipeline {

namespace {

double seconds_of(std::int64_t time_ms)
{
    return static_cast<double>(time_ms) / 1'000;
}

} // namespace

bool may_move(PictureFormat format) noexcept
{
    switch (format) {
    case PictureFormat::gif:
    case PictureFormat::webp:
    case PictureFormat::avif:
    case PictureFormat::png:
    case PictureFormat::jxl: return true;
    default: return false;
    }
}

std::vector<AnimationSpan> animation_spans(const FrameTimes& times, std::span<const std::size_t> shown_in)
{
    std::vector<AnimationSpan> spans;
    if (shown_in.empty() || shown_in.front() >= times.frames.size()) return spans;
    std::vector<std::size_t> rising;
    std::ranges::copy_if(shown_in, std::back_inserter(rising),
                         [&](std::size_t frame) { return frame < times.frames.size(); });
    std::ranges::sort(rising);
    for (const auto frame : rising) {
        const auto& time = times.frames[frame];
        if (spans.empty() || time.from_ms > spans.back().time.to_ms) spans.push_back({time, time.from_ms, 0});
        auto& span = spans.back();
        span.time.to_ms = std::max(span.time.to_ms, time.to_ms);
        if (frame == shown_in.front()) {
            span.best_ms = time.from_ms;
            span.has_surest = true;
        }
        ++span.frames;
    }
    return spans;
}

json::object animation_json(std::string_view format, const FrameTimes& times,
                            std::span<const std::size_t> shown_in)
{
    const auto spans = animation_spans(times, shown_in);
    if (spans.empty()) return {};
    json::array told;
    std::size_t frames = 0;
    for (const auto& span : spans) {
        told.push_back(json::object{{"from_s", seconds_of(span.time.from_ms)},
                                    {"to_s", seconds_of(span.time.to_ms)},
                                    {"best_s", seconds_of(span.best_ms)},
                                    {"frames", span.frames}});
        frames += span.frames;
    }
    return {{"container", json::string(format)},
            {"duration_s", seconds_of(times.duration_ms)},
            {"frames_matched", frames},
            {"frames_compared", times.frames.size()},
            {"spans", std::move(told)}};
}

Task<std::vector<json::object>> when_shown(const Services& services, Document document,
                                           const Compared& compared, const std::vector<Match>& matches)
{
    std::vector<json::object> told;
    const bool is_shown = std::ranges::any_of(
        matches, [&](const Match& match) { return compared.shown_in.contains(match.reference); });
    if (!may_move(compared.format) || !is_shown) co_return std::move(told);
    document.trust = Trust::unshared; // as the match itself
    const auto times = co_await services.inspector.frame_times(std::move(document));
    if (!times) {
        services.counters.add("frame_times_unread_total", "code", name_of(times.error().code));
        co_return std::move(told);
    }
    for (const auto& match : matches) {
        const auto shown = compared.shown_in.find(match.reference);
        told.push_back(shown == compared.shown_in.end()
                           ? json::object()
                           : animation_json(name_of(compared.format), *times, shown->second));
    }
    co_return std::move(told);
}

} // namespace stillwatch::pipeline
