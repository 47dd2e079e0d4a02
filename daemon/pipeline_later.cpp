#include "core/log.hpp"
#include "daemon/answers.hpp"
#include "daemon/pipeline.hpp"

// Visits that showed nothing of their address: it is asked for again.
namespace stillwatch::daemon {

// An answer that is no page anyway: only what its text says of challenges counts.
Task<Result<void>> Pipeline::look_for_challenge(Journey& journey, Fetched& answer)
{
    const Result<void> done; // named: gcc 12 takes a temporary here for uninitialised at -O1
    auto payload = answer.payload();
    if (!payload) co_return done;
    auto document = document_of(answer, std::make_shared<const Bytes>(*std::move(payload)));
    const auto links = co_await services_.inspector.links(std::move(document), answer.url.text());
    if (!links && links.error().code == Errc::cancelled) co_return links.error();
    if (links && (links->wall == Wall::challenge || links->wall == Wall::riddle)) challenged(journey, answer);
    co_return done;
}

// Nothing of the address was seen; its host rests, and the operator is told. No challenge is ever solved.
void Pipeline::challenged(Journey& journey, const Fetched& answer)
{
    leave_for_later(journey);
    journey.news = 0;
    journey.result.wall = Wall::challenge;
    services_.fetcher.challenged(answer);
    services_.counters.add("walls_total", "wall", name_of(Wall::challenge));
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
void Pipeline::leave_for_later(Journey& journey)
{
    auto& result = journey.result;
    result.outcome = store::Outcome::unreachable;
    result.generation = journey.visit.generation;
    result.content = journey.visit.content;
    result.etag = journey.visit.etag;
    result.last_modified = journey.visit.last_modified;
}

} // namespace stillwatch::daemon
