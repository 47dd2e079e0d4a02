#pragma once

#include "core/clock.hpp"
#include "core/links.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

// When an address is visited, and before which others. A database finds what is due by conditions that say
// the same; the contract of the frontier is run against it and against a store that asks these functions.
namespace stillwatch::crawler {

// What became of an address at its last visit.
enum class Outcome : std::uint8_t {
    unvisited,
    page,        // a document; its links were read
    compared,    // a picture; its verdict is current for `generation`
    unchanged,   // 304, or bytes that are known with a current verdict
    undecodable, // a picture or page that no decoder reads, or no more of than our limits let through
    too_small,   // a picture below the smallest side compared
    other,       // neither page nor picture
    gone,        // 404 or 410
    unreachable, // network or server failed; tried again with growing pauses
    refused,     // scope, guard
    moved,       // redirects to another address of the frontier, which is visited in its place
    disallowed,  // robots.txt forbids it
    waiting, // it came, and we could not judge it yet (a worker was lost); tried again with growing pauses
};
std::string_view name_of(Outcome outcome) noexcept;

// Whether a page came to name an address since its pictures were last recorded. A claim makes `due` `served`,
// so that a page that comes during the visit is told from one before it.
enum class NamedAgain : std::uint8_t { no, due, served };

// Why an address is due, the most urgent first. How many of each are taken: crawler/policy/window.hpp.
enum class Due : std::uint8_t {
    named_again,   // a page came to name a picture that is known to match: the occurrence is to be recorded
    new_picture,   // never visited, first come, first served
    new_page,      // never visited
    barren_page,   // never visited, of a kind that brought nothing so far
    stale_picture, // compared with an older set of references; of those with the same bytes one visit is
                   // enough
    new_video,     // never visited, of a site whose videos are looked at
    revisit,       // its time has come
};
inline constexpr std::size_t due_kinds = 7;
inline constexpr std::array<Due, due_kinds> in_order_of_urgency{
    Due::named_again,   Due::new_picture, Due::new_page, Due::barren_page,
    Due::stale_picture, Due::new_video,   Due::revisit};

constexpr bool is_first_visit(Due due) noexcept
{
    return due == Due::new_picture || due == Due::new_page || due == Due::barren_page ||
           due == Due::new_video;
}

// In the place of a family: a video that nobody visited, while the videos of its site are not looked at.
inline constexpr std::int64_t not_looked_at = -1;

// What of an address decides when it is visited.
struct Standing {
    LinkKind kind = LinkKind::page;
    Outcome outcome = Outcome::unvisited;
    std::int64_t generation = 0; // of the reference set at the last comparison; 0 of pages
    Timestamp due{};             // its next visit
    Timestamp lease_until{};     // claimed, and not to be claimed again before
    NamedAgain named_again = NamedAgain::no;
    bool is_barren = false;
    std::int64_t aside = 0; // the family for whose sake it waits (crawler/policy/family.hpp); 0: none;
                            // not_looked_at

    friend bool operator==(const Standing&, const Standing&) = default;
};

// A picture with one of these last is not asked for again because there are newer references: nothing came,
// or it has a pause of its own, or the picture stands elsewhere.
inline constexpr std::array<Outcome, 5> never_stale{Outcome::unvisited, Outcome::page, Outcome::unreachable,
                                                    Outcome::moved, Outcome::waiting};

constexpr bool is_new(const Standing& address) noexcept
{
    return address.outcome == Outcome::unvisited && address.aside == 0;
}

// A picture that was judged, by whatever references.
constexpr bool may_be_stale(const Standing& address) noexcept
{
    if (address.kind == LinkKind::page) return false;
    if (address.kind == LinkKind::video && address.outcome == Outcome::other) return false; // not looked at
    return std::find(never_stale.begin(), never_stale.end(), address.outcome) == never_stale.end();
}

constexpr bool is_leased(const Standing& address, Timestamp now) noexcept
{
    return address.lease_until > now;
}

// `generation`: of the references in force; 0 lets no picture be stale.
bool is_due(Due due, const Standing& address, Timestamp now, std::int64_t generation) noexcept;

// Among addresses that are due for the same reason the lowest comes first, and of equal ones the one that was
// known first.
std::int64_t turn_of(Due due, const Standing& address) noexcept;

// Whether a visit is owed by `now`, for whatever reason, leased or not.
bool is_owed(const Standing& address, Timestamp now, std::int64_t generation) noexcept;

// Whether it makes its host one with something to visit.
bool makes_ready(const Standing& address, Timestamp now, std::int64_t generation) noexcept;

// The first moment from `now` on at which it may be due without anybody doing anything. `is_resting`: its
// host gets no request now; its pictures may be stale when it does.
std::optional<Timestamp> next_moment(const Standing& address, Timestamp now, bool is_resting) noexcept;

// What a claim and its end without a visit make of it.
constexpr NamedAgain when_claimed(NamedAgain before) noexcept
{
    return before == NamedAgain::no ? NamedAgain::no : NamedAgain::served;
}
constexpr NamedAgain when_given_back(NamedAgain before) noexcept
{
    return before == NamedAgain::no ? NamedAgain::no : NamedAgain::due;
}

// Whether a redirect to an address is left to that address's own visit: not where that is out of reach, and
// not where it waits for its turn among many that bring nothing, since what redirects would hide behind it.
// Where all are sent to one place, that place is in the way: a log-in, a gate. `led_here`: addresses that
// redirect to it.
bool is_visited_anyway(const Standing& address, std::size_t led_here) noexcept;

} // namespace stillwatch::crawler
