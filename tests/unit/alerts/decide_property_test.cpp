#include "alerts/decide.hpp"

#include "fakes.hpp"

#include <gtest/gtest.h>

#include <random>

namespace stillwatch::alerts {

namespace {

using namespace std::chrono_literals;

using Random = std::mt19937;

int any(Random& random, int most)
{
    return std::uniform_int_distribution<int>(0, most)(random);
}

ChannelRules any_rules(Random& random)
{
    static const std::vector zones{TimeZone::utc(), TimeZone::load("Europe/Berlin").value(),
                                   TimeZone::load("America/St_Johns").value()};
    ChannelRules rules;
    rules.channel = "desk";
    rules.zone = zones[static_cast<std::size_t>(any(random, 2))];
    if (any(random, 1) == 0) rules.group_wait = std::chrono::minutes(any(random, 30));
    if (any(random, 1) == 0) rules.group_interval = std::chrono::minutes(any(random, 90));
    if (any(random, 1) == 0) rules.quiet = QuietHours{any(random, 1439), any(random, 1439)};
    if (any(random, 2) == 0) rules.digest = any(random, 4) > 0 ? DigestEvery::day : DigestEvery::week;
    rules.digest_minute = any(random, 1439);
    if (any(random, 2) == 0) rules.max_per_hour = 1 + any(random, 3);
    return rules;
}

// The rules said once more, slowly, and nothing else: whether anything forbids this minute.
bool may_leave(const QueuedAlert& alert, const ChannelHistory& history, const ChannelRules& rules,
               Timestamp minute)
{
    if (alert.silenced_until && minute < *alert.silenced_until) return false;
    const auto clock_at = [&](Timestamp time) { return rules.zone->minute_of_day(time); };
    if (rules.quiet) {
        // Walk around the clock from the beginning of the quiet hours to their end.
        for (int i = rules.quiet->from; i != rules.quiet->to; i = (i + 1) % 1440)
            if (clock_at(minute) == i) return false;
    }
    if (rules.digest != DigestEvery::never) {
        // Some minute since it was queued was the digest's.
        for (auto time = std::chrono::ceil<std::chrono::minutes>(alert.queued_at + 1ms); time <= minute;
             time += 1min) {
            const auto local = time + rules.zone->offset_at(time);
            const bool is_day =
                rules.digest == DigestEvery::day ||
                std::chrono::weekday(std::chrono::floor<std::chrono::days>(local)) == rules.digest_day;
            if (is_day && clock_at(time) == rules.digest_minute) return true;
        }
        return false;
    }
    if (history.group_told_at && minute < *history.group_told_at + rules.group_interval) return false;
    if (minute < history.group_waits_since.value_or(alert.queued_at) + rules.group_wait) return false;
    const bool is_full = rules.max_per_hour > 0 && history.sent_in_hour >= rules.max_per_hour &&
                         minute < *history.first_of_hour + 1h;
    return !is_full;
}

} // namespace

// Held again and again, an alert leaves at the first minute that the rules allow: none is lost, none late.
TEST(DecideProperty, FollowingTheHoldsAnAlertLeavesAtTheFirstMinuteThatTheSlowRulesAllow)
{
    Random random(20261129);
    const auto start = at("2026-11-23T00:00:00Z"); // no change of clocks in the eight days from then
    for (int round = 0; round < 60; ++round) {
        const auto rules = any_rules(random);
        QueuedAlert alert;
        alert.type = any(random, 3) == 0 ? "match.reappeared" : "match.opened";
        alert.queued_at = start + std::chrono::minutes(any(random, 1440));
        if (any(random, 3) == 0)
            alert.silenced_until = alert.queued_at + std::chrono::minutes(any(random, 600));
        ChannelHistory history;
        if (any(random, 1) == 0)
            history.group_told_at = alert.queued_at - std::chrono::minutes(any(random, 60));
        history.group_waits_since = alert.queued_at - std::chrono::minutes(any(random, 20));
        history.sent_in_hour = any(random, 4);
        history.first_of_hour = alert.queued_at - std::chrono::minutes(any(random, 59));

        auto expected = alert.queued_at;
        while (!may_leave(alert, history, rules, expected))
            expected += 1min;
        auto now = alert.queued_at;
        auto decision = decide(alert, history, rules, now);
        int holds = 0;
        while (decision.verdict == Verdict::hold) {
            ASSERT_GT(decision.until, now) << "a hold that does not end: " << name_of(decision.reason);
            ASSERT_LT(++holds, 50);
            now = decision.until;
            // An hour's messages are counted anew at each judgement.
            if (history.first_of_hour && now >= *history.first_of_hour + 1h) history.sent_in_hour = 0;
            decision = decide(alert, history, rules, now);
        }
        ASSERT_EQ(decision.verdict, Verdict::send);
        ASSERT_EQ(format_utc(now), format_utc(expected)) << "round " << round;
    }
}

} // namespace stillwatch::alerts
