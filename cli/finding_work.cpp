#include "cli/finding_work.hpp"

#include "cli/session.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <vector>

// How people work on findings: by number, or many at once by a filter.
namespace stillwatch::cli {

namespace {

struct Work {
    std::string command; // "findings.dismiss"
    std::string done;    // "dismissed", for messages
    std::vector<std::string> ids;
    FindingFilter filter;
    std::string as;     // of mark
    std::string to;     // of assign
    std::string reason; // empty: as the command has it
    std::string text;   // of note
    bool yes = false;
};

json::object arguments_of(const Work& work)
{
    auto arguments = arguments_of(work.filter);
    if (!work.ids.empty()) arguments["ids"] = json::array(work.ids.begin(), work.ids.end());
    if (!work.as.empty()) arguments["as"] = work.as;
    if (!work.to.empty()) arguments["to"] = work.to;
    if (!work.reason.empty()) arguments["reason"] = work.reason;
    if (!work.text.empty()) arguments["text"] = work.text;
    return arguments;
}

std::int64_t count_of(const json::object& reply, std::string_view name)
{
    return number_member(reply, name).value_or(0);
}

std::string findings(std::int64_t count)
{
    return count == 1 ? "1 finding" : fmt::format("{} findings", count);
}

void say_left_alone(const json::object& reply)
{
    if (const auto left = count_of(reply, "left_alone"); left > 0)
        fmt::print(stderr, "stillwatch: {} left alone, such as {}\n", findings(left),
                   text_of(reply, "because"));
}

// Whether it may go on. Without a terminal nobody can be asked.
bool is_agreed(Program& program, const std::string& question)
{
    std::fflush(stdout);
    if (::isatty(STDIN_FILENO) == 0) {
        fmt::print(stderr, "stillwatch: {}: say --yes; nothing was done\n", question);
        program.exit_code = exit_failed;
        return false;
    }
    fmt::print(stderr, "{}. Go on? [y/N] ", question);
    std::string answer;
    std::getline(std::cin, answer);
    if (answer == "y" || answer == "Y" || answer == "yes") return true;
    fmt::print(stderr, "stillwatch: nothing was done\n");
    program.exit_code = exit_failed;
    return false;
}

void run_work(Program& program, const Work& work)
{
    auto arguments = arguments_of(work);
    if (work.ids.empty() && work.filter.is_empty()) {
        fmt::print(stderr, "stillwatch: name findings (F-12), or give a filter such as --case or --state\n");
        program.exit_code = exit_usage;
        return;
    }
    if (!work.ids.empty() && !work.filter.is_empty()) {
        fmt::print(stderr, "stillwatch: either findings or a filter, not both\n");
        program.exit_code = exit_usage;
        return;
    }
    if (work.ids.empty()) {
        arguments["count_only"] = true;
        const auto counted = ask(program, {work.command, arguments});
        if (!counted || !counted->is_object()) return;
        const auto& count = counted->get_object();
        if (count_of(count, "findings") > 0) {
            say_left_alone(count);
            const auto question =
                fmt::format("{} would be {}", findings(count_of(count, "findings")), work.done);
            if (!work.yes && !is_agreed(program, question)) return;
        }
        arguments["count_only"] = false;
        arguments["up_to"] = count_of(count, "up_to");
    }
    const auto reply = ask(program, {work.command, std::move(arguments)});
    if (!reply || !reply->is_object()) return;
    const auto& object = reply->get_object();
    if (program.global.style() == Style::json) {
        print_object(Style::json, object);
        return;
    }
    if (const auto* changed = object.if_contains("changed");
        changed && changed->is_array() && !work.ids.empty())
        for (const auto& row : changed->get_array())
            fmt::print("F-{}  {}\n", text_of(row.get_object(), "id"), text_of(row.get_object(), "state"));
    else
        fmt::print("{} {}\n", findings(count_of(object, "findings")), work.done);
    if (work.ids.empty() && count_of(object, "findings") == 0) say_left_alone(object);
}

Command add_work(Program program, Command findings, const std::shared_ptr<Work>& work,
                 const std::string& name, const std::string& description)
{
    const auto command = findings.add_subcommand(name, description);
    command.add_option("--case", work->filter.case_name, "All findings of this case");
    add_filter_options(command, work->filter);
    command.add_flag("--yes", work->yes, "Does not ask before many are changed");
    command.callback([program, work]() mutable { run_work(program, *work); });
    return command;
}

void add_ids(Command command, Work& work)
{
    command.add_option("ids", work.ids, "Findings: 12, F-12 or the id of an alert (alt_…)");
}

} // namespace

bool FindingFilter::is_empty() const
{
    return arguments_of(*this).empty();
}

void add_filter_options(Command command, FindingFilter& filter)
{
    command.add_option("--state", filter.state, "Only findings in this state, or in these: new,unsure");
    command.add_option("--tier", filter.tier,
                       "Only of this tier, or of these: exact,near,derived,resemblance (findings "
                       "of videos have one of these, too)");
    command.add_option("--site", filter.site, "Only of this site of the watch list");
    command.add_option("--host", filter.host, "Only on this host");
    command.add_option("--older-than", filter.older_than, "Only first seen so long ago: 30d, 12h, 90m");
    command.add_option("--assigned", filter.assigned, "Only assigned to this account, or to nobody");
}

json::object arguments_of(const FindingFilter& filter)
{
    json::object arguments;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) arguments[name] = value;
    };
    add("case", filter.case_name);
    add("state", filter.state);
    add("tier", filter.tier);
    add("site", filter.site);
    add("host", filter.host);
    add("older_than", filter.older_than);
    add("assigned", filter.assigned);
    return arguments;
}

