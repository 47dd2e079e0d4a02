#include "cli/as_owner.hpp"
#include "cli/command.hpp"
#include "cli/crawl_screen.hpp"
#include "cli/session.hpp"

#include "daemon/engine.hpp"
#include "daemon/installation.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <memory>

namespace stillwatch::cli {

namespace {

constexpr std::chrono::seconds patience_for_alerts{30};

struct CrawlOptions {
    bool once = false;
    bool no_match = false;
    std::vector<std::string> tiers;
};

json::object by_label(const Counters& counters, std::string_view name)
{
    json::object told;
    for (const auto& [label, count] : counters.by_label(name))
        told[label] = count;
    return told;
}

// Draws the screen once a second until `goes_on` is false, and a last time then.
Task<> show(daemon::Engine& engine, const bool& goes_on)
{
    CrawlScreen screen;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (bool last = false; !last;) {
        last = !goes_on;
        control::Command health{"site.health", {}};
        cases::Peer peer{"crawl", true};
        const auto sites = co_await engine.run(std::move(health), std::move(peer));
        if (sites) screen.draw(engine.progress(), *sites, engine.pass());
        for (int tenth = 0; tenth < 10 && goes_on; ++tenth) {
            timer.expires_after(std::chrono::milliseconds(100));
            co_await timer.async_wait(asio::use_awaitable);
        }
    }
}

// Hosts of nobody's that hold pictures of a site, by site; only sites that have some.
Task<json::object> hosts_left_out(daemon::Engine& engine)
{
    json::object told;
    control::Command command{"site.health", {}};
    cases::Peer peer{"crawl", true};
    const auto health = co_await engine.run(std::move(command), std::move(peer));
    if (!health || !health->is_array()) co_return told;
    for (const auto& site : health->get_array()) {
        const auto& row = site.as_object();
        if (const auto left_out = text_member(row, "left_out"); left_out && !left_out->empty())
            told[text_member(row, "site").value_or("")] = *left_out;
    }
    co_return told;
}

json::array by_site(const crawler::CrawlProgress& progress)
{
    json::array rows;
    for (const auto& [site, done] : progress.sites)
        rows.push_back(json::object{{"site", site},
                                    {"pages", done.pages},
                                    {"images", done.images},
                                    {"bytes", done.bytes},
                                    {"moved", done.moved},
                                    {"robots_refusals", done.disallowed},
                                    {"errors", done.errors}});
    return rows;
}

Task<Result<json::object>> pass(daemon::Engine& engine, const CrawlOptions& options)
{
    const auto begun = std::chrono::steady_clock::now();
    const auto started = co_await engine.start();
    if (!started) {
        co_await engine.stop();
        co_return started.error();
    }
    if (!options.no_match) engine.start_loops({});
    bool goes_on = true;
    TaskGroup screen(co_await asio::this_coro::executor);
    if (CrawlScreen::is_there()) screen.spawn("screen", show(engine, goes_on), {});
    const auto progress = co_await engine.crawl_once();
    goes_on = false;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (screen.running() > 0) {
        timer.expires_after(std::chrono::milliseconds(20));
        co_await timer.async_wait(asio::use_awaitable);
    }
    if (!options.no_match) co_await engine.deliver_due_alerts(patience_for_alerts);
    auto left_out = co_await hosts_left_out(engine);
    co_await engine.stop();
    if (!progress) co_return progress.error();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
    json::object told;
    told["pages"] = progress->pages;
    told["images"] = progress->images;
    told["bytes"] = progress->wire_bytes;
    told["seconds"] = seconds.count();
    told["findings"] = engine.counters().total("findings_total");
    told["compared"] = engine.counters().total("pictures_compared_total");
    told["walls"] = by_label(engine.counters(), "walls_total");
    told["visits"] = by_label(engine.counters(), "visits_total");
    told["errors"] = by_label(engine.counters(), "fetch_errors_total");
    told["refused_by_guard"] = by_label(engine.counters(), "guard_refusals_total");
    told["robots_refusals"] = progress->count(store::Outcome::disallowed);
    told["bounds"] = by_label(engine.counters(), "bounds_reached_total");
    told["hosts_left_out"] = std::move(left_out);
    told["sites"] = by_site(*progress);
    co_return std::move(told);
}

// A site that is never asked must not look like one that is down.
void say_closed(const json::object& told)
{
    const auto* sites = told.if_contains("refused_by_guard");
    if (!sites || !sites->is_object()) return;
    (void)std::fflush(stdout); // the order of what is told only
    for (const auto& [site, count] : sites->get_object())
        fmt::print(
            stderr,
            "stillwatch: site {}: {} of its addresses refused: not public, or closed by the guard (see "
            "network.allowed_private_networks); `stillwatch site plan {}` names them\n",
            std::string_view(site), json::serialize(count), std::string_view(site));
}

void run_crawl(Program& program, const CrawlOptions& options)
{
    const auto config = load(program.global, config::FileChecks::yes);
    if (!config) {
        program.exit_code = exit_configuration;
        return;
    }
    daemon::EngineOptions engine_options;
    engine_options.compares = !options.no_match;
    for (const auto& name : options.tiers)
        if (const auto tier = tier_from_name(name)) engine_options.tiers.insert(*tier);
    const SystemClock clock;
    const AsOwner as_daemon(daemon::paths_of(*config).storage);
    asio::io_context loop(1);
    std::exception_ptr failure;
    {
        daemon::Engine engine(loop, *config, std::move(engine_options), clock);
        asio::co_spawn(loop, pass(engine, options),
                       [&](std::exception_ptr thrown, Result<json::object> told) {
                           failure = thrown;
                           if (thrown) return loop.stop();
                           if (told) {
                               print_object(program.global.style(), *told);
                               say_closed(*told);
                           } else {
                               program.exit_code = print_error(told.error());
                           }
                           loop.stop();
                       });
        loop.run();
    }
    if (failure) std::rethrow_exception(failure);
}

} // namespace

void add_crawl_command(Program program)
{
    auto options = std::make_shared<CrawlOptions>();
    const auto command =
        program.app.add_subcommand("crawl", "One full pass over the watch list, without a running daemon");
    command.add_flag("--once", options->once, "Required: endless crawling is the daemon's part").required();
    command.add_flag("--no-match", options->no_match, "Fetch and read everything, compare nothing");
    command.add_option("--tiers", options->tiers, "Only these tiers: exact,near,derived")
        .delimiter(',')
        .one_of({"exact", "near", "derived"});
    command.callback([program, options]() mutable { run_crawl(program, *options); });
}

} // namespace stillwatch::cli
