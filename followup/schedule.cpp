#include "followup/schedule.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::followup {

namespace {

using std::chrono::hours;

constexpr std::array steps{hours(1),      hours(6),       hours(24),     hours(48),
                           hours(7 * 24), hours(30 * 24), hours(90 * 24)};
constexpr hours month{30 * 24};
constexpr hours most{14 * 24};

} // namespace

Timestamp next_scheduled(Timestamp from, Timestamp now)
{
    const auto next = std::ranges::find_if(steps, [&](hours step) { return from + step > now; });
    if (next != steps.end()) return std::min<Timestamp>(from + *next, now + most);
    const auto months = (now - from - steps.back()) / month + 1;
    return std::min<Timestamp>(from + steps.back() + months * month, now + most);
}

Timestamp next_check(const Checked& checked, Timestamp from)
{
    auto next = next_scheduled(from, checked.at);
    const auto no_later = [&](Timestamp at) { next = std::min(next, at); };
    const bool is_gone = checked.verdict == StillUp::gone || checked.verdict == StillUp::replaced;
    if (is_gone && !is_down(checked.run, checked.at)) {
        // A check that is to confirm takes as long as its host lets it wait, and so does not come too soon.
        const bool is_replaced = checked.run.replaced > 0 && checked.run.checks >= 2;
        no_later(is_replaced ? std::max<Timestamp>(*checked.run.since + time_where_replaced,
                                                   checked.at + between_two_that_agree)
                             : std::max<Timestamp>(*checked.run.since + between_two_that_agree,
                                                   checked.at + hours(1)));
    } else if (checked.verdict == StillUp::unclear) {
        auto pause = hours(1);
        for (int i = 1; i < checked.run.unclear && pause < hours(24); ++i)
            pause *= 2;
        no_later(checked.at + std::min(pause, hours(24)));
    } else if (checked.before != StillUp::unchecked && checked.before != checked.verdict) {
        no_later(checked.at + between_two_that_agree);
    }
    return next;
}

} // namespace stillwatch::followup
