#include "cli/command.hpp"
#include "cli/evidence_extract.hpp"
#include "cli/finding_work.hpp"
#include "cli/session.hpp"

#include "followup/route.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <vector>

// Notices that ask to take pictures down.
namespace stillwatch::cli {

namespace {

struct Draft {
    std::vector<std::string> ids;
    std::string route;
    std::string language;
    std::vector<std::string> set; // "name=value"
    std::string out;
};

// One notice, and what is said of it.
struct Named {
    std::string id;
    std::string to;
    std::string at;
    std::string ticket;
    std::string reason;
    std::string out;
};

void print_rest(const json::object& object)
{
    const auto line = [&](const char* label, const char* name) {
        if (const auto value = text_of(object, name); !value.empty()) fmt::print("{}  {}\n", label, value);
    };
    fmt::print("N-{}  {}  {}  {}  {}\n", text_of(object, "notice"), text_of(object, "case"),
               text_of(object, "route"), text_of(object, "host"), text_of(object, "state"));
    line("sent to  ", "recipient");
    line("sent at  ", "sent_at");
    line("time ends", "deadline_at");
    line("ticket   ", "ticket");
    line("reason   ", "reason");
}

// Rows of contacts, who can do most first.
void print_contacts(const json::object& object, const char* member)
{
    const auto* contacts = object.if_contains(member);
    if (!contacts || !contacts->is_array()) return;
    for (const auto& each : contacts->get_array())
        if (const auto* row = each.if_object())
            fmt::print("{}  {}  {}\n    {}\n    looked up on {:.10}\n", text_of(*row, "kind"),
                       text_of(*row, "address"), text_of(*row, "name"), text_of(*row, "does"),
                       text_of(*row, "looked_at"));
}

// The text for people: to the file, which must be new, or behind what is said about it.
void print_text(Program& program, const json::object& object, const std::string& out)
{
    const auto text = text_member(object, "text").value_or("");
    if (!out.empty()) {
        const auto written = write_new_file(out, as_bytes(text));
        if (!written) {
            program.exit_code = print_error(written.error());
            return;
        }
    }
    if (program.global.style() == Style::json) {
        print_object(Style::json, object);
        return;
    }
    print_rest(object);
    if (const auto privacy = text_of(object, "privacy"); !privacy.empty())
        fmt::print("\nWHO SEES WHAT: {}\n", privacy);
    if (const auto ends = text_of(object, "time_ends"); !ends.empty() && text_of(object, "state") == "draft")
        fmt::print("If it is sent now, the recipient's time ends at {:.16} UTC.\n", ends);
    if (!out.empty()) {
        fmt::print("\nThe text is in {}.\n", printable(out));
    } else {
        fmt::print("\n----\n");
        std::string_view rest = text;
        while (!rest.empty()) {
            const auto end = std::min(rest.find('\n'), rest.size());
            fmt::print("{}\n", printable(rest.substr(0, end)));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        fmt::print("----\n");
    }
    if (const auto* others = object.if_contains("picture_hosts"); others && others->is_array())
        for (const auto& host : others->get_array()) {
            const auto name = host.is_string() ? printable(host.get_string()) : "";
            fmt::print(
                "\nPictures lie on {}, not on the host of the pages: whoever runs {} alone can remove them "
                "there.\nSend it to them as well; `stillwatch contacts {}` says to whom.\n",
                name, name, name);
        }
    if (object.contains("recipients")) {
        fmt::print("\nWhom it may go to:\n");
        print_contacts(object, "recipients");
        fmt::print("`stillwatch contacts {}` says more.\n", text_of(object, "host"));
    }
    if (text_of(object, "state") == "draft")
        fmt::print("\nNothing was sent. When you have sent it: stillwatch notice sent N-{} --to ADDRESS\n",
                   text_of(object, "notice"));
}

// "3 of 4 gone, half of them within 20 hours".
std::string told_of(const json::object& choice, const char* where)
{
    const auto* result = choice.if_contains(where);
    if (!result || !result->is_object()) return "not tried";
    const auto& row = result->get_object();
    auto told = fmt::format("{} of {} gone", text_of(row, "removed"), text_of(row, "findings"));
    if (const auto hours = text_of(row, "median_hours"); !hours.empty())
        told += fmt::format(", half of them within {} hours", hours);
    if (const auto refused = text_of(row, "refused"); refused != "0")
        told += fmt::format(", {} refused", refused);
    return told;
}

void print_routes(const json::object& object)
{
    fmt::print("Ways to have it taken down at {}, the likeliest first:\n", text_of(object, "host"));
    const auto* rows = object.if_contains("routes");
    if (!rows || !rows->is_array()) return;
    for (const auto& each : rows->get_array()) {
        const auto* row = each.if_object();
        if (!row) continue;
        const auto ends = text_of(*row, "time_ends");
        fmt::print(
            "\n{:<13} {}\n    here {}; at other hosts {}\n    {}\n    WHO SEES WHAT: {}\n",
            text_of(*row, "route"), text_of(*row, "title"), told_of(*row, "here"), told_of(*row, "elsewhere"),
            ends.empty() ? "no time is named" : fmt::format("sent now, its time ends at {:.16} UTC", ends),
            text_of(*row, "privacy"));
    }
    fmt::print(
        "\nNothing was drafted: name one with --route. `--route police` makes a report for an officer.\n");
}

void run_routes(Program& program, const Draft& draft)
{
    const auto reply =
        ask(program, {"notice.routes", {{"ids", json::array(draft.ids.begin(), draft.ids.end())}}});
    if (!reply || !reply->is_object()) return;
    if (program.global.style() == Style::json)
        print_object(Style::json, reply->get_object());
    else
        print_routes(reply->get_object());
}

void run_draft(Program& program, const Draft& draft)
{
    if (draft.route.empty()) return run_routes(program, draft);
    json::object set;
    for (const auto& each : draft.set) {
        const auto equals = each.find('=');
        if (equals == std::string::npos || equals == 0) {
            fmt::print(stderr, "stillwatch: --set {}: write name=value\n", printable(each));
            program.exit_code = exit_usage;
            return;
        }
        set[each.substr(0, equals)] = each.substr(equals + 1);
    }
    json::object arguments{{"ids", json::array(draft.ids.begin(), draft.ids.end())},
                           {"route", draft.route},
                           {"set", std::move(set)}};
    if (!draft.language.empty()) arguments["language"] = draft.language;
    const auto reply = ask(program, {"notice.draft", std::move(arguments)});
    if (!reply || !reply->is_object()) return;
    print_text(program, reply->get_object(), draft.out);
}

void run_named(Program& program, const std::string& command, const Named& named)
{
    json::object arguments{{"id", named.id}};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) arguments[name] = value;
    };
    add("to", named.to);
    add("at", named.at);
    add("ticket", named.ticket);
    add("reason", named.reason);
    const auto reply = ask(program, {command, std::move(arguments)});
    if (!reply || !reply->is_object()) return;
    const auto& object = reply->get_object();
    if (program.global.style() == Style::json)
        print_object(Style::json, object);
    else
        print_rest(object);
}

void add_draft(Program program, Command notice)
{
    const auto draft = std::make_shared<Draft>();
    const auto command = notice.add_subcommand(
        "draft", "Makes the text that asks to take findings down, and says who will see which name; a "
                 "person sends it");
    command.add_option("findings", draft->ids, "Confirmed findings of one case on one host: 12, F-12")
        .required();
    command.add_option("--route", draft->route,
                       "The way: " + followup::route_names() +
                           "; without one they are listed, what worked at that host "
                           "first");
    command.add_option("--language", draft->language, "Two letters; else as notices.language");
    command.add_option("--set", draft->set,
                       "name=value: what only you know, such as person, facts, work, authorship, queries, "
                       "recipient, remark, country");
    command.add_option("--out", draft->out, "Writes the text to this new file");
    command.callback([program, draft]() mutable { run_draft(program, *draft); });
}

void add_list(Program program, Command notice)
{
    struct Listing {
        std::string about;
        std::string state;
    };
    const auto listing = std::make_shared<Listing>();
    const auto command = notice.add_subcommand("list", "Notices with their states and deadlines");
    command.add_option("about", listing->about, "Only of this case or finding");
    command.add_option("--state", listing->state, "Only draft, sent, acknowledged, refused or withdrawn");
    command.callback([program, listing]() mutable {
        json::object arguments;
        if (!listing->about.empty()) arguments["about"] = listing->about;
        if (!listing->state.empty()) arguments["state"] = listing->state;
        const auto reply = ask(program, {"notice.list", std::move(arguments)});
        if (!reply || !reply->is_array()) return;
        print_rows(
            program.global.style(), reply->get_array(),
            {"notice", "case", "route", "host", "state", "sent_at", "deadline_at", "recipient", "ticket"},
            "there is no notice");
    });
}

Command add_named(Program program, Command notice, const std::shared_ptr<Named>& named,
                  const std::string& name, const std::string& description)
{
    const auto command = notice.add_subcommand(name, description);
    command.add_option("id", named->id, "The notice: 3 or N-3").required();
    command.callback([program, named, name]() mutable { run_named(program, "notice." + name, *named); });
    return command;
}

void add_contacts(Program program)
{
    struct Question {
        std::string host;
        bool fresh = false;
    };
    const auto question = std::make_shared<Question>();
    const auto command = program.app.add_subcommand(
        "contacts",
        "Whom to write to about a host, who can do most first; asked of the host and of registries, "
        "and kept for a week; where somebody did not answer, the next question asks again");
    command.add_option("host", question->host, "The host, such as board.example").required();
    command.add_flag("--fresh", question->fresh, "Asks again, whatever is known");
    command.callback([program, question]() mutable {
        const auto reply =
            ask(program, {"contacts.show", {{"host", question->host}, {"fresh", question->fresh}}});
        if (!reply || !reply->is_object()) return;
        const auto& object = reply->get_object();
        if (program.global.style() == Style::json) {
            print_object(Style::json, object);
            return;
        }
        if (const auto cdn = text_of(object, "cdn"); !cdn.empty())
            fmt::print("{} stands in front of this host: it passes notices on, with who complains.\n", cdn);
        print_contacts(object, "contacts");
        if (const auto* failures = object.if_contains("failures"); failures && failures->is_array())
            for (const auto& failure : failures->get_array())
                fmt::print("failed: {}\n", failure.is_string() ? printable(failure.get_string()) : "");
        if (!bool_member(object, "complete").value_or(true))
            fmt::print("This is not all: ask again later.\n");
    });
}

} // namespace

