#pragma once

#include "core/account.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

// Who is at the other end, and as whom they act (docs/decisions/0016-accounts.md). Pure.
namespace stillwatch::cases {

// Who gives a command, as the kernel tells it.
struct Peer {
    std::string user;      // login name, or "uid-1000" where there is none
    bool is_owner = false; // root, or the user whom the installation's files belong to
};

// As whom a peer acts. `name` stands in the audit log and is what the second approver is compared with.
struct Acting {
    std::string name;
    Role role = Role::none;
};

// The account of the peer's user; without one the owner is an operator under the login's name, and anybody
// else has no role. A disabled account has none, except that root and the owner keep theirs: they could read
// every file anyway.
Acting acting_as(const Peer& peer, const std::vector<Account>& accounts);

// Whether nobody but the owner could give a command: no account is enabled. Then there is no second person
// who could approve anything.
bool is_single_person(const std::vector<Account>& accounts);

// Whether a new account may be taken: 1 to 64 letters, digits, '-', '_' or '.', a name that was never given
// before and no login that another enabled account has. Errors: invalid_argument, exists.
Result<void> check_account(const Account& draft, const std::vector<Account>& accounts);

} // namespace stillwatch::cases
