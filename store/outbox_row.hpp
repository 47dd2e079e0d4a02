#pragma once

#include "core/clock.hpp"
#include "core/finding.hpp"
#include "core/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Alerts as they rest in the database of cases.
namespace stillwatch::store {

enum class AlertState : std::uint8_t {
    queued,
    sent,
    dead,
    silent, // not told, for its `reason`
    joined, // told by the message of another row
};
std::string_view name_of(AlertState state) noexcept;

// An alert on its way to one channel. (alert_id, channel) is unique: a repeat is the same row.
struct OutboxRow {
    std::int64_t id = 0;
    std::string alert_id;
    std::string channel;
    std::string event; // what the channel needs, as JSON; content-free
    AlertState state = AlertState::queued;
    int attempts = 0;
    Timestamp created_at{};
    Timestamp next_attempt_at{};
    std::optional<Timestamp> sent_at{};
    std::string last_error;
    std::vector<std::string> told; // recipients of the channel that have it already, while others wait
    std::optional<Timestamp> held_until{}; // a rule of the channel keeps it; then it is judged again
    std::string reason{};                  // of what was decided last
    bool is_made = false;                  // it was attempted or stands for others: nothing joins it
    std::int64_t told_in = 0;              // the row whose message tells it; 0: none
    std::optional<Timestamp> told_at{};    // last: sent, or somebody was reminded
    int repeats = 0;                       // reminders
    bool is_escalated = false;
    std::optional<Timestamp> acknowledged_at{};
    std::string acknowledged_by{};
    CaseId case_id{};                            // none: not about a case
    FindingId finding{};                         // none: not about one
    std::optional<FindingState> finding_state{}; // as it is now
    std::string host{};                          // of the finding
    std::string site{};
    // Not stored. The row of the same case that waits behind this one, which is sent before its time so that
    // order is kept; a failure counts for that row.
    std::int64_t behind = 0;
    int behind_attempts = 0;
    std::string disclosed{}; // not stored: what the channel's settings let leave of the finding
};

// Alerts of a case or a site wait until then.
struct Silence {
    std::string kind; // "case", "site"
    std::string name;
    Timestamp until{};
    Timestamp set_at{};
    std::string set_by;
};

// What a case has over a channel that nobody answered.
struct Unanswered {
    CaseId case_id{};
    std::string pseudonym;
    std::int64_t alerts = 0;
    int repeats = 0;      // the most that one of them has
    std::string alert_id; // of the oldest
    std::string event;    // of the oldest
};

// How an attempt ended that did not reach everybody.
struct AlertAttempt {
    std::string error;
    std::vector<std::string> told; // all recipients that have the alert by now
};

struct AlertCount {
    std::string channel;
    AlertState state = AlertState::queued;
    std::int64_t count = 0;
};

// What was last told of a problem, so that a restart tells nothing twice.
struct ToldProblem {
    std::string kind;
    std::string subject;
    std::int64_t episode = 1; // one more each time it begins again: alert ids follow from it
    bool stands = true;       // false: its end was told
};

// An alert to be queued together with its finding.
struct NewAlert {
    std::string alert_id;
    std::string channel;
    std::string event;
};

// An alert about a case and no single finding of it, which goes with the case.
struct CaseAlert {
    NewAlert alert;
    CaseId case_id;
};

} // namespace stillwatch::store
