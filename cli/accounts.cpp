#include "cli/command.hpp"
#include "cli/session.hpp"

#include "control/roles.hpp"

#include <fmt/format.h>

#include <memory>

namespace stillwatch::cli {

namespace {

struct NewAccount {
    std::string name;
    std::string role;
    std::string unix_user;
};

void show(Program& program, const control::Command& command)
{
    const auto reply = ask(program, command);
    if (reply && reply->is_object()) print_object(program.global.style(), reply->get_object());
}

} // namespace

void add_account_commands(Program program)
{
    const auto group =
        program.app.add_subcommand("account", "Members of staff and their roles").require_subcommand(1);

    auto fresh = std::make_shared<NewAccount>();
    const auto add =
        group.add_subcommand("add", "Gives a member of staff a role; names are never given twice");
    add.add_option("name", fresh->name, "Name of the account").required();
    add.add_option("--role", fresh->role, "operator, lead, caseworker or auditor (stillwatch roles)")
        .required();
    add.add_option("--unix-user", fresh->unix_user,
                   "Login whose commands are this account's; the account's name when left out");
    add.callback([program, fresh]() mutable {
        json::object arguments{{"account", fresh->name}, {"role", fresh->role}};
        if (!fresh->unix_user.empty()) arguments["unix_user"] = fresh->unix_user;
        show(program, {"account.add", std::move(arguments)});
    });

    group.add_subcommand("list", "All accounts").callback([program]() mutable {
        const auto reply = ask(program, {"account.list", {}});
        if (reply && reply->is_array())
            print_rows(program.global.style(), reply->get_array(),
                       {"account", "role", "unix_user", "state", "added_at", "added_by"},
                       "no account: who owns the installation works alone");
    });

    auto name = std::make_shared<std::string>();
    const auto disable =
        group.add_subcommand("disable", "Takes an account's role away; its name stays taken");
    disable.add_option("name", *name, "Name of the account").required();
    disable.callback([program, name]() mutable { show(program, {"account.disable", {{"account", *name}}}); });

    program.app.add_subcommand("roles", "Which role may give which command, as a Markdown table")
        .callback([] { fmt::print("{}", control::roles_document()); });
}

} // namespace stillwatch::cli
