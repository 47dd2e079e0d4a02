#pragma once

#include "alerts/queue.hpp"
#include "crawler/frontier.hpp"
#include "crawler/robots_cache.hpp"
#include "daemon/metrics.hpp"
#include "daemon/reference_keeper.hpp"
#include "daemon/stores.hpp"

// The interfaces through which crawling and alerting reach the databases, each a few lines over Stores.
namespace stillwatch::daemon {

// Whether pictures that were compared with older references are due for that reason.
enum class StalePictures : std::uint8_t { are_due, are_left };

class StoredFrontier final : public crawler::Frontier {
public:
    // Tells `counters` how often bounds on what a site makes were reached.
    StoredFrontier(Stores& stores, const ReferenceKeeper& references, StalePictures stale, Counters& counters)
        : stores_(stores), references_(references), stale_(stale), counters_(counters)
    {
    }

    Task<std::vector<store::HostRow>> ready_hosts(Timestamp now) override;
    Task<std::optional<Timestamp>> next_due(Timestamp now) override;
    Task<std::vector<store::Visit>> claim(HostId host, Timestamp now, Timestamp lease_until, std::size_t limit) override;
    Task<Result<>> apply(std::shared_ptr<const std::vector<store::VisitResult>> results) override;
    Task<Result<>> release(std::vector<UrlId> ids) override;
    Task<Result<>> set_backoff(HostId host, Timestamp until, int errors_in_a_row) override;

private:
    std::int64_t generation() const;

    Stores& stores_;
    const ReferenceKeeper& references_;
    StalePictures stale_;
    Counters& counters_;
};

class StoredRobots final : public crawler::RobotsStore {
public:
    explicit StoredRobots(Stores& stores) : stores_(stores) {}

    Task<std::optional<store::RobotsRow>> load(std::string origin) override;
    Task<> save(store::RobotsRow row) override;

private:
    Stores& stores_;
};

// For StoredAlertQueue.
alerts::RunOnStore run_on_store(Stores& stores);

} // namespace stillwatch::daemon
