#include "cli/command.hpp"
#include "cli/session.hpp"

#include <fmt/format.h>

#include <memory>

namespace stillwatch::cli {

namespace {

using Columns = std::vector<std::string_view>;

void print_list(Program& program, const control::Command& command, const Columns& columns, std::string_view nothing)
{
    const auto reply = ask(program, command);
    if (reply && reply->is_array()) print_rows(program.global.style(), reply->get_array(), columns, nothing);
}

void print_one(Program& program, const control::Command& command)
{
    const auto reply = ask(program, command);
    if (reply && reply->is_object()) print_object(program.global.style(), reply->get_object());
}

void add_findings(Program program)
{
    auto* findings = program.app.add_subcommand("findings", "What was found")->require_subcommand(1);
    auto pseudonym = std::make_shared<std::string>();
    auto* list = findings->add_subcommand("list", "All occurrences, or those of one case");
    list->add_option("case", *pseudonym, "Pseudonym, for example C-7F3K");
    list->callback([program, pseudonym]() mutable {
        json::object arguments;
        if (!pseudonym->empty()) arguments["case"] = *pseudonym;
        print_list(program, {"findings.list", std::move(arguments)},
                   {"id", "case", "reference", "state", "tier", "distance_bits", "orientation", "first_seen",
                    "image_url", "page_url"},
                   "nothing was found yet");
    });
    auto id = std::make_shared<std::int64_t>();
    auto* show = findings->add_subcommand("show", "One occurrence with its explanation");
    show->add_option("id", *id, "Number of the finding")->required();
    show->callback([program, id]() mutable { print_one(program, {"findings.show", {{"id", *id}}}); });
}

void add_outbox(Program program)
{
    auto* outbox = program.app.add_subcommand("outbox", "Alerts on their way")->require_subcommand(1);
    auto limit = std::make_shared<int>(100);
    auto* list = outbox->add_subcommand("list", "Alerts, newest first");
    list->add_option("--limit", *limit, "At most so many")->capture_default_str()->check(CLI::Range(1, 10'000));
    list->callback([program, limit]() mutable {
        print_list(program, {"outbox.list", {{"limit", *limit}}},
                   {"id", "alert", "channel", "state", "attempts", "created_at", "sent_at", "last_error"},
                   "the outbox is empty");
    });
    auto id = std::make_shared<std::int64_t>();
    auto* replay = outbox->add_subcommand("replay", "Queues a dead alert again");
    replay->add_option("id", *id, "Number of the row")->required();
    replay->callback([program, id]() mutable { print_one(program, {"outbox.replay", {{"id", *id}}}); });
}

void add_audit(Program program)
{
    auto* audit = program.app.add_subcommand("audit", "The log of who did what")->require_subcommand(1);
    auto after = std::make_shared<std::int64_t>(0);
    auto limit = std::make_shared<int>(1'000);
    auto* list = audit->add_subcommand("list", "Lines in order");
    list->add_option("--after", *after, "Only lines after this number")->capture_default_str();
    list->add_option("--limit", *limit, "At most so many")->capture_default_str()->check(CLI::Range(1, 10'000));
    list->callback([program, after, limit]() mutable {
        print_list(program, {"audit.list", {{"after", *after}, {"limit", *limit}}},
                   {"seq", "at", "actor", "action", "object"}, "no lines");
    });
    auto* verify = audit->add_subcommand("verify", "Checks that no line was changed, taken out or put in");
    verify->callback([program]() mutable { print_one(program, {"audit.verify", {}}); });
}

} // namespace

void add_operation_commands(Program program)
{
    add_findings(program);
    add_outbox(program);
    add_audit(program);
    program.app.add_subcommand("status", "What the installation knows and does")->callback([program]() mutable {
        print_one(program, {"status", {}});
    });
    auto channel = std::make_shared<std::string>();
    auto* test = program.app.add_subcommand("alert-test", "Sends a marked test alert through the real path");
    test->add_option("channel", *channel, "Name of the channel")->required();
    test->callback([program, channel]() mutable { print_one(program, {"alert-test", {{"channel", *channel}}}); });
}

} // namespace stillwatch::cli
