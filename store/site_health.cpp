#include "store/site_health.hpp"

#include <array>

namespace stillwatch::store {

std::string_view name_of(HostTrouble trouble) noexcept
{
    static constexpr std::array<std::string_view, 5> names{"none", "stopped", "blocked", "unreachable",
                                                           "disallowed"};
    const auto index = static_cast<std::size_t>(trouble);
    return index < names.size() ? names[index] : "unknown";
}

} // namespace stillwatch::store
