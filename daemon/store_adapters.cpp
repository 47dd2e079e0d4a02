#include "daemon/store_adapters.hpp"

#include "core/log.hpp"
#include "crawler/frontier/after_visit.hpp"

#include <algorithm>

namespace stillwatch::daemon {

using crawler::UrlFrontier;
using store::CaseDatabase;

// 0 lets no picture be stale.
std::int64_t StoredFrontier::generation() const
{
    return stale_ == StalePictures::are_due ? references_.current()->generation() : 0;
}

Task<std::vector<store::HostRow>> StoredFrontier::ready_hosts(Timestamp now)
{
    return stores_.run(&UrlFrontier::ready_hosts, now, generation());
}

Task<std::optional<Timestamp>> StoredFrontier::next_due(Timestamp now)
{
    return stores_.run(&UrlFrontier::next_due, now);
}

Task<std::vector<store::Visit>> StoredFrontier::claim(HostId host, Timestamp now, Timestamp lease_until,
                                                      std::size_t limit)
{
    for (;;) {
        auto claimed =
            co_await stores_.run(&UrlFrontier::claim_some, host, now, generation(), lease_until, limit);
        if (!claimed.goes_on) co_return std::move(claimed.visits);
    }
}

namespace {

// Whether it tells of a match with references that were withdrawn since they were compared.
bool is_erased(const CaseDatabase& cases, const store::VisitResult& result)
{
    return result.verdict && result.verdict->matched &&
           std::ranges::none_of(result.matched, [&](ReferenceId id) { return cases.is_reference(id); });
}

// Of such a match nothing is kept.
std::vector<store::VisitResult> without_erased(const CaseDatabase& cases,
                                               std::vector<store::VisitResult> results)
{
    for (auto& result : results)
        if (is_erased(cases, result)) result = crawler::without_match(std::move(result));
    return results;
}

} // namespace

Task<Result<>> StoredFrontier::apply(std::shared_ptr<const std::vector<store::VisitResult>> results)
{
    std::map<std::string, std::int64_t> bounds;
    auto work = [results = std::move(results), &bounds](CaseDatabase& cases, UrlFrontier& frontier) {
        const bool has_erased = std::ranges::any_of(
            *results, [&](const store::VisitResult& result) { return is_erased(cases, result); });
        auto applied =
            has_erased ? frontier.apply(without_erased(cases, *results)) : frontier.apply(*results);
        bounds = frontier.take_bounds();
        return applied;
    };
    auto applied = co_await stores_.run(std::move(work));
    for (const auto& [bound, times] : bounds)
        counters_.add("bounds_reached_total", "bound", bound, times);
    co_return applied;
}

Task<Result<>> StoredFrontier::release(std::vector<UrlId> ids)
{
    return stores_.run(&UrlFrontier::release, std::move(ids));
}

Task<Result<>> StoredFrontier::set_backoff(HostId host, Timestamp until, int errors_in_a_row)
{
    return stores_.run(&UrlFrontier::set_backoff, host, until, errors_in_a_row);
}

Task<std::optional<store::RobotsRow>> StoredRobots::load(std::string origin)
{
    return stores_.run(&UrlFrontier::robots, std::move(origin));
}

Task<> StoredRobots::save(store::RobotsRow row)
{
    const auto saved = co_await stores_.run(&UrlFrontier::set_robots, std::move(row));
    // Memory still has it; after a restart the host is asked again.
    if (!saved) log::warn("robots", "not stored", {{"reason", saved.error().detail}});
}

alerts::RunOnStore run_on_store(pipeline::Stores& stores)
{
    return [&stores](std::function<void(CaseDatabase&)> work) -> Task<> {
        return stores.run([work = std::move(work)](CaseDatabase& cases, UrlFrontier&) { work(cases); });
    };
}

} // namespace stillwatch::daemon
