#include "crawler/canonical.hpp"
#include "crawler/walls.hpp"
#include "pipeline/pipeline.hpp"

#include <algorithm>

// Addresses that redirect: what stands at the end is known by its own address, and fetched once.
namespace stillwatch::pipeline {

namespace {

constexpr std::chrono::hours lease_of_arrival{1};

bool is_for_good(const Fetched& hop) noexcept
{
    return hop.status == 301 || hop.status == 308;
}

// Whether the end of a redirect is an address of its own. Addresses that are made anew for each request
// (signed, with a session) are not: their redirects are for now, and of pictures, or lead to the same path.
bool is_of_its_own(const store::Visit& visit, const crawler::PoliteAnswer& answer, const Url& end)
{
    if (answer.hops.empty() || answer.answer.status != 200 || end == visit.url) return false;
    if (crawler::wall_at(end) != Wall::none) return false;
    if (std::ranges::all_of(answer.hops, is_for_good)) return true;
    return visit.kind == LinkKind::page && end.path() != visit.url.path();
}

} // namespace

// With a session or a campaign more it is the same address; and a wall says what it is to whoever comes to
// it.
Task<bool> Pipeline::is_visited_anyway(Url from, Url to)
{
    auto end = crawler::canonical(to);
    if (end == from || crawler::wall_at(end) != Wall::none) co_return false;
    const bool is_known =
        co_await services_.stores.run(&crawler::UrlFrontier::is_visited_anyway, std::move(end));
    co_return is_known;
}

// Where redirects led to an address nobody knew, this becomes its first visit.
Task<VisitState> Pipeline::arrive(VisitState state, const Came& came)
{
    if (state.visit.url.picture_inside()) co_return std::move(state);
    const auto end = crawler::canonical(came.fetched().url);
    if (!is_of_its_own(state.visit, *came.answer, end)) co_return std::move(state);
    const auto now = services_.clock.now();
    const auto until = now + lease_of_arrival;
    auto visit = co_await services_.stores.run(&crawler::UrlFrontier::arrive, state.visit, end, now, until);
    if (!visit) co_return std::move(state);
    state.led_here.push_back(finish_moved(state, came.answer->hops.front().status, end, VisitEnd{now}));
    state.led_from.push_back(state.visit.url);
    state.visit = *std::move(visit);
    state.conditions = {};
    co_return std::move(state);
}

} // namespace stillwatch::pipeline
