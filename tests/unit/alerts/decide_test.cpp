#include "alerts/decide.hpp"

#include "fakes.hpp"

#include <gtest/gtest.h>

namespace stillwatch::alerts {

namespace {

using namespace std::chrono_literals;

const auto noon = at("2026-11-23T12:00:00Z");

QueuedAlert match(Timestamp queued_at = noon)
{
    QueuedAlert alert;
    alert.type = "match.opened";
    alert.queued_at = queued_at;
    alert.state = FindingState::fresh;
    return alert;
}

ChannelRules rules()
{
    ChannelRules rules;
    rules.channel = "desk";
    return rules;
}

Decision hold(Reason reason, Timestamp until)
{
    return {Verdict::hold, reason, until, Bundle::alone};
}

} // namespace

TEST(Decide, WithoutRulesAnAlertLeavesAtOnce)
{
    EXPECT_EQ(decide(match(), {}, rules(), noon).verdict, Verdict::send);
}

TEST(Decide, WhatWasDismissedOrAcknowledgedBeforeIsNotTold)
{
    auto alert = match();
    alert.state = FindingState::dismissed;
    EXPECT_EQ(decide(alert, {}, rules(), noon).reason, Reason::dismissed);
    alert = match();
    alert.is_acknowledged = true;
    EXPECT_EQ(decide(alert, {}, rules(), noon).reason, Reason::acknowledged);
}

TEST(Decide, AFindingConfirmedWithoutALookIsTold)
{
    auto alert = match();
    alert.state = FindingState::confirmed;
    EXPECT_EQ(decide(alert, {}, rules(), noon).verdict, Verdict::send);
}

TEST(Decide, QuietHoursHoldUntilTheyEndOnTheClocksOfTheirZone)
{
    auto night = rules();
    night.quiet = QuietHours{22 * 60, 7 * 60};
    night.zone = TimeZone::load("Europe/Berlin").value();
    EXPECT_EQ(decide(match(), {}, night, at("2026-11-23T21:30:00Z")),
              hold(Reason::quiet_hours, at("2026-11-24T06:00:00Z")));
    EXPECT_EQ(decide(match(), {}, night, at("2026-11-24T06:00:00Z")).verdict, Verdict::send);
    EXPECT_EQ(decide(match(), {}, night, at("2026-11-23T20:59:00Z")).verdict, Verdict::send);
}

TEST(Decide, ASilenceHoldsUntilItEndsAndLosesNothing)
{
    auto alert = match();
    alert.silenced_until = noon + 2h;
    EXPECT_EQ(decide(alert, {}, rules(), noon), hold(Reason::silenced, noon + 2h));
    EXPECT_EQ(decide(alert, {}, rules(), noon + 2h).verdict, Verdict::send);
}

TEST(Decide, TheFirstOfAGroupWaitsForOthersAndFurtherOnesForTheInterval)
{
    auto grouping = rules();
    grouping.group_wait = 1min;
    grouping.group_interval = 15min;
    ChannelHistory history;
    history.group_waits_since = noon;
    EXPECT_EQ(decide(match(), history, grouping, noon), hold(Reason::group_wait, noon + 1min));
    EXPECT_EQ(decide(match(), history, grouping, noon + 1min).bundle, Bundle::group);
    history.group_told_at = noon + 1min;
    EXPECT_EQ(decide(match(noon + 2min), history, grouping, noon + 2min),
              hold(Reason::group_interval, noon + 16min));
}

TEST(Decide, ADigestLeavesAtItsHourAndTakesTheRestAlong)
{
    auto weekly = rules();
    weekly.digest = DigestEvery::week;
    weekly.digest_minute = 9 * 60;
    const auto monday = at("2026-11-30T09:00:00Z");
    EXPECT_EQ(decide(match(), {}, weekly, noon), hold(Reason::digest, monday));
    EXPECT_EQ(decide(match(), {}, weekly, monday).bundle, Bundle::digest);
}

TEST(Decide, AboveTheBoundOfAnHourTheRestLeavesAsOne)
{
    auto bounded = rules();
    bounded.max_per_hour = 2;
    ChannelHistory full{{}, {}, 2, noon - 40min};
    EXPECT_EQ(decide(match(), full, bounded, noon), hold(Reason::flood, noon + 20min));
    auto waited = match();
    waited.was_over_bound = true;
    EXPECT_EQ(decide(waited, {}, bounded, noon + 20min).bundle, Bundle::overflow);
}

TEST(Decide, TestsHeartbeatsAndTheGuardWaitForNothing)
{
    auto strict = rules();
    strict.quiet = QuietHours{0, 23 * 60 + 59};
    strict.digest = DigestEvery::day;
    for (const auto* type : {"test", "heartbeat", "guard.tripped", "outbox.dead_letter"}) {
        auto alert = match();
        alert.type = type;
        EXPECT_EQ(decide(alert, {}, strict, noon).verdict, Verdict::send) << type;
    }
}

TEST(FollowUp, WhatNobodyAcknowledgesIsHandedOnAndToldAgain)
{
    auto escalating = rules();
    escalating.escalate_after = 30min;
    escalating.escalate_to = {"lead"};
    ToldAlert told{"match.opened", noon, noon, false, false, FindingState::fresh};
    const auto waiting = follow_up(told, escalating, noon);
    EXPECT_EQ(waiting.what, FollowUp::wait);
    EXPECT_EQ(waiting.at, noon + 30min);
    EXPECT_EQ(follow_up(told, escalating, noon + 30min).what, FollowUp::escalate);
    told.is_escalated = true;
    EXPECT_EQ(follow_up(told, escalating, noon + 30min).at, noon + 24h);
    EXPECT_EQ(follow_up(told, escalating, noon + 24h).what, FollowUp::remind);
}

TEST(FollowUp, AnAnswerEndsIt)
{
    ToldAlert told{"match.opened", noon, noon, true, false, FindingState::fresh};
    EXPECT_EQ(follow_up(told, rules(), noon + 48h).what, FollowUp::none);
    told.is_acknowledged = false;
    told.state = FindingState::confirmed;
    EXPECT_EQ(follow_up(told, rules(), noon + 48h).what, FollowUp::none);
}

} // namespace stillwatch::alerts
