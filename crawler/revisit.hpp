#pragma once

#include "crawler/settings.hpp"
#include "store/visit.hpp"

#include <span>

namespace stillwatch::crawler {

// Pages are looked at again so that a new picture is seen soon at a given number of visits. A page that
// brings `rate` pictures a day and is visited every `interval` leaves them unseen for interval / 2 on
// average. Over a site, sum(rate * interval) is least under sum(1 / interval) = visits a day where
//
//     interval = scale / sqrt(rate)      and so      visits a day = sum(sqrt(rate)) / scale.
//
// Rates are estimated page by page (observed()), and the scale follows from the site's budget
// (revisit_scale()). bench/revisit_simulation.cpp compares this with the rules of other crawlers.

// What is known of a page's rate after a visit that found `news` pictures which came during `elapsed`. Older
// observations lose half of their weight every rate_half_life: what a page is like changes.
store::PageRate observed(store::PageRate before, std::chrono::milliseconds elapsed, double news) noexcept;
inline constexpr std::chrono::milliseconds rate_half_life = std::chrono::days(7);

// New pictures a day: the mean of the gamma distribution that Poisson arrivals leave of a vague prior guess.
double pictures_a_day(const store::PageRate& rate) noexcept;

// Pages of about the same rate are counted together: two levels double the rate. 1..max_rate_level.
int level_of(double per_day) noexcept;
double rate_at(int level) noexcept;
inline constexpr int max_rate_level = 63;

// Days between visits to a page with one new picture a day, so that the pages counted in `pages` come to at
// most `visits_a_day`, bounds of the intervals included. Never below revisit_min: no page is worth more.
double revisit_scale(std::span<const store::RateCount> pages, double visits_a_day,
                     const RevisitSettings& settings);

// Until the next visit to a page with that rate.
std::chrono::milliseconds page_interval(double per_day, double scale,
                                        const RevisitSettings& settings) noexcept;

// Visits a day that revisits of pages may take: nine tenths of what the site's pace and its budget allow (the
// last tenth is for pages never seen), where half of the requests to a host are left to pictures.
double revisits_a_day(const SiteRules& site) noexcept;

// What the frontier is told about the next visit; fields as in VisitResult.
struct Revisit {
    Timestamp due{};
    int tries = 0;
    int unchanged_in_a_row = 0; // of pictures
    store::PageRate rate{};     // of pages

    friend bool operator==(const Revisit&, const Revisit&) = default;
};

// When to come again after a visit that ended at `now` with `outcome`. Pages: as above; what a first visit
// finds may have come at any time and says nothing about the rate. Pictures seldom change: a day after the
// first visit (24 times revisit_min), half as long again after each without other bytes, about half as long
// after other bytes, up to twice revisit_max. Failures: pauses of 5 minutes that triple up to a day. Gone: a
// day, a week, then 30 days. Refused: a day, then a week. Moved: a day,
// then half as long again each time, up to revisit_max. `news`: pictures the page named that were not
// known, or 1 when the picture has other bytes than before. `scale`: revisit_scale() of the site. A finding
// above the day's bound and a worker that was lost change it afterwards (pipeline/finish.hpp); a page that
// names the address anew brings it forward (store/).
Revisit next_visit(const store::Visit& visit, store::Outcome outcome, std::int64_t news, Timestamp now,
                   const RevisitSettings& settings, double scale);

// Whether a request may carry If-None-Match and If-Modified-Since: a page that was read, or a picture whose
// verdict is current and unmatched. A 304 says only that the bytes are those already judged.
bool may_be_conditional(const store::Visit& visit, bool verdict_is_current_and_unmatched);

} // namespace stillwatch::crawler
