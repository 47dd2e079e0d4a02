#include "core/account.hpp"

#include <array>

namespace stillwatch {

namespace {

constexpr std::array all_roles{Role::auditor, Role::caseworker, Role::lead, Role::operations};

} // namespace

std::string_view name_of(Role role) noexcept
{
    switch (role) {
    case Role::none: return "none";
    case Role::auditor: return "auditor";
    case Role::caseworker: return "caseworker";
    case Role::lead: return "lead";
    case Role::operations: return "operator";
    }
    return "unknown";
}

std::optional<Role> role_from_name(std::string_view name) noexcept
{
    for (const auto role : all_roles)
        if (name_of(role) == name) return role;
    return std::nullopt;
}

} // namespace stillwatch
