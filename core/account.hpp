#pragma once

#include "core/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch {

// What somebody may do (docs/roles.md). `none`: nobody of the staff; such a user may read the status.
enum class Role : std::uint8_t { none, auditor, caseworker, lead, operations };
std::string_view name_of(Role role) noexcept; // operations is written "operator"
// Errors: nothing for an unknown word, and for "none", which no account has.
std::optional<Role> role_from_name(std::string_view name) noexcept;

// A member of staff. Names are never given twice, so that a line of the audit log stays true.
struct Account {
    std::string name;
    Role role = Role::none;
    std::string unix_user; // whose commands at the control socket are this account's
    bool is_disabled = false;
    Timestamp added_at{};
    std::string added_by;

    friend bool operator==(const Account&, const Account&) = default;
};

} // namespace stillwatch
