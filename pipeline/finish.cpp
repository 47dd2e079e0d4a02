#include "pipeline/finish.hpp"

#include "core/fingerprint.hpp"
#include "crawler/canonical.hpp"
#include "crawler/revisit.hpp"
#include "pipeline/answers.hpp"
#include "pipeline/classify.hpp"
#include "pipeline/finding_alerts.hpp"

#include <algorithm>
#include <iterator>

namespace stillwatch::pipeline {

using store::Outcome;

namespace {

// Visits after which an answer that always breaks off is taken as far as it comes.
constexpr int tries_for_the_whole = 3;

// Before a picture inside a document that matches nothing is looked at for its own sake.
constexpr std::chrono::days longest_pause_inside{180};

// What an address is known by afterwards.
enum class Kept : std::uint8_t {
    answer,  // this answer's bytes and validators
    earlier, // the bytes known before; what was made of them stays
    // Likewise, and nothing is lost: without a verdict, and without the new answer's validators, which would
    // bring a 304, it is fetched and judged again.
    for_later,
};

// What came of a page is taken, the rest is asked for again; a page that always breaks off is what came of
// it.
bool is_asked_for_again(const VisitState& state, const Came& came)
{
    return broke_off(came.fetched()) && state.visit.tries < tries_for_the_whole &&
           !is_known_page(came, state);
}

Outcome outcome_with(const Fetched& answer, Outcome outcome)
{
    if (is_success(answer)) return outcome;
    return is_gone(answer) ? Outcome::gone : Outcome::unreachable;
}

Outcome outcome_unmodified(const Knowledge& known)
{
    if (known.verdict && known.verdict->too_small) return Outcome::too_small;
    if (known.verdict && known.verdict->undecodable) return Outcome::undecodable;
    return Outcome::unchanged;
}

Kept kept_of(const VisitState& state, const Came& came, const Seen& seen)
{
    const auto& reason = seen.ending.reason();
    if (!reason)
        return seen.kind == LinkKind::page && is_asked_for_again(state, came) ? Kept::for_later
                                                                              : Kept::answer;
    switch (*reason) {
    case NotCompared::not_modified:
    case NotCompared::unasked_not_modified:
    case NotCompared::moved:
    case NotCompared::guarded:
    case NotCompared::error_page: return Kept::earlier;
    case NotCompared::no_body: return is_success(came.fetched()) ? Kept::for_later : Kept::earlier;
    case NotCompared::page_in_place:
    case NotCompared::challenge:
    case NotCompared::content_encoding:
    case NotCompared::cut_off:
    case NotCompared::worker_lost:
    case NotCompared::kept_waiting:
    case NotCompared::no_worker:
    case NotCompared::not_recorded: return Kept::for_later;
    default: return Kept::answer;
    }
}

// A refusal of the whole counts until the extractor changes; where nothing is in force, until something is.
std::optional<store::Verdict> verdict_of(const Came& came, const Seen& seen)
{
    const auto& reason = seen.ending.reason();
    if (!reason) return seen.verdict;
    if (reason == NotCompared::no_references)
        return store::Verdict{came.content, seen.generation, verdict_version};
    const bool is_small = reason == NotCompared::too_small;
    const bool is_refused =
        is_small || reason == NotCompared::undecodable || reason == NotCompared::too_large;
    if (!is_refused || seen.is_unseen || came.fetched().cut != Cut::none) return std::nullopt;
    return store::Verdict{came.content, seen.generation, verdict_version, false, !is_small, is_small};
}

store::VisitResult begun(const VisitState& state)
{
    const auto& visit = state.visit;
    store::VisitResult result;
    result.id = visit.id;
    result.host = visit.host;
    result.kind = visit.kind;
    result.depth = visit.depth;
    result.etag = visit.etag;
    result.last_modified = visit.last_modified;
    result.content = visit.content;
    result.generation = state.generation;
    result.led_here = state.led_here;
    return result;
}

// When to come again.
void schedule(store::VisitResult& result, const VisitState& state, std::int64_t news,
              const VisitEnd& visit_end)
{
    const auto bounds = state.site ? state.site->revisit : crawler::RevisitSettings{};
    const auto revisit =
        crawler::next_visit(state.visit, result.outcome, news, visit_end.at, bounds, visit_end.scale);
    result.at = visit_end.at;
    result.news = result.outcome == Outcome::page ? news : 0;
    result.rate = revisit.rate;
    result.due = revisit.due;
    result.tries = revisit.tries;
    result.unchanged_in_a_row = revisit.unchanged_in_a_row;
}

void take_content(store::VisitResult& result, const VisitState& state, const Came& came)
{
    const auto& fetched = came.fetched();
    result.content = came.content;
    // Those of a redirect's end belong to another address, those of half an answer to all of it, those of a
    // refusal to nothing that is asked for again, and what nobody sends back is not kept.
    const bool is_at_end = came.answer->hops.empty() || !state.led_here.empty();
    const bool is_own =
        is_at_end && !state.visit.url.picture_inside() && fetched.cut == Cut::none && fetched.status == 200;
    result.etag = is_own ? validator_of(fetched, "ETag") : "";
    result.last_modified = is_own ? validator_of(fetched, "Last-Modified") : "";
}

// What stands at the end of a redirect is known by its own address.
void move_on(store::VisitResult& result, const VisitState& state, const Url& end)
{
    const auto& visit = state.visit;
    result.etag = result.last_modified = "";
    result.discovered.push_back({end, visit.kind, Mechanism::redirect, visit.site, 0, true});
}

} // namespace

Outcome outcome_of(const VisitState& state, const Came& came, const Seen& seen)
{
    const auto& answer = came.fetched();
    const auto& reason = seen.ending.reason();
    if (!reason && seen.kind == LinkKind::page)
        return is_asked_for_again(state, came) ? Outcome::unreachable : Outcome::page;
    if (!reason) return outcome_with(answer, Outcome::compared);
    switch (*reason) {
    case NotCompared::not_modified: return outcome_unmodified(state.known);
    case NotCompared::moved: return Outcome::moved;
    case NotCompared::guarded: return Outcome::refused;
    case NotCompared::no_body:
    case NotCompared::error_page: return outcome_with(answer, Outcome::unreachable);
    case NotCompared::unasked_not_modified:
    case NotCompared::page_in_place:
    case NotCompared::challenge:
    case NotCompared::cut_off: return Outcome::unreachable;
    case NotCompared::not_a_picture:
    case NotCompared::video_not_read:
    case NotCompared::video_protected: return Outcome::other;
    case NotCompared::page_unread:
    case NotCompared::locked_package: return Outcome::undecodable;
    case NotCompared::comparing_off:
    case NotCompared::no_references: return outcome_with(answer, Outcome::compared);
    case NotCompared::known_too_small:
    case NotCompared::too_small: return outcome_with(answer, Outcome::too_small);
    case NotCompared::known_undecodable:
    case NotCompared::undecodable:
    case NotCompared::too_large:
    case NotCompared::cut_at_limit: return outcome_with(answer, Outcome::undecodable);
    case NotCompared::content_encoding:
    case NotCompared::worker_lost:
    case NotCompared::kept_waiting:
    case NotCompared::no_worker:
    case NotCompared::video_glanced:
    case NotCompared::not_recorded: return Outcome::waiting;
    }
    return Outcome::unreachable;
}

store::VisitResult finish(const VisitState& state, const Came& came, Seen seen, const VisitEnd& visit_end)
{
    const auto& fetched = came.fetched();
    const auto& reason = seen.ending.reason();
    const auto kept = kept_of(state, came, seen);
    auto result = begun(state);
    if (reason == NotCompared::moved) move_on(result, state, crawler::canonical(*came.answer->led_to));
    result.http_status = fetched.status;
    result.wire_bytes = static_cast<std::int64_t>(fetched.body.size()) + seen.further_bytes;
    result.outcome = outcome_of(state, came, seen);
    result.kind = seen.kind;
    result.wall = reason == NotCompared::challenge ? Wall::challenge : seen.wall;
    std::ranges::move(seen.discovered, std::back_inserter(result.discovered));
    for (auto& [name, host] : seen.outside)
        result.outside.push_back(std::move(host));
    result.unread = seen.unread;
    result.is_stand_in = seen.is_stand_in;
    result.has_stand_in_ended = seen.has_stand_in_ended;
    result.is_in_part = seen.is_in_part;
    result.has_locked = seen.has_locked;
    result.generation = seen.generation;
    if (kept == Kept::for_later || reason == NotCompared::comparing_off)
        result.generation = state.visit.generation;
    if (kept == Kept::answer) {
        take_content(result, state, came);
        result.verdict = verdict_of(came, seen);
        result.matched = std::move(seen.matched);
    }
    schedule(result, state, kept == Kept::answer ? seen.news : 0, visit_end);
    result.due = std::max(result.due, seen.not_before);
    // Its address names its bytes: nothing else can come to stand there, and its document is visited anyway.
    // What matches is looked after by the watch over findings.
    const bool is_inside = state.visit.url.picture_inside().has_value();
    if (is_inside && kept == Kept::answer && result.matched.empty())
        result.due = std::max(result.due, result.at + longest_pause_inside);
    if (seen.is_capped || seen.has_unread_faces)
        result.due = std::min(result.due, start_of_day(result.at) + std::chrono::hours(24));
    return result;
}

store::VisitResult finish_without_answer(const VisitState& state, Outcome outcome, const VisitEnd& visit_end)
{
    auto result = begun(state);
    result.outcome = outcome;
    schedule(result, state, 0, visit_end);
    return result;
}

store::VisitResult finish_moved(const VisitState& state, int status, const Url& end,
                                const VisitEnd& visit_end)
{
    auto result = begun(state);
    result.outcome = Outcome::moved;
    result.http_status = status;
    move_on(result, state, end);
    schedule(result, state, 0, visit_end);
    return result;
}

std::chrono::milliseconds pause_after_losses(int losses) noexcept
{
    std::chrono::milliseconds pause = std::chrono::minutes(15);
    for (int i = 1; i < losses && pause < std::chrono::days(7); ++i)
        pause *= 4;
    return std::min<std::chrono::milliseconds>(pause, std::chrono::days(7));
}

} // namespace stillwatch::pipeline
