#include "cli/command.hpp"
#include "cli/session.hpp"

#include <memory>
#include <string>

// Alerts: who has them, what was decided about them and why.
namespace stillwatch::cli {

namespace {

using Columns = std::vector<std::string_view>;

void show_rows(Program& program, const control::Command& command, const Columns& columns,
               std::string_view nothing)
{
    const auto reply = ask(program, command);
    if (reply && reply->is_array()) print_rows(program.global.style(), reply->get_array(), columns, nothing);
}

void show_one(Program& program, const control::Command& command)
{
    const auto reply = ask(program, command);
    if (reply && reply->is_object()) print_object(program.global.style(), reply->get_object());
}

void add_silences(Command alerts, Program program)
{
    auto name = std::make_shared<std::string>();
    auto until = std::make_shared<std::string>();
    const auto silence = alerts.add_subcommand(
        "silence", "Holds the alerts of a case or a site; what comes meanwhile is told when it ends");
    silence.add_option("name", *name, "Pseudonym of the case, or name of the site").required();
    silence.add_option("--until", *until, "2026-12-24, 2026-12-24T08:00:00Z, or for how long: 8h, 7d")
        .required();
    silence.callback([program, name, until]() mutable {
        show_one(program, {"alerts.silence", {{"name", *name}, {"until", *until}}});
    });
    auto ended = std::make_shared<std::string>();
    const auto unsilence = alerts.add_subcommand("unsilence", "Ends a silence; what it held is told now");
    unsilence.add_option("name", *ended, "Pseudonym of the case, or name of the site").required();
    unsilence.callback([program, ended]() mutable {
        show_one(program, {"alerts.unsilence", {{"name", *ended}}});
    });
    alerts.add_subcommand("silences", "Silences that last").callback([program]() mutable {
        show_rows(program, {"alerts.silences", {}}, {"kind", "name", "until", "set_by", "set_at"},
                  "nothing is silenced");
    });
}

} // namespace

void add_alert_commands(Program program)
{
    const auto alerts =
        program.app.add_subcommand("alerts", "Who has which alert, and what follows").require_subcommand(1);

    auto limit = std::make_shared<int>(100);
    auto all = std::make_shared<bool>(false);
    const auto list = alerts.add_subcommand("list", "Alerts that nobody answered, newest first");
    list.add_option("--limit", *limit, "At most so many").capture_default_str().between(1, 10'000);
    list.add_flag("--all", *all, "Answered ones, too");
    list.callback([program, limit, all]() mutable {
        show_rows(program, {"alerts.list", {{"limit", *limit}, {"all", *all}}},
                  {"alert", "finding", "channel", "state", "reason", "told_at", "next", "next_at"},
                  "no alert waits for an answer");
    });

    auto explained = std::make_shared<std::string>();
    const auto explain = alerts.add_subcommand(
        "explain", "What was decided about an alert over each channel and why, what follows and when");
    explain.add_option("id", *explained, "alt_…, a finding (F-12) or a case").required();
    explain.callback([program, explained]() mutable {
        show_rows(program, {"alerts.explain", {{"id", *explained}}},
                  {"alert", "channel", "state", "reason", "why", "next", "next_at"}, "no alert");
    });

    auto acknowledged = std::make_shared<std::string>();
    const auto ack = alerts.add_subcommand(
        "ack", "Says that you have an alert: nobody is reminded of it, and it is handed on to nobody");
    ack.add_option("id", *acknowledged, "alt_…, a finding (F-12) or a case").required();
    ack.callback([program, acknowledged]() mutable {
        show_one(program, {"alerts.ack", {{"id", *acknowledged}}});
    });
    add_silences(alerts, program);
}

} // namespace stillwatch::cli
