#include "control/forms.hpp"

#include "cases/accounts.hpp"

// The commands about accounts of the staff.
namespace stillwatch::control {

namespace {

json::object describe_account(const Account& account)
{
    json::object object;
    object["account"] = account.name;
    object["role"] = name_of(account.role);
    object["unix_user"] = account.unix_user;
    object["state"] = account.is_disabled ? "disabled" : "enabled";
    object["added_at"] = format_utc(account.added_at);
    object["added_by"] = account.added_by;
    return object;
}

} // namespace

Result<CommandOutcome> Commands::account_add(const json::object& arguments, const store::Actor& actor)
{
    const auto name = text_argument(arguments, "account");
    if (!name) return name.error();
    const auto role = text_argument(arguments, "role");
    if (!role) return role.error();
    Account draft{*name,
                  role_from_name(*role).value_or(Role::none),
                  text_member(arguments, "unix_user").value_or(*name),
                  false,
                  actor.at,
                  actor.name};
    const auto checked = cases::check_account(draft, cases_.accounts());
    if (!checked) return checked.error();
    const auto added = cases_.add_account(draft, actor);
    if (!added) return added.error();
    return done(describe_account(draft));
}

Result<CommandOutcome> Commands::account_list(const json::object&, const store::Actor&)
{
    json::array rows;
    for (const auto& account : cases_.accounts())
        rows.push_back(describe_account(account));
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::account_disable(const json::object& arguments, const store::Actor& actor)
{
    const auto name = text_argument(arguments, "account");
    if (!name) return name.error();
    const auto disabled = cases_.disable_account(*name, actor);
    if (!disabled) return disabled.error();
    for (const auto& account : cases_.accounts())
        if (account.name == *name) return done(describe_account(account));
    return done(json::object{});
}

} // namespace stillwatch::control
