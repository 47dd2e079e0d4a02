#include "videos/matching/confirmation.hpp"

#include "videos/matching/video_match.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>

namespace stillwatch::videos {

namespace {

// The middle of what counts as a neighbour first: whatever the frame rate, the frame nearest to it counts.
constexpr std::array<std::int64_t, neighbour_rounds> neighbour_distances_ms{350, 250, 450};

// The rounds that a frame's neighbours were asked for in.
std::size_t rounds_of(std::span<const Doubt> asked, std::int64_t time_ms)
{
    return static_cast<std::size_t>(std::ranges::count(asked, time_ms, &Doubt::time_ms));
}

bool is_surer_frame(const Match& a, const Match& b)
{
    if (a.tier != b.tier) return a.tier < b.tier;
    return a.score > b.score;
}

// Of the frames from `from` to `to` the surest that is accepted and whose neighbours may be asked for still.
const ComparedFrame* surest_doubtful(std::span<const ComparedFrame> frames, const Span& span,
                                     ReferenceId reference, std::span<const Doubt> asked)
{
    const ComparedFrame* surest = nullptr;
    for (const auto& frame : frames) {
        if (frame.time_ms < span.from_ms || frame.time_ms > span.to_ms || !accepts(frame, reference))
            continue;
        if (rounds_of(asked, frame.time_ms) >= neighbour_rounds) continue;
        if (surest == nullptr || is_surer_frame(*match_of(frame, reference), *match_of(*surest, reference)))
            surest = &frame;
    }
    return surest;
}

struct Lead {
    double score;
    std::int64_t time_ms;
};

} // namespace

bool is_confirmed(std::span<const ComparedFrame> frames, const ComparedFrame& frame, ReferenceId reference)
{
    if (!accepts(frame, reference)) return false;
    if (frame.stands_alone) return true;
    auto other =
        std::ranges::lower_bound(frames, frame.time_ms - most_neighbour_ms, {}, &ComparedFrame::time_ms);
    for (; other != frames.end() && other->time_ms <= frame.time_ms + most_neighbour_ms; ++other)
        if (std::abs(other->time_ms - frame.time_ms) >= least_neighbour_ms && accepts(*other, reference))
            return true;
    return false;
}

std::vector<std::int64_t> neighbours_of(std::int64_t time_ms, std::size_t round)
{
    const auto distance = neighbour_distances_ms[std::min(round, neighbour_rounds - 1)];
    std::vector<std::int64_t> times;
    if (time_ms >= distance) times.push_back(time_ms - distance);
    times.push_back(time_ms + distance);
    return times;
}

std::vector<Doubt> doubts(std::span<const ComparedFrame> frames, std::span<const Doubt> asked)
{
    std::set<ReferenceId> accepted;
    std::map<ReferenceId, std::vector<Lead>> leads;
    for (const auto& frame : frames)
        for (const auto& match : frame.matches)
            if (match.status == MatchStatus::match)
                accepted.insert(match.reference);
            else
                leads[match.reference].push_back({match.score, frame.time_ms});
    std::set<std::int64_t> times;
    for (const auto reference : accepted) {
        const auto spans = spans_of(frames, reference);
        std::size_t of_reference = 0;
        for (const auto& doubt : asked)
            of_reference += std::ranges::any_of(frames, [&](const ComparedFrame& frame) {
                return frame.time_ms == doubt.time_ms && accepts(frame, reference);
            });
        for (const auto& span : spans) {
            if (span.is_confirmed || of_reference >= most_doubts_a_reference) continue;
            const auto* frame = surest_doubtful(frames, span, reference, asked);
            if (frame == nullptr) continue;
            times.insert(frame->time_ms);
            ++of_reference;
        }
    }
    std::vector<Lead> surest_leads;
    for (const auto& [reference, of_reference] : leads) {
        if (accepted.contains(reference)) continue;
        const auto surest = std::ranges::max_element(of_reference, {}, &Lead::score);
        if (rounds_of(asked, surest->time_ms) == 0) surest_leads.push_back(*surest);
    }
    std::ranges::stable_sort(surest_leads, std::greater{}, &Lead::score);
    std::size_t room = most_doubted_leads - std::min(most_doubted_leads, asked.size());
    for (const auto& lead : surest_leads) {
        if (room == 0) break;
        room -= times.insert(lead.time_ms).second ? 1 : 0;
    }
    std::vector<Doubt> next;
    for (const auto time : times)
        if (asked.size() + next.size() < most_doubts) next.push_back({time, rounds_of(asked, time)});
    return next;
}

} // namespace stillwatch::videos
