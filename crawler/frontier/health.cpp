#include "crawler/frontier/frontier_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

// What people are told of the frontier, from the counts that are kept with each change.
namespace stillwatch::crawler {

namespace {

using store::HostTrouble;
using store::SiteHealth;

// How many addresses of one host ended in ways that tell something of the host.
struct HostCounts {
    std::int64_t pages = 0;
    std::int64_t images = 0;
    std::int64_t disallowed = 0;
    std::int64_t other_ends = 0;
};

// Most of what was asked for there, and nothing of it since, as far as is known.
HostTrouble trouble_of(const store::HostState& host, const HostCounts& counts)
{
    if (host.is_stopped) return HostTrouble::stopped;
    const bool is_failing = host.last_failure > host.last_success;
    const int status = host.last_failure_status;
    const bool turns_away = status == 401 || status == 403 || status == 429 || status == 451;
    if (host.last_challenge > host.last_success || (is_failing && turns_away)) return HostTrouble::blocked;
    if (is_failing) return HostTrouble::unreachable;
    if (counts.disallowed > counts.other_ends) return HostTrouble::disallowed;
    return HostTrouble::none;
}

void count(HostCounts& counts, const store::Shelf& shelf, std::int64_t urls)
{
    if (shelf.outcome != Outcome::moved && shelf.kind != LinkKind::video)
        (shelf.kind == LinkKind::page ? counts.pages : counts.images) += urls;
    if (shelf.outcome == Outcome::disallowed)
        counts.disallowed += urls;
    else if (shelf.outcome != Outcome::unvisited)
        counts.other_ends += urls;
}

// Known, and not compared, whatever kept it from that.
bool is_unseen_video(const store::Shelf& shelf) noexcept
{
    if (shelf.kind != LinkKind::video) return false;
    switch (shelf.outcome) {
    case Outcome::compared:
    case Outcome::unchanged:
    case Outcome::gone:
    case Outcome::moved: return false;
    default: return true;
    }
}

void count(SiteHealth& health, const store::Shelf& shelf, std::int64_t urls, std::int64_t generation)
{
    if (shelf.kind == LinkKind::video) {
        if (shelf.outcome != Outcome::moved) health.videos += urls;
        if (is_unseen_video(shelf)) health.videos_not_looked_at += urls;
        return;
    }
    const bool is_page = shelf.kind == LinkKind::page;
    if (shelf.outcome != Outcome::moved) (is_page ? health.pages : health.images) += urls;
    switch (shelf.outcome) {
    case Outcome::unvisited: health.unvisited += urls; break;
    case Outcome::page: health.pages_read += urls; break;
    case Outcome::unchanged:
    case Outcome::compared:
        if (is_page)
            health.pages_read += urls;
        else if (shelf.generation >= generation)
            health.images_compared += urls;
        break;
    case Outcome::undecodable:
    case Outcome::other: health.undecodable += urls; break;
    case Outcome::too_small: health.too_small += urls; break;
    case Outcome::waiting: health.waiting += urls; break;
    case Outcome::gone: health.gone += urls; break;
    case Outcome::unreachable: health.unreachable += urls; break;
    case Outcome::refused: health.refused += urls; break;
    case Outcome::moved: health.moved += urls; break;
    case Outcome::disallowed: health.disallowed += urls; break;
    }
}

void tell_site(SiteHealth& health, const store::SiteState& site, Timestamp now)
{
    if (site.day.day == day_of(now)) {
        health.pages_that_day = site.day.pages;
        health.bytes_that_day = site.day.bytes;
    }
    health.recent_visits = site.walls.visits();
    health.recent_walls = site.walls.walls();
    health.last_wall = site.walls.last;
}

void tell_host(SiteHealth& health, const store::HostState& host, const HostCounts& counts)
{
    if (host.last_success > Timestamp{} && (!health.last_success || host.last_success > *health.last_success))
        health.last_success = host.last_success;
    if (host.last_failure > Timestamp{} &&
        (!health.last_failure || host.last_failure >= *health.last_failure)) {
        health.last_failure = host.last_failure;
        health.last_failure_status = host.last_failure_status;
    }
    if (host.last_challenge > host.last_success) health.challenged.push_back(host.host.origin);
    const auto trouble = trouble_of(host, counts);
    if (trouble != HostTrouble::none)
        health.in_trouble.push_back({host.host_port, trouble, counts.pages, counts.images});
}

std::vector<store::OutsideHost> outside_of(store::FrontierTables& tables, const std::string& site)
{
    constexpr std::size_t most_told = 10;
    auto hosts = tables.outside_of(site);
    std::ranges::stable_sort(hosts, std::greater{}, [](const store::OutsideHost& host) {
        return std::pair(host.redirects, host.pictures);
    });
    if (hosts.size() > most_told) hosts.resize(most_told);
    return hosts;
}

} // namespace

SiteHealth UrlFrontier::site_health(const std::string& site, std::int64_t generation, Timestamp now) const
{
    constexpr std::size_t most_named = 10;
    auto& tables = *impl_->tables;
    SiteHealth health;
    std::map<HostId, HostCounts> of_hosts;
    for (const auto& [shelf, urls] : tables.tally_of(site)) {
        count(health, shelf, urls, generation);
        count(of_hosts[shelf.host], shelf, urls);
    }
    if (const auto state = tables.site_named(site)) tell_site(health, *state, now);
    for (const auto& host : tables.hosts_of(site)) {
        tell_host(health, host, of_hosts[host.host.id]);
        if (const auto status = tables.robots_status(host.host.origin))
            health.robots[host.host.origin] = *status;
    }
    health.outside = outside_of(tables, site);
    health.bounds = tables.bounds_of(site);
    std::erase_if(health.bounds, [](const auto& bound) { return bound.second <= 0; });
    for (const auto& [pattern, waiting] : tables.idle_families(site)) {
        health.set_aside += waiting;
        if (health.idle_families.size() < most_named)
            health.idle_families.push_back(fmt::format("{} ({})", pattern, waiting));
    }
    return health;
}

store::Coverage UrlFrontier::coverage(std::int64_t generation) const
{
    store::Coverage result;
    for (const auto& [shelf, urls] : impl_->tables->tally_of(std::nullopt)) {
        if (shelf.kind != LinkKind::image) continue;
        if (shelf.outcome == Outcome::moved) continue; // counted where it leads to
        const bool current = shelf.generation >= generation;
        result.images += urls;
        switch (shelf.outcome) {
        case Outcome::unreachable: result.unreachable += urls; break;
        case Outcome::refused:
        case Outcome::disallowed: (current ? result.unreachable : result.pending) += urls; break;
        case Outcome::gone: (current ? result.gone : result.pending) += urls; break;
        case Outcome::compared:
        case Outcome::unchanged: (current ? result.compared : result.pending) += urls; break;
        case Outcome::undecodable:
        case Outcome::other: (current ? result.undecodable : result.pending) += urls; break;
        case Outcome::too_small: (current ? result.too_small : result.pending) += urls; break;
        case Outcome::waiting: result.waiting += urls; break;
        case Outcome::unvisited:
        case Outcome::moved:
        case Outcome::page: result.pending += urls; break;
        }
    }
    return result;
}

store::FrontierCounts UrlFrontier::counts(Timestamp now) const
{
    store::FrontierCounts result;
    for (const auto& [shelf, urls] : impl_->tables->tally_of(std::nullopt)) {
        if (shelf.kind == LinkKind::video) {
            result.videos += urls;
            if (is_unseen_video(shelf)) result.videos_not_looked_at += urls;
            continue;
        }
        (shelf.kind == LinkKind::page ? result.pages : result.images) += urls;
        if (shelf.outcome == Outcome::unvisited) result.due += urls;
    }
    result.contents = impl_->tables->count_verdicts();
    result.due += impl_->tables->count_revisits(now);
    return result;
}

} // namespace stillwatch::crawler
