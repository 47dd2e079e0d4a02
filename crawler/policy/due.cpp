#include "crawler/policy/due.hpp"

namespace stillwatch::crawler {

std::string_view name_of(Outcome outcome) noexcept
{
    static constexpr std::array<std::string_view, 13> names{
        "unvisited", "page",        "compared", "unchanged", "undecodable", "too_small", "other",
        "gone",      "unreachable", "refused",  "moved",     "disallowed",  "waiting"};
    const auto index = static_cast<std::size_t>(outcome);
    return index < names.size() ? names[index] : "unknown";
}

bool is_due(Due due, const Standing& address, Timestamp now, std::int64_t generation) noexcept
{
    if (is_leased(address, now)) return false;
    const bool was_visited = address.outcome != Outcome::unvisited;
    const bool is_page = address.kind == LinkKind::page;
    switch (due) {
    case Due::named_again: return was_visited && address.named_again != NamedAgain::no;
    case Due::new_picture: return is_new(address) && address.kind == LinkKind::image && !address.is_barren;
    case Due::new_page: return is_new(address) && is_page && !address.is_barren;
    case Due::barren_page: return is_new(address) && is_page && address.is_barren;
    case Due::stale_picture: return may_be_stale(address) && address.generation < generation;
    case Due::new_video: return is_new(address) && address.kind == LinkKind::video;
    case Due::revisit: return was_visited && address.due <= now;
    }
    return false;
}

std::int64_t turn_of(Due due, const Standing& address) noexcept
{
    switch (due) {
    case Due::stale_picture: return address.generation;
    case Due::revisit: return address.due.time_since_epoch().count();
    default: return 0;
    }
}

bool is_owed(const Standing& address, Timestamp now, std::int64_t generation) noexcept
{
    const bool was_visited = address.outcome != Outcome::unvisited;
    return is_new(address) || (was_visited && address.due <= now) ||
           (may_be_stale(address) && address.generation < generation);
}

bool makes_ready(const Standing& address, Timestamp now, std::int64_t generation) noexcept
{
    return !is_leased(address, now) && is_owed(address, now, generation);
}

std::optional<Timestamp> next_moment(const Standing& address, Timestamp now, bool is_resting) noexcept
{
    if (is_leased(address, now)) return address.lease_until;
    if (is_new(address) || (is_resting && may_be_stale(address))) return now;
    if (address.outcome == Outcome::unvisited) return std::nullopt; // set aside: its family tells
    return std::max(address.due, now);
}

bool is_visited_anyway(const Standing& address, std::size_t led_here) noexcept
{
    constexpr std::size_t most_led_to_one = 8;
    switch (address.outcome) {
    case Outcome::gone:
    case Outcome::unreachable:
    case Outcome::refused:
    case Outcome::disallowed:
    case Outcome::waiting: return false;
    default: return address.aside == 0 && led_here < most_led_to_one;
    }
}

} // namespace stillwatch::crawler
