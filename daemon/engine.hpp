#pragma once

#include "config/config.hpp"
#include "control/commands.hpp"
#include "core/async.hpp"
#include "core/clock.hpp"
#include "core/counters.hpp"
#include "core/problems.hpp"
#include "core/tasks.hpp"
#include "crawler/polite_fetcher.hpp"
#include "crawler/scheduler.hpp"
#include "daemon/alert_rounds.hpp"
#include "daemon/channels.hpp"
#include "daemon/contact_lookup.hpp"
#include "daemon/evidence_keeper.hpp"
#include "daemon/health_watch.hpp"
#include "daemon/loop_watch.hpp"
#include "daemon/snapshot.hpp"
#include "daemon/store_adapters.hpp"
#include "daemon/time_stamper.hpp"
#include "daemon/watcher.hpp"
#include "daemon/web.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/reference_keeper.hpp"
#include "pipeline/stores.hpp"
#include "pipeline/under_check.hpp"
#include "sandbox/worker_pool.hpp"
#include "store/store_lock.hpp"
#include "vault/installation.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <map>
#include <memory>
#include <set>
#include <string>

namespace stillwatch::daemon {

// How an engine compares, for one run.
struct EngineOptions {
    bool compares = true; // false: fetches and reads, compares nothing (`crawl --no-match`)
    std::set<Tier> tiers; // only these; empty: all
};

// Everything that one installation does, put together: the daemon runs it without end, `crawl --once` for one
// pass. Owns the store while it lives. Loop thread; stop() must have returned before it goes.
class Engine {
public:
    // Opens keys, databases and clients. Throws std::runtime_error: cannot start, with the reason.
    Engine(asio::io_context& loop, const config::Config& config, EngineOptions options, const Clock& clock);
    Engine(const Engine&) = delete;

    // Cleans up after an earlier run, loads references and the watch list, tries a worker. Errors: cannot
    // start.
    Task<Result<void>> start();
    // Starts the loops that deliver alerts and follow consents. `on_failure` is called when one of them
    // breaks.
    void start_loops(std::function<void()> on_failure);
    // Crawls until stop().
    Task<> crawl();
    // One pass over the watch list.
    Task<Result<crawler::CrawlProgress>> crawl_once();
    // Waits until no alert is due, at most `patience`.
    Task<> deliver_due_alerts(std::chrono::milliseconds patience);

    // Runs a command of a person; what it changed is in force when it returns.
    Task<Result<json::value>> run(control::Command command, cases::Peer peer);

    // Goes over to another configuration; on an error the one before stays in force. What only a restart can
    // change (storage, sockets, workers) is named in a warning.
    Task<Result<void>> use(config::Config config);

    // Ends everything within seconds: visits are given back, deliveries cut, workers reaped.
    Task<> stop();

    // Starts looking for what is wrong, for health, `status`, metrics and alerts about the installation.
    void start_health();
    std::string metrics(); // Prometheus' text format
    HealthAnswer health(); // of this moment
    // A configuration was not taken over, for this reason.
    void configuration_refused(std::string reason);

    // What the pass of crawl_once() began with, by site; empty before it began.
    std::map<std::string, store::PassSize> pass() const
    {
        return has_begun_pass_ ? pass_ : std::map<std::string, store::PassSize>{};
    }
    crawler::CrawlProgress progress() const { return scheduler_.progress(); }
    const Counters& counters() const { return counters_; }

private:
    std::shared_ptr<const pipeline::PipelineSettings> pipeline_settings() const;
    // Says which robots.txt are not obeyed and why, in the log and in the audit.
    Task<Result<void>> note_robots();
    // No request goes to the hosts that people stopped.
    Task<> heed_stopped_hosts();
    std::shared_ptr<control::Commands> make_commands();
    LoopFacts loop_facts() const;
    AlertRounds::LoopNumbers numbers();
    // From now on the channels' rules of the configuration count, for what is held, too.
    Task<> use_alert_rules();
    // Cleans the folder of evidence; says so where it cannot.
    Task<> remove_orphaned_evidence();
    Task<> tell_collisions(std::vector<ReferenceId> references);
    Task<Result<void>> prepare_store();
    Task<Result<void>> finish(std::shared_ptr<control::Commands> commands);
    Task<Result<void>> check_new_reference(const json::object& arguments);
    Task<Result<json::value>> take_snapshot(const control::Command& command, cases::Peer peer);
    Task<> wait_for(const TaskGroup& tasks) const;

    asio::io_context& loop_;
    config::Config config_;
    std::shared_ptr<const crawler::CrawlSettings> crawl_;
    std::shared_ptr<const cases::GuardList> guard_; // none: no list
    EngineOptions options_;
    const Clock& clock_;
    Timestamp started_;
    store::StoreLock lock_;
    vault::InstallationKeys keys_;
    Counters counters_;
    Problems problems_;
    LoopStalls loop_stalls_{counters_, problems_};
    asio::thread_pool cpu_;
    pipeline::Stores stores_;
    pipeline::ReferenceKeeper references_;
    Web web_;
    crawler::SteadyTimekeeper time_;
    StoredRobots robots_;
    crawler::PoliteFetcher fetcher_;
    sandbox::WorkerPool workers_;
    std::unique_ptr<VideoReaders> videos_;       // null where there is no program that reads them
    std::unique_ptr<sandbox::WorkerPool> faces_; // null where no face is looked for
    StoredFrontier frontier_;
    crawler::Scheduler scheduler_;
    alerts::StoredAlertQueue queue_;
    std::unique_ptr<Channels> channels_;
    pipeline::UnderCheck under_check_;
    pipeline::Pipeline pipeline_;
    Watcher watcher_;
    std::shared_ptr<control::Commands> commands_;
    Snapshots snapshots_;
    HealthWatch health_;
    TimeStamper stamper_{stores_, web_, clock_, counters_, problems_};
    ContactLookup contacts_{stores_, web_, workers_, clock_, counters_};
    EvidenceKeeper keeper_{stores_, clock_, counters_, problems_};
    AlertRounds rounds_;
    TaskGroup outboxes_;
    TaskGroup loops_;
    std::function<void()> on_loop_failure_;
    std::map<std::string, store::PassSize> pass_; // written on the store's thread until has_begun_pass_
    bool has_begun_pass_ = false;
};

} // namespace stillwatch::daemon
