#include "crawler/policy/wall_history.hpp"

#include <bit>

namespace stillwatch::crawler {

void WallHistory::add(Wall wall) noexcept
{
    constexpr std::uint64_t end = std::uint64_t{1} << most_visits;
    if (wall == Wall::challenge) return;
    if (wall != Wall::none) last = wall;
    bits = bits << 1U | (wall == Wall::none ? 0U : 1U);
    if (bits >= 2 * end) bits = end | (bits & (end - 1));
}

int WallHistory::visits() const noexcept
{
    return static_cast<int>(std::bit_width(bits)) - 1;
}

int WallHistory::walls() const noexcept
{
    return std::popcount(bits) - 1;
}

} // namespace stillwatch::crawler
