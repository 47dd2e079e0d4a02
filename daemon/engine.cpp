#include "daemon/engine.hpp"

#include "cases/notes.hpp"
#include "core/log.hpp"
#include "core/memory.hpp"
#include "daemon/burial.hpp"
#include "daemon/checkpoints.hpp"
#include "daemon/face_settings.hpp"
#include "daemon/installation.hpp"
#include "daemon/settings.hpp"
#include "html/extract.hpp"
#include "pipeline/reference_history.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace stillwatch::daemon {

using crawler::UrlFrontier;
using store::CaseDatabase;

namespace {

// For what must be there before anything starts.
template <class T>
T or_throw(Result<T> result, std::string_view what)
{
    if (!result) throw std::runtime_error(fmt::format("{}: {}", what, to_string(result.error())));
    return *std::move(result);
}

// One thread less than processors, since the loop has one; two at least, so that no long write holds up
// comparisons.
std::size_t cpu_threads()
{
    return std::max(2U, std::thread::hardware_concurrency()) -
           (std::thread::hardware_concurrency() > 2 ? 1U : 0U);
}

} // namespace

Engine::Engine(asio::io_context& loop, const config::Config& config, EngineOptions options,
               const Clock& clock)
    : loop_(loop), config_(config), crawl_(or_throw(crawl_settings(config), "sites")),
      guard_(or_throw(guard_list(config), "guard")), options_(std::move(options)), clock_(clock),
      started_(clock.now()), lock_(or_throw(store::StoreLock::acquire(paths_of(config).storage), "storage")),
      keys_(or_throw(vault::load_installation_keys(vault::key_location(paths_of(config).keys)), "keys")),
      problems_(clock), cpu_(cpu_threads()), stores_(paths_of(config).storage),
      references_(loop, stores_, cpu_, keys_.sealing, clock, problems_),
      web_(loop, or_throw(http_settings(config), "network"), body_limits(config)), time_(loop.get_executor()),
      robots_(stores_), fetcher_(web_, robots_, time_, clock),
      workers_(loop, or_throw(pool_settings(config), "workers")), videos_(video_readers(loop)),
      faces_(face_reader(loop, config, references_)),
      frontier_(stores_, references_, options_.compares ? StalePictures::are_due : StalePictures::are_left,
                counters_),
      scheduler_(loop.get_executor(), time_, clock, frontier_, fetcher_, crawl_),
      queue_(run_on_store(stores_)),
      channels_(or_throw(Channels::make(config, loop, queue_, clock), "channels")),
      pipeline_({stores_, fetcher_, workers_, references_, cpu_, keys_.signing, clock, counters_, problems_,
                 [this] { channels_->wake(); }, videos_.get(), faces_.get(), &under_check_},
                pipeline_settings()),
      watcher_({stores_, fetcher_, workers_, references_, cpu_, keys_.signing, clock, counters_, problems_,
                [this] { channels_->wake(); }, videos_.get(), faces_.get(), &under_check_},
               [this] { return pipeline_.settings(); }),
      commands_(make_commands()), snapshots_(stores_, paths_of(config).storage),
      health_(loop, stores_, problems_, clock,
              {[this] { return loop_facts(); }, [this] { return commands_; }, [this] { channels_->wake(); }}),
      rounds_(
          loop, stores_, clock, keys_.signing, [this] { return numbers(); }, [this] { channels_->wake(); }),
      outboxes_(loop.get_executor()), loops_(loop.get_executor())
{
    give_large_blocks_back();
    queue_.use(channel_rules(config_));
    rounds_.use(round_settings(config_));
    contacts_.use(lookup_settings(config_));
    stamper_.use(or_throw(stamp_settings(config), "evidence"));
    keeper_.use(keep_settings(config_));
    health_.use(health_settings(config_));
}

std::shared_ptr<const pipeline::PipelineSettings> Engine::pipeline_settings() const
{
    auto settings = std::make_shared<pipeline::PipelineSettings>();
    settings->crawl = crawl_;
    settings->page = fetch_limits(config_, LinkKind::page);
    settings->image = fetch_limits(config_, LinkKind::image);
    settings->video = video_limits(config_);
    settings->look_time_a_day = std::chrono::floor<std::chrono::seconds>(config_.crawl.look_time_per_day);
    settings->record = record_settings(config_);
    settings->guard = guard_;
    settings->compares = options_.compares;
    settings->tiers = options_.tiers;
    return settings;
}

// The store's thread is idle when this is called, or the new object waits in its queue like the old one.
std::shared_ptr<control::Commands> Engine::make_commands()
{
    auto settings = command_settings(config_, keys_);
    return std::make_shared<control::Commands>(stores_.cases(), stores_.frontier(), keys_.sealing.public_key,
                                               std::move(settings), clock_);
}

