#include "pipeline/sight.hpp"

#include "pipeline/answers.hpp"
#include "pipeline/classify.hpp"

namespace stillwatch::pipeline {

using store::Sight;

namespace {

constexpr int unavailable_for_legal_reasons = 451; // RFC 7725

Sight sight_of_same_bytes(const VisitState& state)
{
    if (state.visit.kind == LinkKind::page) return Sight::there;
    const auto& verdict = state.known.verdict;
    if (!verdict || verdict->is_unreadable()) return Sight::unclear;
    return verdict->matched ? Sight::match : Sight::other;
}

// Of an answer that came whole and matched nothing.
Sight sight_of(const Fetched& answer, const Seen& seen)
{
    if (is_gone(answer) || answer.status == unavailable_for_legal_reasons) return Sight::gone;
    if (!is_success(answer)) return Sight::unclear;
    if (seen.wall.value_or(Wall::none) != Wall::none) return Sight::unclear;
    if (seen.kind == LinkKind::page) return Sight::there;
    // What comes for nearly every address there is a refusal in the shape of a picture.
    return seen.is_stand_in ? Sight::unclear : Sight::other;
}

Sight sight_of(const VisitState& state, const Came& came, const Seen& seen)
{
    const auto& answer = came.fetched();
    const auto& reason = seen.ending.reason();
    if (!reason) {
        if (!seen.matched.empty()) return Sight::match;
        return broke_off(answer) || seen.is_in_part ? Sight::unclear : sight_of(answer, seen);
    }
    switch (*reason) {
    case NotCompared::not_modified: return sight_of_same_bytes(state);
    case NotCompared::moved: return Sight::other;
    case NotCompared::no_body:
    case NotCompared::error_page: return sight_of(answer, seen) == Sight::gone ? Sight::gone : Sight::unclear;
    case NotCompared::not_a_picture: return sight_of(answer, seen);
    default: return Sight::unclear;
    }
}

} // namespace

store::Visited visited_of(const VisitState& state, const Came& came, const Seen& seen)
{
    store::Visited visited{{}, came.fetched().status, sight_of(state, came, seen), seen.matched};
    const auto& reason = seen.ending.reason();
    if (!reason || *reason == NotCompared::not_a_picture) visited.content = came.content;
    return visited;
}

store::Visited visited_without_answer()
{
    return {{}, 0, Sight::unclear};
}

} // namespace stillwatch::pipeline
