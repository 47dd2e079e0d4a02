#include "crawler/canonical.hpp"
#include "crawler/revisit.hpp"
#include "crawler/walls.hpp"
#include "daemon/pipeline.hpp"

#include <algorithm>

// Addresses that redirect: what stands at the end is known by its own address, and fetched once.
namespace stillwatch::daemon {

namespace {

constexpr std::chrono::hours lease_of_arrival{1};

bool is_for_good(const Fetched& hop) noexcept
{
    return hop.status == 301 || hop.status == 308;
}

// Whether the end of a redirect is an address of its own. Addresses that are made anew for each request (signed, with a
// session) are not: their redirects are for now, and of pictures, or lead to the same path.
bool is_of_its_own(const store::Visit& visit, const crawler::PoliteAnswer& answer, const Url& end)
{
    if (answer.hops.empty() || answer.answer.status != 200 || end == visit.url) return false;
    if (crawler::wall_at(end) != Wall::none) return false;
    if (std::ranges::all_of(answer.hops, is_for_good)) return true;
    return visit.kind == LinkKind::page && end.path() != visit.url.path();
}

store::Discovered redirect_to(const store::Visit& visit, const Url& url)
{
    return {url, visit.kind, Mechanism::redirect, visit.site, 0, true};
}

} // namespace

void Pipeline::begin(Journey& journey, store::Visit visit)
{
    journey.visit = std::move(visit);
    const auto& known = journey.visit;
    auto& result = journey.result;
    result.id = known.id;
    result.host = known.host;
    result.kind = known.kind;
    result.depth = known.depth;
    result.etag = known.etag;
    result.last_modified = known.last_modified;
    result.content = known.content;
}

// With a session or a campaign more it is the same address; and a wall says what it is to whoever comes to it.
Task<bool> Pipeline::is_visited_anyway(Url from, Url to)
{
    auto end = crawler::canonical(to);
    if (end == from || crawler::wall_at(end) != Wall::none) co_return false;
    auto look = [end = std::move(end)](store::CaseDatabase&, store::FrontierDatabase& frontier) {
        return frontier.is_visited_anyway(end);
    };
    const bool is_known = co_await services_.stores.run(std::move(look));
    co_return is_known;
}

// The redirect leads to an address that has visits of its own.
Ending Pipeline::moved(Journey& journey, const crawler::PoliteAnswer& answer)
{
    auto& result = journey.result;
    result.outcome = store::Outcome::moved;
    result.http_status = answer.answer.status;
    result.wire_bytes = static_cast<std::int64_t>(answer.answer.body.size());
    result.etag = result.last_modified = "";
    result.discovered.push_back(redirect_to(journey.visit, crawler::canonical(*answer.led_to)));
    services_.counters.add("received_bytes_total", {}, {}, result.wire_bytes);
    return NotCompared::moved;
}

// The redirects led to an address nobody knew: this is its first visit.
Task<> Pipeline::arrive(Journey& journey, const crawler::PoliteAnswer& answer)
{
    const auto end = crawler::canonical(answer.answer.url);
    if (!is_of_its_own(journey.visit, answer, end)) co_return;
    const auto now = services_.clock.now();
    auto take = [from = journey.visit, end, now](store::CaseDatabase&, store::FrontierDatabase& frontier) {
        return frontier.arrive(from, end, now, now + lease_of_arrival);
    };
    auto visit = co_await services_.stores.run(std::move(take));
    if (!visit) co_return;
    store::VisitResult earlier = journey.result;
    earlier.at = now;
    earlier.outcome = store::Outcome::moved;
    earlier.http_status = answer.hops.front().status;
    earlier.etag = earlier.last_modified = "";
    const auto revisit =
        crawler::next_visit(journey.visit, earlier.outcome, 0, now, journey.site->revisit, 1);
    earlier.due = revisit.due;
    earlier.unchanged_in_a_row = revisit.unchanged_in_a_row;
    earlier.discovered.push_back(redirect_to(journey.visit, end));
    journey.is_conditional = false;
    begin(journey, *std::move(visit));
    journey.result.led_here.push_back(std::move(earlier));
}

} // namespace stillwatch::daemon