Task<Result<void>> Engine::prepare_store()
{
    auto tiers = options_.tiers;
    if (tiers.empty()) tiers.insert(all_tiers.begin(), all_tiers.end());
    auto prepare = [rows = site_rows(config_), tiers = std::move(tiers), compares = options_.compares,
                    digest = config_.digest,
                    now = clock_.now()](CaseDatabase& cases, UrlFrontier& frontier) -> Result<void> {
        const auto noted = cases.append_audit({"stillwatchd", now}, "settings.load", digest.hex());
        if (!noted) return noted;
        const auto released = frontier.release_leases();
        if (!released) return released;
        const auto set = frontier.set_sites(rows);
        if (!set) return set;
        const auto stopped = frontier.set_stopped_hosts(cases.stopped_hosts());
        if (!stopped) return stopped;
        const auto versioned = frontier.set_reader_version(html::reader_version);
        if (!versioned) return versioned;
        const auto judged = cases.judge_held_alerts(now);
        if (!judged) return judged;
        const auto checked = pipeline::check_history(cases, frontier, {"stillwatchd", now});
        if (!checked) return checked;
        if (compares) {
            const auto tiered = cases.compare_tiers(tiers, {"stillwatchd", now});
            if (!tiered) return tiered;
        }
        if (cases.verdict_version() == verdict_version) return {};
        // Verdicts of another extractor are stale, whatever references there are.
        if (cases.generation() > 0) {
            const auto raised = cases.raise_generation({"stillwatchd", now});
            if (!raised) return raised.error();
        }
        return cases.set_verdict_version(verdict_version);
    };
    co_return co_await stores_.run(std::move(prepare));
}

Task<Result<void>> Engine::start()
{
    snapshots_.discard();
    auto storage = config_.storage.directory;
    const auto buried = co_await bury_withdrawn(stores_, std::move(storage), clock_);
    if (!buried) co_return buried.error();
    co_await remove_orphaned_evidence();
    const auto prepared = co_await prepare_store();
    if (!prepared) co_return prepared.error();
    const auto noted = co_await note_robots();
    if (!noted) co_return noted.error();
    co_await heed_stopped_hosts();
    references_.on_collisions(
        [this](std::vector<ReferenceId> references) { return tell_collisions(std::move(references)); });
    const auto loaded = co_await references_.reload();
    if (!loaded) co_return loaded.error();
    loops_.spawn("loop watch", watch_loop(loop_stalls_));
    workers_.on_disagreement([this] {
        problems_.set("worker_disagreement", {},
                      "two workers told different things of one picture; what was compared since the start "
                      "may be wrong "
                      "(docs/decisions/0011-whose-word-counts.md)");
    });
    auto worker = co_await workers_.start();
    co_return worker;
}

Task<Result<void>> Engine::note_robots()
{
    std::vector<std::string> overridden;
    for (const auto& site : config_.sites) {
        if (!site.enabled || site.robots == config::RobotsPolicy::obey) continue;
        if (site.robots_until <= clock_.now()) {
            log::warn("engine", "robots.txt is obeyed again: the override has ended",
                      {{"site", site.name}, {"until", format_utc(site.robots_until)}});
            continue;
        }
        log::warn(
            "engine", "robots.txt is ignored",
            {{"site", site.name}, {"reason", site.robots_reason}, {"until", format_utc(site.robots_until)}});
        overridden.push_back(fmt::format("{} until {}", site.name, format_utc(site.robots_until)));
    }
    auto append = [&overridden, now = clock_.now()](CaseDatabase& cases, UrlFrontier&) -> Result<void> {
        for (const auto& object : overridden) {
            const auto appended = cases.append_audit({"stillwatchd", now}, "robots.ignored", object);
            if (!appended) return appended;
        }
        return {};
    };
    co_return co_await stores_.run(std::move(append));
}

Task<> Engine::heed_stopped_hosts()
{
    const auto stopped = co_await stores_.run(&CaseDatabase::stopped_hosts);
    std::set<std::string, std::less<>> hosts;
    for (const auto& one : stopped)
        hosts.insert(one.host);
    fetcher_.set_stopped(hosts);
    for (const auto& host : hosts)
        web_.cancel(host);
    scheduler_.wake();
}

void Engine::start_loops(std::function<void()> on_failure)
{
    on_loop_failure_ = std::move(on_failure);
    channels_->start(outboxes_, on_loop_failure_);
    loops_.spawn("references", references_.keep_merged(), on_loop_failure_);
    loops_.spawn("checkpoints", keep_checkpoints(stores_, keys_.signing, clock_, problems_),
                 on_loop_failure_);
    loops_.spawn("watcher", watcher_.follow([this] { scheduler_.wake(); }), on_loop_failure_);
    loops_.spawn("consents", references_.follow_consents([this] { scheduler_.wake(); }), on_loop_failure_);
}

