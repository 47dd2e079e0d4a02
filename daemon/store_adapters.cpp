#include "daemon/store_adapters.hpp"

#include "core/log.hpp"

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
    return stores_.run([now, generation = generation()](CaseDatabase&, UrlFrontier& frontier) {
        return frontier.ready_hosts(now, generation);
    });
}

Task<std::optional<Timestamp>> StoredFrontier::next_due(Timestamp now)
{
    return stores_.run([now](CaseDatabase&, UrlFrontier& frontier) { return frontier.next_due(now); });
}

Task<std::vector<store::Visit>> StoredFrontier::claim(HostId host, Timestamp now, Timestamp lease_until,
                                                      std::size_t limit)
{
    for (;;) {
        auto work = [=, generation = generation()](CaseDatabase&, UrlFrontier& frontier) {
            return frontier.claim_some(host, now, generation, lease_until, limit);
        };
        auto claimed = co_await stores_.run(std::move(work));
        if (!claimed.goes_on) co_return std::move(claimed.visits);
    }
}

Task<Result<>> StoredFrontier::apply(std::shared_ptr<const std::vector<store::VisitResult>> results)
{
    std::map<std::string, std::int64_t> bounds;
    auto work = [results = std::move(results), &bounds](CaseDatabase& cases, UrlFrontier& frontier) {
        const auto apply_all = [&](const std::vector<store::VisitResult>& all) {
            auto applied = frontier.apply(all);
            bounds = frontier.take_bounds();
            return applied;
        };
        const auto is_erased = [&cases](const store::VisitResult& result) {
            return result.verdict && result.verdict->matched &&
                   std::ranges::none_of(result.matched,
                                        [&](ReferenceId id) { return cases.is_reference(id); });
        };
        if (std::ranges::none_of(*results, is_erased)) return apply_all(*results);
        // Withdrawn since they were compared: nothing is kept of the match.
        auto kept = *results;
        for (auto& result : kept) {
            if (!is_erased(result)) continue;
            result.verdict.reset();
            result.content.reset();
            result.generation = 0;
        }
        return apply_all(kept);
    };
    auto applied = co_await stores_.run(std::move(work));
    for (const auto& [bound, times] : bounds)
        counters_.add("bounds_reached_total", "bound", bound, times);
    co_return applied;
}

Task<Result<>> StoredFrontier::release(std::vector<UrlId> ids)
{
    return stores_.run(
        [ids = std::move(ids)](CaseDatabase&, UrlFrontier& frontier) { return frontier.release(ids); });
}

Task<Result<>> StoredFrontier::set_backoff(HostId host, Timestamp until, int errors_in_a_row)
{
    return stores_.run([=](CaseDatabase&, UrlFrontier& frontier) {
        return frontier.set_backoff(host, until, errors_in_a_row);
    });
}

Task<std::optional<store::RobotsRow>> StoredRobots::load(std::string origin)
{
    return stores_.run([origin = std::move(origin)](CaseDatabase&, UrlFrontier& frontier) {
        return frontier.robots(origin);
    });
}

Task<> StoredRobots::save(store::RobotsRow row)
{
    auto write = [row = std::move(row)](CaseDatabase&, UrlFrontier& frontier) {
        return frontier.set_robots(row);
    };
    const auto saved = co_await stores_.run(std::move(write));
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
