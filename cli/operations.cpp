#include "cli/command.hpp"
#include "cli/evidence_key.hpp"
#include "cli/pictures.hpp"
#include "cli/session.hpp"
#include "control/audit_tree.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <thread>

namespace stillwatch::cli {

namespace {

using Columns = std::vector<std::string_view>;

void print_list(Program& program, const control::Command& command, const Columns& columns,
                std::string_view nothing)
{
    const auto reply = ask(program, command);
    if (reply && reply->is_array()) print_rows(program.global.style(), reply->get_array(), columns, nothing);
}

void print_one(Program& program, const control::Command& command)
{
    const auto reply = ask(program, command);
    if (reply && reply->is_object()) print_object(program.global.style(), reply->get_object());
}

// What became of the alert: its row with a state of three words.
json::object delivery_of(const json::object& row)
{
    const auto state = text_member(row, "state").value_or("");
    const bool was_tried = number_member(row, "attempts").value_or(0) > 0;
    json::object told;
    for (const auto* key : {"alert", "channel"})
        if (const auto* value = row.if_contains(key)) told[key] = *value;
    told["state"] = state == "sent" ? "delivered" : state == "dead" || was_tried ? "refused" : "queued";
    if (told["state"] == "refused") {
        told["answer"] = text_member(row, "last_error").value_or("");
        if (state == "queued") told["next_attempt_at"] = text_member(row, "next_attempt_at").value_or("");
    }
    return told;
}

void test_alert(Program& program, const std::string& channel, std::chrono::seconds patience)
{
    using std::chrono::steady_clock;
    const auto queued = ask(program, {"alert-test", {{"channel", channel}}});
    if (!queued || !queued->is_object()) return;
    const auto alert = text_member(queued->get_object(), "alert").value_or("");
    const auto until = steady_clock::now() + patience;
    for (;;) {
        const auto row = ask(program, {"outbox.show", {{"alert", alert}, {"channel", channel}}});
        if (!row || !row->is_object()) return;
        const auto told = delivery_of(row->get_object());
        const bool is_over = told.at("state") != "queued";
        if (is_over || steady_clock::now() >= until) {
            if (!is_over) program.exit_code = exit_not_yet;
            if (told.at("state") == "refused") program.exit_code = exit_failed;
            print_object(program.global.style(), told);
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

constexpr std::size_t most_audit_bytes = 256U << 10U;

// A proof is one JSON line in either style: a file to be handed on.
void print_proof(Program& program, const control::Command& command)
{
    const auto reply = ask(program, command);
    if (reply && reply->is_object()) print_object(Style::json, reply->get_object());
}

void check_proof(Program& program, const std::string& file, const std::string& key)
{
    const auto organisation = key_argument(key);
    const auto text = organisation ? read_file(file, most_audit_bytes) : Result<Bytes>(organisation.error());
    const auto shown =
        text ? control::check_proof(as_text(*text), *organisation) : Result<json::object>(text.error());
    if (shown)
        print_object(program.global.style(), *shown);
    else
        program.exit_code = print_error(shown.error());
}

void print_status(Program& program)
{
    const auto reply = ask(program, {"status", {}});
    if (!reply || !reply->is_object()) return;
    print_object(program.global.style(), reply->get_object());
    const auto* problems = reply->get_object().if_contains("problems");
    if (problems && problems->is_array() && problems->get_array().empty() &&
        program.global.style() == Style::text)
        fmt::print("\nno problem is known\n");
}

void add_outbox(Program program)
{
    const auto outbox = program.app.add_subcommand("outbox", "Alerts on their way").require_subcommand(1);
    auto limit = std::make_shared<int>(100);
    const auto list = outbox.add_subcommand("list", "Alerts, newest first");
    list.add_option("--limit", *limit, "At most so many").capture_default_str().between(1, 10'000);
    list.callback([program, limit]() mutable {
        print_list(program, {"outbox.list", {{"limit", *limit}}},
                   {"id", "alert", "channel", "state", "attempts", "created_at", "sent_at", "last_error"},
                   "the outbox is empty");
    });
    auto id = std::make_shared<std::int64_t>();
    auto channel = std::make_shared<std::string>();
    auto all = std::make_shared<bool>(false);
    const auto replay = outbox.add_subcommand(
        "replay", "Sends an alert that was given up, or waits for its next attempt, now");
    const auto which = replay.add_option_group("which", "One of these").require_option(1);
    which.add_option("id", *id, "Number of the row");
    which.add_option("--channel", *channel, "Every such alert of this channel");
    which.add_flag("--all", *all, "Every such alert");
    replay.callback([program, id, channel, all]() mutable {
        json::object arguments;
        if (*all)
            arguments["all"] = true;
        else if (!channel->empty())
            arguments["channel"] = *channel;
        else
            arguments["id"] = *id;
        print_one(program, {"outbox.replay", std::move(arguments)});
    });
}

void add_audit(Program program)
{
    const auto audit = program.app.add_subcommand("audit", "The log of who did what").require_subcommand(1);
    auto after = std::make_shared<std::int64_t>(0);
    auto limit = std::make_shared<int>(1'000);
    const auto list = audit.add_subcommand("list", "Lines in order");
    list.add_option("--after", *after, "Only lines after this number").capture_default_str();
    list.add_option("--limit", *limit, "At most so many").capture_default_str().between(1, 10'000);
    list.callback([program, after, limit]() mutable {
        print_list(program, {"audit.list", {{"after", *after}, {"limit", *limit}}},
                   {"seq", "at", "actor", "action", "object"}, "no lines");
    });
    auto kept = std::make_shared<std::string>();
    const auto verify = audit.add_subcommand(
        "verify", "Checks that no line was changed, taken out or put in, and names the first that was");
    verify.add_option("--checkpoint", *kept,
                      "File with a checkpoint that was kept elsewhere: the log must still begin with it");
    verify.callback([program, kept]() mutable {
        json::object arguments;
        if (!kept->empty()) {
            const auto note = read_file(*kept, most_audit_bytes);
            if (!note) {
                program.exit_code = print_error(note.error());
                return;
            }
            arguments["checkpoint"] = as_text(*note);
        }
        print_one(program, {"audit.verify", std::move(arguments)});
    });

    audit
        .add_subcommand("checkpoint",
                        "The signed root of the log as it stands; give it to somebody outside to keep")
        .callback([program]() mutable {
            const auto reply = ask(program, {"audit.checkpoint", {}});
            if (!reply || !reply->is_object()) return;
            if (program.global.style() == Style::json)
                print_object(Style::json, reply->get_object());
            else
                fmt::print("{}", text_member(reply->get_object(), "checkpoint").value_or(""));
        });

    auto line = std::make_shared<std::int64_t>(0);
    const auto prove = audit.add_subcommand(
        "prove", "Proves to others that a line stands in the log; they check it with `audit check`");
    prove.add_option("line", *line, "Its number").required();
    prove.callback([program, line]() mutable { print_proof(program, {"audit.prove", {{"line", *line}}}); });

    auto before = std::make_shared<std::int64_t>(0);
    auto later = std::make_shared<std::int64_t>(0);
    const auto consistency = audit.add_subcommand(
        "consistency", "Proves to others that the log of NEW lines begins with that of OLD lines");
    consistency.add_option("old", *before, "Number of lines of the older state").required();
    consistency.add_option("new", *later, "Number of lines of the newer one").required();
    consistency.callback([program, before, later]() mutable {
        print_proof(program, {"audit.consistency", {{"old", *before}, {"new", *later}}});
    });

    auto file = std::make_shared<std::string>();
    auto key = std::make_shared<std::string>();
    const auto check = audit.add_subcommand(
        "check", "Checks a proof that `prove` or `consistency` printed; needs no installation");
    check.add_option("file", *file, "File with the proof").required();
    check
        .add_option("--key", *key,
                    "Public key of the organisation (`stillwatch evidence key`), PEM or digits")
        .required();
    check.callback([program, file, key]() mutable { check_proof(program, *file, *key); });
}

} // namespace

void add_operation_commands(Program program)
{
    const auto guard =
        program.app.add_subcommand("guard", "Pictures that nobody here may look at").require_subcommand(1);
    guard.add_subcommand("list", "Where such a picture was met, when, and why it is taken for one")
        .callback([program]() mutable {
            const auto reply = ask(program, {"guard.list", {}});
            if (!reply || !reply->is_array()) return;
            print_rows(program.global.style(), reply->get_array(), {"hit", "at", "reason", "address"},
                       "none was met");
        });

    add_outbox(program);
    add_audit(program);
    program.app.add_subcommand("status", "What the installation knows and does")
        .callback([program]() mutable { print_status(program); });
    auto channel = std::make_shared<std::string>();
    auto patience = std::make_shared<int>(40);
    const auto test = program.app.add_subcommand(
        "alert-test", "Sends a marked test alert through the real path and waits for what becomes of it.\n"
                      "Exits with 0 when it was delivered, 1 when it was refused or nobody answered, 75 when "
                      "it is still queued");
    test.add_option("channel", *channel, "Name of the channel").required();
    test.add_option("--wait", *patience, "Seconds to wait for the delivery")
        .capture_default_str()
        .between(0, 3600);
    test.callback([program, channel, patience]() mutable {
        test_alert(program, *channel, std::chrono::seconds(*patience));
    });
}

} // namespace stillwatch::cli
