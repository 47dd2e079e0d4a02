#include "store/still_up_check.hpp"

#include <array>

namespace stillwatch::store {

namespace {

constexpr std::array<std::string_view, 6> sights{"unseen", "match", "other", "there", "gone", "unclear"};
constexpr std::array<std::string_view, 7> verdicts{"unchecked", "up",   "orphaned", "thumbnail",
                                                   "replaced",  "gone", "unclear"};

} // namespace

std::string_view name_of(Sight sight) noexcept
{
    const auto index = static_cast<std::size_t>(sight);
    return index < sights.size() ? sights[index] : "unknown";
}

std::string_view name_of(StillUp verdict) noexcept
{
    const auto index = static_cast<std::size_t>(verdict);
    return index < verdicts.size() ? verdicts[index] : "unknown";
}

} // namespace stillwatch::store
