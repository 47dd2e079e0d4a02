#include "core/log.hpp"
#include "daemon/pipeline.hpp"

#include <algorithm>

// Visits that showed nothing of their address, or nothing yet: it is asked for again.
namespace stillwatch::daemon {

using store::Outcome;

namespace {

// After the n-th visit that cost all workers: a quarter of an hour, then four times as long each, up to a week. What
// does so has had its second try at once, in a fresh worker.
std::chrono::milliseconds pause_after_losses(int losses)
{
    std::chrono::milliseconds pause = std::chrono::minutes(15);
    for (int i = 1; i < losses && pause < std::chrono::days(7); ++i)
        pause *= 4;
    return std::min<std::chrono::milliseconds>(pause, std::chrono::days(7));
}

} // namespace

// The bytes are those known already; what was made of them stays.
Ending Pipeline::not_modified(Journey& journey)
{
    auto& outcome = journey.result.outcome;
    if (!journey.is_conditional) { // nobody asked "has it changed?": an answer to another question tells nothing
        outcome = Outcome::unreachable;
        return NotCompared::unasked_not_modified;
    }
    outcome = Outcome::unchanged;
    if (journey.known.verdict && journey.known.verdict->undecodable) outcome = Outcome::undecodable;
    if (journey.known.verdict && journey.known.verdict->too_small) outcome = Outcome::too_small;
    return NotCompared::not_modified;
}

// An answer that is no page anyway: its status tells what became of the address, and only what its text says of
// challenges counts.
Task<Result<Ending>> Pipeline::read_refusal(Journey& journey, Fetched& answer)
{
    journey.result.outcome = is_gone(answer) ? Outcome::gone : Outcome::unreachable;
    if (answer.body.empty()) co_return NotCompared::no_body;
    if (!may_be_challenge(answer)) co_return NotCompared::error_page;
    auto payload = answer.payload();
    auto body = std::make_shared<const Bytes>(payload ? *std::move(payload) : answer.body);
    auto document = document_of(answer, std::move(body), journey.site->name);
    document.trust = Trust::anyone;
    const auto links = co_await services_.inspector.links(std::move(document), answer.url.text());
    if (!links && links.error().code == Errc::cancelled) co_return links.error();
    if (links && (links->wall == Wall::challenge || links->wall == Wall::riddle))
        co_return challenged(journey, answer);
    co_return NotCompared::error_page;
}

// Nothing of the address was seen; its host rests, and the operator is told. No challenge is ever solved.
Ending Pipeline::challenged(Journey& journey, const Fetched& answer)
{
    leave_for_later(journey);
    journey.result.wall = Wall::challenge;
    services_.fetcher.challenged(answer);
    services_.counters.add("walls_total", "wall", name_of(Wall::challenge));
    return NotCompared::challenge;
}

Ending Pipeline::page_not_read(Journey& journey, const Error& error)
{
    services_.counters.add("pages_refused_total", "code", name_of(error.code));
    log::debug("pipeline", "page not read",
               {{"url", journey.visit.url.text()}, {"reason", to_string(error)}});
    switch (error.code) {
    case Errc::io:
        trouble_.cannot_start(error.detail);
        leave_for_later(journey, Outcome::waiting);
        return NotCompared::no_worker;
    case Inspector::lost:
        trouble_.lost();
        leave_for_later(journey, Outcome::waiting);
        return NotCompared::worker_lost;
    case Errc::malformed:
        leave_for_later(journey, Outcome::waiting);
        return NotCompared::content_encoding;
    default: journey.result.outcome = Outcome::undecodable; return NotCompared::page_unread;
    }
}

// Why there is no verdict about a picture, and what becomes of it. Only the decoder's own refusal of the whole is one.
Ending Pipeline::picture_not_read(Journey& journey, const Fetched& answer, const Error& error)
{
    auto& result = journey.result;
    if (journey.is_unseen && error.code == Errc::undecodable) // it was only asked whether it is one
        return unreadable(journey, answer, NotCompared::undecodable);
    services_.counters.add("pictures_refused_total", "code", name_of(error.code));
    log::debug("pipeline", "picture not read", {{"url", journey.visit.url.text()}, {"reason", to_string(error)}});
    switch (error.code) {
    case Errc::io:
        trouble_.cannot_start(error.detail);
        leave_for_later(journey, Outcome::waiting);
        return NotCompared::no_worker;
    case Inspector::lost: {
        trouble_.lost();
        const int losses = (journey.known.unread ? journey.known.unread->losses : 0) + 1;
        const store::Unread unread{*result.content, losses, services_.clock.now() + pause_after_losses(losses)};
        leave_for_later(journey, Outcome::waiting);
        result.unread = unread;
        journey.not_before = unread.retry;
        return NotCompared::worker_lost;
    }
    default: break;
    }
    if (journey.broke_off) {
        leave_for_later(journey);
        return NotCompared::cut_off;
    }
    if (answer.cut != Cut::none) return unreadable(journey, answer, NotCompared::cut_at_limit);
    switch (error.code) {
    case Errc::malformed: // of what was meant nothing was seen
        leave_for_later(journey, Outcome::waiting);
        return NotCompared::content_encoding;
    case Errc::invalid_argument: return unreadable(journey, answer, NotCompared::too_small);
    case Errc::too_large: return unreadable(journey, answer, NotCompared::too_large);
    default: return unreadable(journey, answer, NotCompared::undecodable);
    }
}

Ending Pipeline::unreadable(Journey& journey, const Fetched& answer, NotCompared reason)
{
    auto& result = journey.result;
    const bool is_small = reason == NotCompared::too_small;
    result.outcome = outcome_with(answer, is_small ? Outcome::too_small : Outcome::undecodable);
    const bool is_whole = answer.cut == Cut::none;
    if (is_whole && !journey.is_unseen)
        result.verdict = {*result.content, result.generation, extractor_version, false, !is_small, is_small};
    return reason;
}

// A picture is one with any status; the status still says what becomes of its address.
Outcome Pipeline::outcome_with(const Fetched& answer, Outcome outcome)
{
    if (is_success(answer)) return outcome;
    return is_gone(answer) ? Outcome::gone : Outcome::unreachable;
}

// A picture that matched: what became of it stands with its findings.
Task<> Pipeline::note_look(const Journey& journey)
{
    auto note = [&journey](store::CaseDatabase& cases, store::FrontierDatabase&) {
        return cases.note_look(journey.visit.url, journey.result.at, journey.result.http_status);
    };
    const auto noted = co_await services_.stores.run(std::move(note));
    if (!noted) log::error("pipeline", "look at a finding not noted", {{"reason", to_string(noted.error())}});
}

// Nothing is lost: without a verdict, and without the new answer's validators, which would bring a 304, the
// picture is fetched and compared again.
void Pipeline::leave_for_later(Journey& journey, Outcome outcome)
{
    auto& result = journey.result;
    journey.news = 0;
    result.outcome = outcome;
    result.verdict.reset();
    result.generation = journey.visit.generation;
    result.content = journey.visit.content;
    result.etag = journey.visit.etag;
    result.last_modified = journey.visit.last_modified;
}

} // namespace stillwatch::daemon
