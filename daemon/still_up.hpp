#pragma once

#include "core/counters.hpp"
#include "crawler/frontier/url_frontier.hpp"
#include "pipeline/recorder.hpp"
#include "store/case_database.hpp"

#include <string>
#include <unordered_map>
#include <vector>

// The checks whether findings are still up, at work (followup/ decides). They are visits like any other:
// a check makes its addresses due, and takes what the visits show.
namespace stillwatch::daemon {

// Places that are looked at newly in one round; the rest waits for the next.
inline constexpr std::size_t most_looks_a_round = 64;
// A check whose addresses were not visited by then does not tell: their hosts rest, or were stopped.
inline constexpr std::chrono::hours longest_check{2};

// When addresses were made due that a check has not seen yet, so that each round does not write them anew:
// their visits are to come. Nothing of it needs to outlive the process.
using AskedAt = std::unordered_map<std::string, Timestamp>;
// An address that was not visited by then is made due once more.
inline constexpr std::chrono::minutes before_asked_again{10};

struct StillUpRound {
    std::vector<Url> under_check{}; // addresses that the visits are to tell of
    std::size_t looks = 0;          // addresses that were made due
    bool has_alerts = false;
    std::int64_t long_unclear = 0; // places whose last three checks or more do not tell
};

// Ends the checks that have seen all, marks findings of which every place is down, and begins those whose
// time has come. `can_write`: evidence that is pending can be made. Store thread. Errors: io.
Result<StillUpRound> still_up_round(store::CaseDatabase& cases, crawler::UrlFrontier& frontier,
                                    const pipeline::RecordSettings& settings, bool can_write, Timestamp now,
                                    Counters& counters, AskedAt& asked);

// Where evidence is still to be made the picture is visited after 10 minutes, doubled each time, a day at
// most.
std::chrono::minutes pause_for_evidence(std::int64_t looks);

} // namespace stillwatch::daemon
