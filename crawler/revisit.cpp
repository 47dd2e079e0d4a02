#include "crawler/revisit.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace stillwatch::crawler {

namespace {

using std::chrono::milliseconds;
using Days = std::chrono::duration<double, std::ratio<86'400>>;

// The prior: as if half a picture had been seen in a fifth of a day. New pages are looked at again soon, and
// little evidence moves it. Of weaker and stronger ones, half-lives of 4 to 28 days and ones that grow with a
// page's age this was the best compromise over the worlds of bench/revisit_simulation.cpp (seed 1).
constexpr double prior_pictures = 0.5;
constexpr double prior_days = 0.2;

// Level 32 is one picture a day; 63 is 46 000, 1 is one in 127 years.
constexpr int level_of_one_a_day = 32;

// least x 1.5^level, at most `longest`; the level does not grow past the one that reaches it.
milliseconds interval_at(int& level, milliseconds least, milliseconds longest)
{
    auto interval = std::max(least, milliseconds(1'000));
    for (int step = 0; step < level; ++step) {
        if (interval >= longest) {
            level = step;
            break;
        }
        interval = interval * 3 / 2;
    }
    return std::min(interval, std::max(longest, milliseconds(1'000)));
}

milliseconds pause_after_failure(int tries)
{
    milliseconds pause = std::chrono::minutes(5);
    for (int i = 1; i < tries && pause < std::chrono::days(1); ++i)
        pause *= 3;
    return std::min<milliseconds>(pause, std::chrono::days(1));
}

template <std::size_t N>
milliseconds step_of(const std::array<milliseconds, N>& steps, int tries)
{
    return steps[std::min(static_cast<std::size_t>(std::max(tries, 1)) - 1, N - 1)];
}

constexpr std::array<milliseconds, 3> gone_pauses{std::chrono::days(1), std::chrono::days(7),
                                                  std::chrono::days(30)};
constexpr std::array<milliseconds, 2> disallowed_pauses{std::chrono::days(1), std::chrono::days(7)};
// Soon at first: a name that a broken or captive network resolves to an inside address is closed for as long
// as that lasts. Nobody is asked meanwhile.
constexpr std::array<milliseconds, 4> refused_pauses{std::chrono::hours(1), std::chrono::hours(6),
                                                     std::chrono::days(1), std::chrono::days(7)};

} // namespace

store::PageRate observed(store::PageRate before, milliseconds elapsed, double news) noexcept
{
    const double days = std::max(Days(elapsed).count(), 0.0);
    const double half_life = Days(rate_half_life).count();
    const double left = std::exp2(-days / half_life);
    // What came long ago in this interval counts less as well, like the time it came in.
    const double weight = days > 0 ? (1 - left) * half_life / std::log(2.0) / days : 1;
    before.news = before.news * left + std::max(news, 0.0) * weight;
    before.days = before.days * left + days * weight;
    before.level = level_of(pictures_a_day(before));
    return before;
}

double pictures_a_day(const store::PageRate& rate) noexcept
{
    return (prior_pictures + rate.news) / (prior_days + rate.days);
}

int level_of(double per_day) noexcept
{
    if (!(per_day > 0)) return 1;
    const double level = level_of_one_a_day + std::round(2 * std::log2(per_day));
    return static_cast<int>(std::clamp<double>(level, 1, max_rate_level));
}

double rate_at(int level) noexcept
{
    return std::exp2((level - level_of_one_a_day) / 2.0);
}

double revisit_scale(std::span<const store::RateCount> pages, double visits_a_day,
                     const RevisitSettings& settings)
{
    const auto visits_at = [&](double scale) {
        double visits = 0;
        for (const auto& [level, count] : pages)
            visits +=
                static_cast<double>(count) / Days(page_interval(rate_at(level), scale, settings)).count();
        return visits;
    };
    const double least = Days(std::max(settings.revisit_min, milliseconds(1'000))).count();
    double low = std::log2(least);
    // From here on even the busiest page is visited as seldom as it may be.
    double high =
        std::log2(std::max(Days(settings.revisit_max).count(), least) * std::sqrt(rate_at(max_rate_level)));
    if (visits_at(least) <= visits_a_day) return least;
    for (int step = 0; step < 40; ++step) {
        const double middle = (low + high) / 2;
        (visits_at(std::exp2(middle)) > visits_a_day ? low : high) = middle;
    }
    return std::exp2(high);
}

milliseconds page_interval(double per_day, double scale, const RevisitSettings& settings) noexcept
{
    const auto least = std::max(settings.revisit_min, milliseconds(1'000));
    const auto most = std::max(settings.revisit_max, least);
    const double days = std::clamp(scale / std::sqrt(per_day), Days(least).count(), Days(most).count());
    return std::clamp(std::chrono::round<milliseconds>(Days(days)), least, most);
}

double revisits_a_day(const SiteRules& site) noexcept
{
    constexpr double day_ms = 86'400'000;
    double visits = static_cast<double>(site.max_pages_per_day);
    if (site.pace.delay.count() > 0)
        visits = std::min(visits, day_ms / static_cast<double>(site.pace.delay.count()) / 2);
    return 0.9 * visits;
}

namespace {

Revisit next_look_at_page(const store::Visit& visit, std::int64_t news, Timestamp now,
                          const RevisitSettings& settings, double scale)
{
    auto rate = visit.rate;
    if (visit.last_outcome == store::Outcome::unvisited || rate.level == 0)
        rate.level = level_of(pictures_a_day(rate)); // a first look, or the first since rates are kept
    else
        rate = observed(rate, now - visit.last_visit, static_cast<double>(news));
    return {now + page_interval(pictures_a_day(rate), scale, settings), 0, 0, rate};
}

} // namespace

Revisit next_visit(const store::Visit& visit, store::Outcome outcome, std::int64_t news, Timestamp now,
                   const RevisitSettings& settings, double scale)
{
    using store::Outcome;
    const bool is_tried_again = outcome == Outcome::unreachable || outcome == Outcome::waiting;
    if (is_tried_again || outcome == Outcome::unvisited || outcome == Outcome::gone ||
        outcome == Outcome::refused || outcome == Outcome::disallowed) {
        const int tries = std::min(visit.tries, 1'000) + 1;
        const auto pause = outcome == Outcome::gone         ? step_of(gone_pauses, tries)
                           : outcome == Outcome::refused    ? step_of(refused_pauses, tries)
                           : outcome == Outcome::disallowed ? step_of(disallowed_pauses, tries)
                                                            : pause_after_failure(tries);
        auto rate = visit.rate;
        if (!is_tried_again)
            rate.level = 0; // takes no part of the budget
        else if (rate.level != 0)
            rate =
                observed(rate, now - visit.last_visit, 0); // what came meanwhile is counted when it is read
        return {now + pause, tries, visit.unchanged_in_a_row, rate};
    }
    if (outcome == Outcome::moved) { // costs one small request; what it leads to has its own visits
        int level = std::max(visit.unchanged_in_a_row, 0) + (visit.last_outcome == Outcome::moved ? 1 : 0);
        return {now + interval_at(level, settings.revisit_min * 24, settings.revisit_max), 0, level, {}};
    }
    if (outcome == Outcome::page || (outcome == Outcome::unchanged && visit.kind == LinkKind::page))
        return next_look_at_page(visit, news, now, settings, scale);
    const bool seen_before = visit.last_outcome != Outcome::unvisited;
    // Two steps down are a factor of 2.25: about half.
    int level = news > 0 ? std::max(visit.unchanged_in_a_row - 2, 0)
                         : std::max(visit.unchanged_in_a_row, 0) + (seen_before ? 1 : 0);
    const auto interval = interval_at(level, settings.revisit_min * 24, settings.revisit_max * 2);
    return {now + interval, 0, level, {}};
}

bool may_be_conditional(const store::Visit& visit, bool verdict_is_current_and_unmatched)
{
    if (visit.etag.empty() && visit.last_modified.empty()) return false;
    return visit.last_outcome == store::Outcome::page ||
           (visit.last_outcome == store::Outcome::unchanged && visit.kind == LinkKind::page) ||
           verdict_is_current_and_unmatched;
}

} // namespace stillwatch::crawler
