#include "cli/command.hpp"
#include "cli/session.hpp"
#include "cli/site_plan.hpp"

#include <fmt/format.h>

#include <memory>

namespace stillwatch::cli {

namespace {

// What to do about hosts that hold a site's pictures and stand in no list.
void print_left_out(const json::array& sites)
{
    for (const auto& site : sites) {
        const auto& row = site.as_object();
        const auto* hosts = row.if_contains("hosts_left_out");
        if (!hosts || !hosts->is_array() || hosts->get_array().empty()) continue;
        fmt::print("\n{}: nothing is asked on these hosts; to have them looked at, add to its `hosts`:\n",
                   text_member(row, "site").value_or(""));
        for (const auto& host : hosts->get_array())
            fmt::print("    \"{}\",  # {} pictures named, {} redirects\n",
                       text_member(host.as_object(), "host").value_or(""),
                       number_member(host.as_object(), "pictures").value_or(0),
                       number_member(host.as_object(), "redirects").value_or(0));
    }
}

// A site that was never asked must not look like one that is down.
void print_closed(const json::array& sites)
{
    for (const auto& site : sites) {
        const auto& row = site.as_object();
        if (text_member(row, "state") != "refused") continue;
        const auto name = text_member(row, "site").value_or("");
        fmt::print(
            "\n{}: every visit was refused: its addresses are not public or closed by the guard (see\n"
            "network.allowed_private_networks), or outside of its scope: `stillwatch site plan {}` says "
            "which\n",
            name, name);
    }
}

void print_health(Program& program)
{
    const auto reply = ask(program, {"site.health", {}});
    if (!reply || !reply->is_array()) return;
    print_rows(program.global.style(), reply->get_array(),
               {"site",
                "state",
                "trouble",
                "left_out",
                "wall",
                "challenged",
                "pages_read",
                "images",
                "coverage_percent",
                "unvisited",
                "videos_not_looked_at",
                "set_aside",
                "undecodable",
                "waiting",
                "unreachable",
                "refused",
                "disallowed",
                "gone",
                "last_success",
                "last_failure",
                "last_failure_status",
                "stopped_hosts"},
               "the watch list is empty");
    if (program.global.style() != Style::text) return;
    print_left_out(reply->get_array());
    print_closed(reply->get_array());
}

void add_stop_and_resume(Program program, Command site)
{
    auto host = std::make_shared<std::string>();
    auto reason = std::make_shared<std::string>();
    const auto stop = site.add_subcommand(
        "stop", "No request to this host any more, within two seconds, also after a restart");
    stop.add_option("host", *host, "HOST or HOST:PORT of the watch list").required();
    stop.add_option("--reason", *reason, "Why, for those who come after you").required();
    const auto tell = [](Program& with, const control::Command& command) {
        const auto reply = ask(with, command);
        if (reply && reply->is_object()) print_object(with.global.style(), reply->get_object());
    };
    stop.callback([program, host, reason, tell]() mutable {
        tell(program, {"site.stop", {{"host", *host}, {"reason", *reason}}});
    });
    const auto resume = site.add_subcommand("resume", "Requests to a stopped host may go on");
    resume.add_option("host", *host, "The host").required();
    resume.callback([program, host, tell]() mutable { tell(program, {"site.resume", {{"host", *host}}}); });
}

} // namespace

void add_site_commands(Program program)
{
    const auto site = program.app.add_subcommand("site", "The watch list").require_subcommand(1);
    site.add_subcommand("list", "Sites and their hosts").callback([program]() mutable {
        const auto reply = ask(program, {"site.list", {}});
        if (reply && reply->is_array())
            print_rows(program.global.style(), reply->get_array(), {"site", "hosts"},
                       "the watch list is empty");
    });
    auto options = std::make_shared<PlanOptions>();
    const auto plan = site.add_subcommand(
        "plan", "What would be fetched first, how often, within which budgets, and what robots.txt forbids.\n"
                "Asks the hosts for their robots.txt and for nothing else");
    plan.add_option("site", options->site, "Only this site");
    plan.add_flag("--no-fetch", options->no_fetch, "Does not even ask for robots.txt");
    plan.callback([program, options]() mutable { print_plan(program, *options); });
    site.add_subcommand("health", "How each site is doing: coverage, blocked, behind a log-in or age gate, "
                                  "without pictures, last success")
        .callback([program]() mutable { print_health(program); });
    add_stop_and_resume(program, site);
}

} // namespace stillwatch::cli
