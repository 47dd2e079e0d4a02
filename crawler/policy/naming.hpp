#pragma once

#include "crawler/policy/due.hpp"

#include <cstddef>

// Who names an address: how much of it is remembered, and when it brings a visit.
namespace stillwatch::crawler {

// Pages of one address that are remembered; one more brings no visit. Evidence names 32 of them.
inline constexpr std::size_t most_namings = 64;

// Hops of redirects over which "a page names this" is passed on.
inline constexpr int most_redirects_named_through = 20;

// Whether a page that came to name the address brings a visit: its pictures are known to match, or are being
// fetched, and the new occurrence is to be recorded.
constexpr bool comes_again(const Standing& address, bool is_matched) noexcept
{
    return address.lease_until != Timestamp{} || (address.outcome != Outcome::unvisited && is_matched);
}

// How many more addresses a site may get, and rows of who names what beyond the first of each.
struct Room {
    std::int64_t pages = 0;
    std::int64_t images = 0;
    std::int64_t namings = 0;
    std::int64_t videos = 0;

    std::int64_t& of(LinkKind kind) noexcept
    {
        if (kind == LinkKind::video) return videos;
        return kind == LinkKind::page ? pages : images;
    }
};

// Whether a link says more of an address that nobody visited than what named it before. What is shown as a
// picture is looked at as one, whatever else calls it a video: a name must not hide it.
constexpr bool is_better_guess(LinkKind kind, LinkKind before) noexcept
{
    return (before == LinkKind::page && kind != LinkKind::page) ||
           (before == LinkKind::video && kind == LinkKind::image);
}

// Of a site that may have so many, before anything is taken up. As many videos as pages.
constexpr Room room_of_site(std::int64_t max_pages, std::int64_t max_images) noexcept
{
    // On average. Nearly all pictures are named by one to three pages.
    constexpr std::int64_t namings_of_an_address = 4;
    return {max_pages, max_images, namings_of_an_address * (max_pages + max_images), max_pages};
}

// A page that was read for the first time named pictures nobody knew: they count for the page that came to
// name it at its latest visit, unless that was its first, which says nothing of how often it changes. `days`:
// of that page's rate.
constexpr bool takes_credit(double days) noexcept
{
    return days > 0;
}

} // namespace stillwatch::crawler
