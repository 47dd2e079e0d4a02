#pragma once

#include "alerts/rules.hpp"
#include "core/finding.hpp"

#include <optional>
#include <string>
#include <string_view>

// Whether and when an alert leaves, and what follows when nobody answers. Pure: facts, rules and the time in,
// a decision with its reason out.
namespace stillwatch::alerts {

// What is known of one queued alert.
struct QueuedAlert {
    std::string type;
    std::string problem{}; // of "problem.…"
    Timestamp queued_at{};
    bool is_made = false; // it was attempted, or stands for others: nothing joins it any more
    bool is_acknowledged = false;
    bool was_over_bound = false;               // it was held because the channel had its messages of an hour
    std::optional<FindingState> state{};       // of its finding
    std::optional<Timestamp> silenced_until{}; // of its case or site
};

// What the channel told before.
struct ChannelHistory {
    std::optional<Timestamp> group_told_at{};     // the last message about the same case and host
    std::optional<Timestamp> group_waits_since{}; // the oldest alert of it that waits
    int sent_in_hour = 0;
    std::optional<Timestamp> first_of_hour{}; // when the oldest of those was sent
};

enum class Verdict : std::uint8_t { send, hold, silent };
std::string_view name_of(Verdict verdict) noexcept;

enum class Reason : std::uint8_t {
    due,          // nothing keeps it
    always,       // of a kind that waits for nothing
    dismissed,    // the finding is none
    acknowledged, // somebody has it already
    silenced,     // its case or site is, for a while
    quiet_hours,
    digest,         // it goes into the next digest
    digest_time,    // which leaves now
    group_wait,     // others of its case and host may follow
    group_interval, // the last message about its case and host was told a moment ago
    group,          // those that waited leave as one
    flood,          // the channel had its messages of this hour
};
// One word, and one sentence for people.
std::string_view name_of(Reason reason) noexcept;
std::string_view sentence_of(Reason reason) noexcept;

// With which others it leaves.
enum class Bundle : std::uint8_t { alone, group, digest, overflow };
std::string_view name_of(Bundle bundle) noexcept;

struct Decision {
    Verdict verdict = Verdict::send;
    Reason reason = Reason::due;
    Timestamp until{}; // of hold: when it is judged again
    Bundle bundle = Bundle::alone;

    friend bool operator==(const Decision&, const Decision&) = default;
};

Decision decide(const QueuedAlert& alert, const ChannelHistory& history, const ChannelRules& rules,
                Timestamp now);

// Whether it waits neither for quiet hours nor for digests, groups or bounds.
bool waits_for_nothing(std::string_view type, std::string_view problem);

// What is known of an alert that was told.
struct ToldAlert {
    std::string type;
    Timestamp sent_at{};
    Timestamp told_at{}; // last: when it was sent, or when somebody was reminded
    bool is_acknowledged = false;
    bool is_escalated = false;
    std::optional<FindingState> state{};
};

enum class FollowUp : std::uint8_t { none, wait, remind, escalate };
std::string_view name_of(FollowUp follow_up) noexcept;

struct FollowUpDecision {
    FollowUp what = FollowUp::none; // wait: `next` happens at `at`
    FollowUp next = FollowUp::none;
    Timestamp at{};
    std::string_view reason; // in words

    friend bool operator==(const FollowUpDecision&, const FollowUpDecision&) = default;
};

FollowUpDecision follow_up(const ToldAlert& alert, const ChannelRules& rules, Timestamp now);

} // namespace stillwatch::alerts
