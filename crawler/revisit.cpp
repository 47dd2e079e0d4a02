#include "crawler/revisit.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::crawler {

namespace {

using std::chrono::milliseconds;

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
constexpr std::array<milliseconds, 2> refused_pauses{std::chrono::days(1), std::chrono::days(7)};

} // namespace

Revisit next_visit(const store::Visit& visit, store::Outcome outcome, bool brought_new, Timestamp now,
                   const RevisitSettings& settings)
{
    using store::Outcome;
    if (outcome == Outcome::unreachable || outcome == Outcome::unvisited || outcome == Outcome::gone ||
        outcome == Outcome::refused) {
        const int tries = std::min(visit.tries, 1'000) + 1;
        const auto pause = outcome == Outcome::gone      ? step_of(gone_pauses, tries)
                           : outcome == Outcome::refused ? step_of(refused_pauses, tries)
                                                         : pause_after_failure(tries);
        return {now + pause, tries, visit.unchanged_in_a_row};
    }
    const bool seen_before = visit.last_outcome != Outcome::unvisited;
    // Two steps down are a factor of 2.25: about half.
    int level = brought_new ? std::max(visit.unchanged_in_a_row - 2, 0)
                            : std::max(visit.unchanged_in_a_row, 0) + (seen_before ? 1 : 0);
    const bool page =
        outcome == Outcome::page || (outcome == Outcome::unchanged && visit.kind == LinkKind::page);
    const auto interval = page ? interval_at(level, settings.revisit_min, settings.revisit_max)
                               : interval_at(level, settings.revisit_min * 24, settings.revisit_max * 2);
    return {now + interval, 0, level};
}

bool may_be_conditional(const store::Visit& visit, bool verdict_is_current_and_unmatched)
{
    if (visit.etag.empty() && visit.last_modified.empty()) return false;
    return visit.last_outcome == store::Outcome::page ||
           (visit.last_outcome == store::Outcome::unchanged && visit.kind == LinkKind::page) ||
           verdict_is_current_and_unmatched;
}

} // namespace stillwatch::crawler