Task<> Engine::crawl()
{
    return scheduler_.run([this](store::Visit visit) { return pipeline_.visit(std::move(visit)); });
}

Task<Result<crawler::CrawlProgress>> Engine::crawl_once()
{
    const auto generation = options_.compares ? references_.current()->generation() : 0;
    const auto now = clock_.now();
    const auto begun = co_await stores_.run(&UrlFrontier::start_pass, now);
    if (!begun) co_return begun.error();
    pass_ = co_await stores_.run(&UrlFrontier::pass_sizes, now, generation);
    has_begun_pass_ = true;
    crawler::VisitFunction visit = [this](store::Visit one) { return pipeline_.visit(std::move(one)); };
    auto progress = co_await scheduler_.run_once(std::move(visit));
    co_return progress;
}

// Whether the record can be compared here at all, and shows what no reference of its case shows.
Task<Result<void>> Engine::check_new_reference(const json::object& arguments)
{
    const auto pseudonym = text_member(arguments, "case").value_or("");
    const auto written = text_member(arguments, "sealed").value_or("");
    Bytes sealed(written.size() / 2);
    if (written.empty() || !from_hex(written, sealed))
        co_return Result<void>{}; // the command says what is missing
    const auto same = co_await references_.same_picture(pseudonym, std::move(sealed));
    if (!same) {
        if (same.error().code == Errc::not_found) co_return Result<void>{}; // so does it here
        co_return same.error();
    }
    if (!*same) co_return Result<void>{};
    auto name = [number = **same](CaseDatabase& cases, UrlFrontier&) -> Error {
        const auto reference = cases.find_reference(number);
        return control::same_picture_exists(reference ? reference->name : "", number);
    };
    auto refused = co_await stores_.run(std::move(name));
    co_return refused;
}

// After references left the memory: this may take a minute.
Task<Result<void>> Engine::finish(std::shared_ptr<control::Commands> commands)
{
    auto work = [commands = std::move(commands)](CaseDatabase&, UrlFrontier&) -> Result<void> {
        try {
            return commands->finish();
        } catch (const std::exception& error) { // a disk that cannot be read
            return Error{Errc::io, error.what()};
        }
    };
    co_return co_await stores_.run(std::move(work));
}

Task<Result<json::value>> Engine::run(control::Command command, cases::Peer peer)
{
    if (command.name == "backup.snapshot") {
        auto taken = co_await take_snapshot(command, std::move(peer));
        co_return taken;
    }
    const bool is_status = command.name == "status";
    const bool erases = command.name == "case.withdraw" || command.name == "reference.remove" ||
                        command.name == "place.remove" || command.name == "reference.import" ||
                        command.name == "reference.forget" || command.name == "findings.under-18";
    if (command.name == "reference.add") {
        const auto checked = co_await check_new_reference(command.arguments);
        if (!checked) co_return checked.error();
    }
    const bool names_channel = command.name == "alert-test" || command.name == "outbox.replay";
    auto commands = commands_; // a reload may put others in their place
    auto work = [commands, command = std::move(command),
                 peer = std::move(peer)](CaseDatabase&, UrlFrontier&) -> Result<control::CommandOutcome> {
        try {
            return commands->run(command, peer);
        } catch (const std::exception& error) { // a disk that cannot be read
            return Error{Errc::io, error.what()};
        }
    };
    auto outcome = co_await stores_.run(std::move(work));
    if (erases) snapshots_.discard();
    // A disk that refuses to erase comes after the change was made.
    const bool may_have_changed =
        !outcome && (outcome.error().code == Errc::io || outcome.error().code == Errc::corrupt);
    if (may_have_changed) (void)co_await references_.reload(); // its own error is the lesser news
    Result<void> reloaded;
    if (outcome && outcome->effects.references) {
        reloaded = co_await references_.reload();
        scheduler_.wake();
    }
    const auto finished = co_await finish(std::move(commands));
    if (!outcome) {
        auto error = outcome.error();
        const bool is_older = problems_.is_set("configuration");
        if (names_channel && is_older && error.code == Errc::not_found)
            error.detail += "; the last reload was refused and an older configuration is in force: see "
                            "`stillwatch status`";
        co_return error;
    }
    if (!reloaded)
        co_return Error{Errc::io, "done, but references were not reloaded: " + reloaded.error().detail};
    if (!finished) co_return finished.error();
    if (outcome->effects.alerts) channels_->wake();
    if (outcome->effects.guard) pipeline_.read_guard_again();
    if (outcome->effects.hosts) co_await heed_stopped_hosts();
    if (!outcome->effects.looks.empty()) {
        auto pictures = std::move(outcome->effects.looks);
        auto seen = co_await look_now(stores_, pipeline_, clock_, std::move(pictures));
        outcome->result.as_object()["seen"] = std::move(seen);
    }
    if (!outcome->effects.contacts_of.empty()) {
        auto host = std::move(outcome->effects.contacts_of);
        auto contacts = co_await contacts_.look(std::move(host));
        if (!contacts) co_return contacts.error();
        outcome->result = *std::move(contacts);
    }
    if (is_status) {
        const auto progress = scheduler_.progress();
        auto& told = outcome->result.as_object();
        told["version"] = STILLWATCH_VERSION;
        told["running_since"] = format_utc(started_);
        told["references"] = references_.current()->size();
        told["visits"] = progress.visits;
        told["in_flight"] = progress.in_flight;
        told["problems"] = health_.rows();
        told["time_stamps"] = stamper_.status();
        auto heartbeat = co_await rounds_.status();
        told["heartbeat"] = std::move(heartbeat);
    }
    co_return std::move(outcome->result);
}

