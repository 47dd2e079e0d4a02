#include "crawler/policy/window.hpp"

#include <algorithm>

namespace stillwatch::crawler {

namespace {

constexpr std::size_t sixteenths = 16;

struct Share {
    std::size_t sixteenths; // of a window; one visit at least
    bool takes_pages;       // of the site's pages a day
};

Share share_of(Due due) noexcept
{
    switch (due) {
    case Due::named_again: return {16, false};
    case Due::new_picture: return {8, false};
    case Due::new_page: return {2, true};
    case Due::barren_page: return {1, true}; // an endless maze gets no more than this while others wait
    case Due::stale_picture: return {2, false};
    case Due::new_video: return {1, false}; // one costs as much as many pictures
    case Due::revisit: return {4, true};
    }
    return {1, true};
}

} // namespace

void SiteDay::add(std::int64_t that_day, std::int64_t more_pages, std::int64_t more_bytes) noexcept
{
    if (day != that_day) pages = bytes = 0;
    day = that_day;
    pages += more_pages;
    bytes += more_bytes;
}

std::size_t WindowPlan::most_samples() const noexcept
{
    if (pages_left_ <= 0) return 0;
    return std::min(std::max<std::size_t>(limit_ / 4, 1), static_cast<std::size_t>(pages_left_));
}

void WindowPlan::took_samples(std::size_t found) noexcept
{
    taken_ += std::min(found, left());
    pages_left_ -= static_cast<std::int64_t>(found);
}

std::size_t WindowPlan::most(Due due, int round) const noexcept
{
    const auto share = share_of(due);
    auto most = left();
    if (round == 0)
        most = std::min(most, std::max<std::size_t>(limit_ * share.sixteenths / sixteenths, 1));
    else if (!has_more(due) || (due == Due::new_video && has_more(Due::revisit)))
        return 0;
    if (share.takes_pages)
        most = std::min(most, static_cast<std::size_t>(std::max<std::int64_t>(pages_left_, 0)));
    return most;
}

void WindowPlan::took(Due due, std::size_t most, std::size_t found) noexcept
{
    has_more_[static_cast<std::size_t>(due)] = found == most;
    taken_ += std::min(found, left());
    if (share_of(due).takes_pages) pages_left_ -= static_cast<std::int64_t>(found);
}

} // namespace stillwatch::crawler