std::string text_of(const json::object& row, std::string_view name)
{
    const auto* value = row.if_contains(name);
    if (!value || value->is_null()) return "";
    return value->is_string() ? printable(std::string_view(value->get_string())) : json::serialize(*value);
}

void list_groups(Program& program, json::object arguments)
{
    const auto reply = ask(program, {"findings.groups", std::move(arguments)});
    if (!reply || !reply->is_array()) return;
    const auto& rows = reply->get_array();
    if (program.global.style() == Style::json) {
        print_rows(Style::json, rows, {}, "");
        return;
    }
    if (rows.empty()) fmt::print("nothing was found\n");
    for (const auto& value : rows) {
        const auto& row = value.get_object();
        fmt::print("{}  {}  {} ({} open)  {} places  {} sightings  last seen {:.16}\n", text_of(row, "case"),
                   text_of(row, "host"), findings(count_of(row, "findings")), text_of(row, "open"),
                   text_of(row, "places"), text_of(row, "sightings"), text_of(row, "last_seen"));
    }
}

void print_history(const json::array& rows)
{
    for (const auto& value : rows) {
        const auto& row = value.get_object();
        const auto from = text_of(row, "from");
        const auto to = text_of(row, "to");
        fmt::print("  {:.16}  {}  {}  {}  {}\n", text_of(row, "at"), text_of(row, "actor"),
                   text_of(row, "event"), text_of(row, "reason"), from == to ? to : from + " > " + to);
        if (const auto note = text_of(row, "note"); !note.empty()) fmt::print("    {}\n", note);
    }
}

void add_finding_work(Program program, Command findings)
{
    struct Erasing {
        std::string id;
        bool yes = false;
    };
    const auto erasing = std::make_shared<Erasing>();
    const auto young = findings.add_subcommand(
        "under-18", "Erases a finding that may show a person under 18; address, time and reason are kept");
    young.add_option("id", erasing->id, "The finding: 12, F-12 or the id of its alert").required();
    young.add_flag("--yes", erasing->yes, "Does not ask before it is erased");
    young.callback([program, erasing]() mutable {
        if (!erasing->yes && !is_agreed(program, erasing->id + " would be erased with its evidence")) return;
        const auto reply = ask(program, {"findings.under-18", {{"id", erasing->id}}});
        if (!reply || !reply->is_object()) return;
        print_object(program.global.style(), reply->get_object());
    });

    const auto work = [](const char* command, const char* done) {
        auto made = std::make_shared<Work>();
        made->command = command;
        made->done = done;
        return made;
    };
    const auto confirm = work("findings.confirm", "confirmed");
    auto command = add_work(program, findings, confirm, "confirm", "Says that findings show the person");
    add_ids(command, *confirm);
    command.add_option("--reason", confirm->reason, "A word or number");

    const auto dismiss = work("findings.dismiss", "dismissed");
    command =
        add_work(program, findings, dismiss, "dismiss",
                 "Says that nothing is to be done; further pictures of the class stay silent for the case");
    add_ids(command, *dismiss);
    command
        .add_option(
            "--reason", dismiss->reason,
            "not_the_person, lawful or wrong_match (of the picture, wherever it is), consented_place or "
            "duplicate (of this place alone)")
        .required();

    const auto unsure = work("findings.unsure", "unsure");
    command = add_work(program, findings, unsure, "unsure", "Asks for the look of a second person");
    add_ids(command, *unsure);
    command.add_option("--reason", unsure->reason, "A word or number");

    const auto mark = work("findings.mark", "marked");
    command = add_work(program, findings, mark, "mark",
                       "Says that those who can take them down were told, have answered, or that it is down");
    command
        .add_option("words", mark->ids, "Findings (12, F-12, alt_…) and one of: noticed, acknowledged, down")
        .required();
    command.callback([program, mark]() mutable {
        const auto word = std::ranges::find_if(mark->ids, [](const std::string& each) {
            return each == "noticed" || each == "acknowledged" || each == "down";
        });
        if (word != mark->ids.end()) {
            mark->as = mark->done = *word;
            mark->ids.erase(word);
        }
        run_work(program, *mark); // which says what is missing
    });
    command.add_option("--reason", mark->reason, "A word or number, such as a ticket's");

    const auto assign = work("findings.assign", "assigned");
    command = add_work(program, findings, assign, "assign", "Says which account works on findings");
    command.add_option("--to", assign->to, "Name of an account, or nobody").required();
    add_ids(command, *assign);

    const auto note = work("findings.note", "noted");
    command =
        add_work(program, findings, note, "note", "Writes a note, which is sealed under the case's key");
    add_ids(command, *note);
    command.add_option("--text", note->text, "The note").required();

    const auto undo = work("findings.undo", "taken back");
    command = add_work(program, findings, undo, "undo", "Takes back what was done last with findings");
    add_ids(command, *undo);
    command.add_option("--reason", undo->reason, "A word or number");
}

} // namespace stillwatch::cli