Task<Result<json::value>> Engine::take_snapshot(const control::Command& command, cases::Peer peer)
{
    const bool with_frontier = bool_member(command.arguments, "frontier").value_or(false);
    auto admit = [commands = commands_, peer = std::move(peer)](CaseDatabase&, UrlFrontier&) {
        return commands->admit("backup.snapshot", peer);
    };
    auto actor = co_await stores_.run(std::move(admit));
    if (!actor) co_return actor.error();
    auto taken = co_await snapshots_.take(with_frontier, *std::move(actor));
    // The keys may be credentials that only the daemon was given; their public halves say whose backup it is.
    if (taken) taken->as_object()["installation_key"] = to_hex(keys_.sealing.public_key.bytes);
    co_return taken;
}

Task<Result<void>> Engine::use(config::Config config)
{
    const bool needs_restart = config.storage != config_.storage || config.control != config_.control ||
                               config.metrics != config_.metrics || config.workers != config_.workers;
    config.storage = config_.storage;
    const auto web = http_settings(config);
    if (!web) co_return web.error();
    const auto crawl = crawl_settings(config);
    if (!crawl) co_return crawl.error();
    auto read = [&config] { return guard_list(config); };
    auto guard = co_await offload(cpu_, std::move(read));
    if (!guard) co_return guard.error();
    auto stamps = stamp_settings(config);
    if (!stamps) co_return stamps.error();
    auto client = web_.make(*web);
    if (!client) co_return client.error();
    auto channels = Channels::make(config, loop_, queue_, clock_);
    if (!channels) co_return channels.error();
    auto note = [digest = config.digest, now = clock_.now()](CaseDatabase& cases, UrlFrontier&) {
        return cases.append_audit({"stillwatchd", now}, "settings.load", digest.hex());
    };
    const auto recorded = co_await stores_.run(std::move(note));
    if (!recorded) co_return recorded.error();
    auto rows = site_rows(config);
    const auto stored = co_await stores_.run(&UrlFrontier::set_sites, std::move(rows));
    if (!stored) co_return stored.error();

    problems_.clear("configuration");
    problems_.set("restart_needed", "",
                  needs_restart
                      ? "changes of storage, control, metrics and workers are in force only after a restart"
                      : "",
                  Severity::warning);
    // What the next reload is compared with is what is in force.
    config.control = config_.control;
    config.metrics = config_.metrics;
    config.workers = config_.workers;
    config_ = std::move(config);
    crawl_ = *crawl;
    stamper_.use(*std::move(stamps));
    contacts_.use(lookup_settings(config_));
    keeper_.use(keep_settings(config_));
    guard_ = *std::move(guard);
    web_.use(*web, *std::move(client), body_limits(config_));
    pipeline_.use(pipeline_settings());
    scheduler_.use(crawl_);
    commands_ = make_commands();
    const auto noted = co_await note_robots();
    if (!noted)
        log::error("engine", "not written into the audit log", {{"reason", to_string(noted.error())}});
    // An alert whose delivery is cut here is sent again under the same id.
    channels_->stop();
    outboxes_.stop();
    co_await wait_for(outboxes_);
    channels_ = *std::move(channels);
    co_await use_alert_rules();
    channels_->start(outboxes_, on_loop_failure_);
    health_.use(health_settings(config_));
    scheduler_.wake();
    co_return Result<void>{};
}

} // namespace stillwatch::daemon
