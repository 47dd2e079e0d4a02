#pragma once

#include "alerts/queue.hpp"
#include "core/counters.hpp"
#include "crawler/frontier.hpp"
#include "crawler/robots/robots_cache.hpp"
#include "pipeline/reference_keeper.hpp"
#include "pipeline/stores.hpp"

// The interfaces through which crawling and alerting reach the databases, each a few lines over Stores.
namespace stillwatch::daemon {

// Whether pictures that were compared with older references are due for that reason.
enum class StalePictures : std::uint8_t { are_due, are_left };

class StoredFrontier final : public crawler::Frontier {
public:
    // Tells `counters` how often bounds on what a site makes were reached.
    StoredFrontier(pipeline::Stores& stores, const pipeline::ReferenceKeeper& references, StalePictures stale,
                   Counters& counters)
        : stores_(stores), references_(references), stale_(stale), counters_(counters)
    {
    }

    Task<std::vector<store::HostRow>> ready_hosts(Timestamp now) override;
    Task<std::optional<Timestamp>> next_due(Timestamp now) override;
    Task<std::vector<store::Visit>> claim(HostId host, Timestamp now, Timestamp lease_until,
                                          std::size_t limit) override;
    Task<Result<>> apply(std::shared_ptr<const std::vector<store::VisitResult>> results) override;
    Task<Result<>> release(std::vector<UrlId> ids) override;
    Task<Result<>> set_backoff(HostId host, Timestamp until, int errors_in_a_row) override;

private:
    std::int64_t generation() const;

    pipeline::Stores& stores_;
    const pipeline::ReferenceKeeper& references_;
    StalePictures stale_;
    Counters& counters_;
};

class StoredRobots final : public crawler::RobotsStore {
public:
    explicit StoredRobots(pipeline::Stores& stores) : stores_(stores) {}

    Task<std::optional<store::RobotsRow>> load(std::string origin) override;
    Task<> save(store::RobotsRow row) override;

private:
    pipeline::Stores& stores_;
};

// For StoredAlertQueue.
alerts::RunOnStore run_on_store(pipeline::Stores& stores);

} // namespace stillwatch::daemon
