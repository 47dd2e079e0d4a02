#pragma once

#include "core/account.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::control {

// Several roles.
class Roles {
public:
    constexpr Roles(std::initializer_list<Role> roles) noexcept
    {
        for (const auto role : roles)
            bits_ |= bit(role);
    }
    constexpr bool contains(Role role) const noexcept { return (bits_ & bit(role)) != 0; }
    std::string text() const; // "caseworker, lead or operator"

private:
    static constexpr unsigned bit(Role role) noexcept { return 1U << static_cast<unsigned>(role); }
    unsigned bits_ = 0;
};

// Who may give a command. What stands in no row may be given by nobody.
struct CommandRule {
    std::string_view command;
    Roles roles;
    std::string_view what; // it does, in a few words
};
const std::vector<CommandRule>& command_rules();
const CommandRule* rule_of(std::string_view command);

// docs/roles.md.
std::string roles_document();

} // namespace stillwatch::control
