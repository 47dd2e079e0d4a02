#include "cases/accounts.hpp"

#include "cases/plain_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::cases {

Acting acting_as(const Peer& peer, const std::vector<Account>& accounts)
{
    for (const auto& account : accounts)
        if (!account.is_disabled && !account.unix_user.empty() && account.unix_user == peer.user)
            return {account.name, account.role};
    return {peer.user, peer.is_owner ? Role::operations : Role::none};
}

bool is_single_person(const std::vector<Account>& accounts)
{
    return std::ranges::all_of(accounts, &Account::is_disabled);
}

Result<void> check_account(const Account& draft, const std::vector<Account>& accounts)
{
    const auto form = fmt::format("1 to {} letters, digits, '-', '_' or '.'", max_name_bytes);
    if (!is_plain_name(draft.name)) return Error{Errc::invalid_argument, "account name: " + form};
    if (!is_plain_name(draft.unix_user)) return Error{Errc::invalid_argument, "unix user: " + form};
    if (draft.role == Role::none)
        return Error{Errc::invalid_argument, "role: operator, caseworker, lead or auditor"};
    for (const auto& other : accounts) {
        if (other.name == draft.name)
            return Error{Errc::exists, fmt::format("account {} exists{}; names are never given twice",
                                                   draft.name, other.is_disabled ? " and is disabled" : "")};
        if (!other.is_disabled && other.unix_user == draft.unix_user)
            return Error{Errc::exists,
                         fmt::format("the user {} acts as account {}", draft.unix_user, other.name)};
    }
    return {};
}

} // namespace stillwatch::cases
