#pragma once

#include "followup/verdict.hpp"

#include <chrono>

namespace stillwatch::followup {

// The first moment after `now` at which a place is to be checked: 1 h, 6 h, 24 h, 48 h, 7, 30 and 90 days
// after `from` (it was found, those who can take it down were told, it came back), then every 30 days; but
// never more than 14 days on, since a picture that is put up again under an unchanged page brings nobody
// there.
Timestamp next_scheduled(Timestamp from, Timestamp now);

// The same after a check with this verdict: sooner where a second check is to confirm it, where it changed,
// and where it does not tell: after an hour, then twice as long each time, a day at most.
struct Checked {
    StillUp verdict = StillUp::unclear;
    StillUp before = StillUp::unchecked;
    store::GoneRun run{}; // with this check
    Timestamp at{};
};
Timestamp next_check(const Checked& checked, Timestamp from);

} // namespace stillwatch::followup
