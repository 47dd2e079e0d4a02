#include "core/log.hpp"
#include "crawler/canonical.hpp"
#include "crawler/walls.hpp"
#include "pipeline/pipeline.hpp"

#include <utility>

// Gates that a link opens: what ended at one is visited again once it is open.
namespace stillwatch::pipeline {

namespace {

WaysIn::Visited visited(const VisitState& state, const Came& came, const Seen& seen, bool has_cookies)
{
    const auto& visit = state.visit;
    const auto& led_to = came.answer->led_to;
    WaysIn::Visited one{visit.id, visit.url, visit.parent,
                        crawler::canonical(led_to ? *led_to : came.fetched().url)};
    one.content = came.content;
    one.wall = seen.wall.value_or(Wall::none);
    if (one.wall == Wall::none) one.wall = crawler::wall_at(one.end);
    one.links = seen.discovered.size();
    one.has_cookies = has_cookies;
    one.has_new_cookie = came.answer->has_new_cookie;
    return one;
}

} // namespace

Task<> Pipeline::go_in(const VisitState& state, const Came& came, const Seen& seen)
{
    // A picture that came is behind no gate.
    if (seen.kind == LinkKind::image && seen.ending.reason() != NotCompared::page_in_place) co_return;
    const auto& name = state.site->name;
    auto& ways = ways_in_[name];
    if (ways.is_new()) {
        auto known = co_await services_.stores.run(&crawler::UrlFrontier::ways_in, name);
        if (ways.is_new()) ways.remember(std::move(known));
    }
    const bool is_first = ways.is_new();
    auto again = is_first ? ways.known() : std::vector<Url>();
    const auto ways_before = ways.known().size();
    // What led to an address of its own, which this visit is of by now.
    if (!state.led_here.empty() && !came.answer->hops.empty()) {
        auto from = crawler::canonical(came.answer->hops.front().url);
        ways.ended({state.led_here.front().id, std::move(from), {}, state.visit.url});
    }
    auto opened = ways.ended(visited(state, came, seen, services_.fetcher.has_cookies(*state.site)));
    std::ranges::move(opened.again, std::back_inserter(again));
    if (again.empty() && ways.known().size() == ways_before) co_return;
    services_.counters.add("gates_opened_total", {}, {}, opened.is_way_in ? 1 : 0);
    // Long due: a single pass visits what was due when it began.
    auto look = [name, again = std::move(again),
                 known = ways.known()](store::CaseDatabase&, crawler::UrlFrontier& frontier) -> Result<void> {
        for (const auto& url : again)
            if (const auto due = frontier.look_again(url, Timestamp{}); !due) return due.error();
        return frontier.set_ways_in(name, known);
    };
    const auto looked = co_await services_.stores.run(std::move(look));
    if (!looked)
        log::error("pipeline", "what a gate hid is not visited again at once",
                   {{"reason", looked.error().detail}});
}

} // namespace stillwatch::pipeline
