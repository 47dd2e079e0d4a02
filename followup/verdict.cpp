#include "followup/verdict.hpp"

namespace stillwatch::followup {

StillUp judge(const Seen& seen) noexcept
{
    const bool is_page_gone = seen.has_page && seen.page == Sight::gone;
    if (seen.picture == Sight::match) return is_page_gone ? StillUp::orphaned : StillUp::up;
    if (seen.has_other_size_up) return StillUp::thumbnail;
    const bool tells_of_page =
        !seen.has_page || is_page_gone || seen.page == Sight::there || seen.page == Sight::other;
    if (!tells_of_page) return StillUp::unclear; // it may show another copy
    if (seen.picture == Sight::gone) return StillUp::gone;
    const bool is_replaced = seen.picture == Sight::other || seen.picture == Sight::there;
    return is_replaced ? StillUp::replaced : StillUp::unclear;
}

bool is_up(StillUp verdict) noexcept
{
    return verdict == StillUp::up || verdict == StillUp::orphaned || verdict == StillUp::thumbnail;
}

store::GoneRun after(store::GoneRun run, StillUp verdict, Timestamp at) noexcept
{
    if (is_up(verdict)) return {};
    if (verdict == StillUp::unclear || verdict == StillUp::unchecked) {
        ++run.unclear; // neither confirms nor denies what others saw
        return run;
    }
    run.unclear = 0;
    if (!run.since || *run.since > at) run.since = at; // later: the clock was set back meanwhile
    ++run.checks;
    if (verdict == StillUp::replaced) ++run.replaced;
    return run;
}

bool is_down(const store::GoneRun& run, Timestamp at) noexcept
{
    if (!run.since) return false;
    const auto lasted = at - *run.since;
    if (run.replaced > 0) return run.checks >= checks_where_replaced && lasted >= time_where_replaced;
    return run.checks >= 2 && lasted >= between_two_that_agree;
}

} // namespace stillwatch::followup
