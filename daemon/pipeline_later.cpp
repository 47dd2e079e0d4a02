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