void add_notice_commands(Program program)
{
    add_contacts(program);
    const auto notice =
        program.app.add_subcommand("notice", "Notices that ask to take pictures down").require_subcommand(1);
    add_draft(program, notice);
    add_list(program, notice);

    const auto show = std::make_shared<Named>();
    auto command = add_named(program, notice, show, "show", "A notice with its text");
    command.add_option("--out", show->out, "Writes the text to this new file");
    command.callback([program, show]() mutable {
        const auto reply = ask(program, {"notice.show", {{"id", show->id}}});
        if (reply && reply->is_object()) print_text(program, reply->get_object(), show->out);
    });

    const auto sent = std::make_shared<Named>();
    command = add_named(program, notice, sent, "sent",
                        "Says that you sent it: its findings are noticed, the recipient's time begins");
    command.add_option("--to", sent->to, "Where: a mail address, or the address of a form");
    command.add_option("--at", sent->at, "When, 2026-11-30T10:00:00Z; else now");

    const auto acknowledged = std::make_shared<Named>();
    command = add_named(program, notice, acknowledged, "acknowledged", "Says that the recipient has it");
    command.add_option("ticket", acknowledged->ticket, "The recipient's number for it").required();
    command.add_option("--at", acknowledged->at, "When; else now");

    const auto refused = std::make_shared<Named>();
    command = add_named(program, notice, refused, "refused", "Says that the recipient will not do it");
    command.add_option("--reason", refused->reason, "What was said");
    command.add_option("--at", refused->at, "When; else now");

    struct Escalation {
        std::string id;
        std::string regulator;
        std::string out;
    };
    const auto escalation = std::make_shared<Escalation>();
    command = notice.add_subcommand(
        "escalate",
        "Makes what a regulator is handed when the recipient's time is over and something is still up");
    command.add_option("id", escalation->id, "The notice: 3 or N-3").required();
    command.add_option("--regulator", escalation->regulator,
                       "ftc, ofcom, esafety or dsc; else the one that the notice's way leads to");
    command.add_option("--out", escalation->out, "Writes the report to this new file");
    command.callback([program, escalation]() mutable {
        json::object arguments{{"id", escalation->id}};
        if (!escalation->regulator.empty()) arguments["regulator"] = escalation->regulator;
        const auto reply = ask(program, {"notice.escalate", std::move(arguments)});
        if (reply && reply->is_object()) print_text(program, reply->get_object(), escalation->out);
    });

    (void)add_named(program, notice, std::make_shared<Named>(), "withdraw", "Takes a notice back");

    notice.add_subcommand("elements", "Prints what a notice has to say by each way, with sources and days")
        .callback([] { fmt::print("{}", followup::elements_document()); });
}

} // namespace stillwatch::cli
