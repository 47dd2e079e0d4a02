#include "videos/matching/video_match.hpp"

#include "videos/matching/confirmation.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace stillwatch::videos {

namespace {

bool is_surer(const Match& a, const Match& b)
{
    if (a.status != b.status) return a.status < b.status;
    if (a.tier != b.tier) return a.tier < b.tier;
    return a.score > b.score;
}

// Whether two frames of candidates for another photograph of the scene are as far apart as neighbours.
bool is_lead(std::span<const ComparedFrame> frames, ReferenceId reference)
{
    std::optional<std::int64_t> first;
    for (const auto& frame : frames) {
        const auto* match = match_of(frame, reference);
        if (match == nullptr || match->relation != Relation::same_scene) continue;
        if (frame.stands_alone || (first && frame.time_ms - *first >= least_neighbour_ms)) return true;
        if (!first) first = frame.time_ms;
    }
    return false;
}

void tell_reference_times(std::span<const ComparedFrame> frames, VideoMatch& found)
{
    std::vector<TimePair> pairs;
    for (const auto& frame : frames) {
        if (!accepts(frame, found.best.reference)) continue;
        if (const auto at = match_of(frame, found.best.reference)->reference_time_ms)
            pairs.push_back({frame.time_ms, *at});
    }
    if (pairs.empty()) return;
    const auto [earliest, latest] = std::ranges::minmax_element(pairs, {}, &TimePair::reference_ms);
    found.reference_from_ms = earliest->reference_ms;
    found.reference_to_ms = latest->reference_ms;
    found.sequence = sequence_of(pairs);
}

// Nothing where it is no lead even.
std::optional<VideoMatch> verdict(std::span<const ComparedFrame> frames, ReferenceId reference)
{
    VideoMatch found;
    found.spans = spans_of(frames, reference);
    const bool is_match = std::ranges::any_of(found.spans, &Span::is_confirmed);
    if (is_match) std::erase_if(found.spans, [](const Span& span) { return !span.is_confirmed; });
    if (!found.spans.empty()) {
        const auto best = std::ranges::min_element(
            found.spans, [](const Span& a, const Span& b) { return is_surer(a.best, b.best); });
        found.best = best->best;
        found.best_ms = best->best_ms;
        found.best.status = is_match ? MatchStatus::match : MatchStatus::candidate;
    } else {
        if (!is_lead(frames, reference)) return std::nullopt;
        const ComparedFrame* best = nullptr;
        for (const auto& frame : frames) {
            const auto* match = match_of(frame, reference);
            if (match == nullptr || match->relation != Relation::same_scene) continue;
            if (best == nullptr || is_surer(*match, *match_of(*best, reference))) best = &frame;
        }
        found.best = *match_of(*best, reference);
        found.best_ms = best->time_ms;
    }
    found.frames_matched = static_cast<std::size_t>(
        std::ranges::count_if(frames, [&](const ComparedFrame& f) { return accepts(f, reference); }));
    tell_reference_times(frames, found);
    return found;
}

} // namespace

std::vector<Span> spans_of(std::span<const ComparedFrame> frames, ReferenceId reference)
{
    std::vector<Span> spans;
    bool is_between_empty = true; // no frame was compared since the last one that shows it
    for (const auto& frame : frames) {
        if (!accepts(frame, reference)) {
            is_between_empty = false;
            continue;
        }
        const auto& match = *match_of(frame, reference);
        const bool goes_on =
            !spans.empty() && (is_between_empty || frame.time_ms - spans.back().to_ms <= most_within_span_ms);
        is_between_empty = true;
        if (!goes_on) spans.push_back({frame.time_ms, frame.time_ms, frame.time_ms, match});
        auto& span = spans.back();
        span.to_ms = frame.time_ms;
        ++span.frames;
        if (is_surer(match, span.best)) {
            span.best = match;
            span.best_ms = frame.time_ms;
        }
        span.is_confirmed = span.is_confirmed || is_confirmed(frames, frame, reference);
    }
    return spans;
}

std::vector<VideoMatch> video_matches(std::span<const ComparedFrame> frames)
{
    std::set<ReferenceId> references;
    for (const auto& frame : frames)
        for (const auto& match : frame.matches)
            references.insert(match.reference);
    std::vector<VideoMatch> found;
    for (const auto reference : references)
        if (auto one = verdict(frames, reference)) found.push_back(*std::move(one));
    std::ranges::stable_sort(
        found, [](const VideoMatch& a, const VideoMatch& b) { return is_surer(a.best, b.best); });
    return found;
}

} // namespace stillwatch::videos
