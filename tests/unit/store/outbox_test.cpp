#include "store/case_database.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;

struct Outbox : testing::Test {
    TemporaryDirectory directory;
    CaseDatabase database{directory / "cases.db"};
};

TEST_F(Outbox, AlertsOfAFindingAreDueAtOnce)
{
    const auto case_id = database.open_case(sample_case(), actor()).value();
    const auto reference = database.add_reference(sample_reference(case_id), actor()).value();
    ASSERT_TRUE(database.record_finding(sample_finding(case_id, reference),
                                        {sample_alert("a", "desk"), sample_alert("a", "hook")}, actor(30)));
    const auto due = database.due_alerts(at(30), 10);
    ASSERT_EQ(due.size(), 2u);
    EXPECT_EQ(due[0].alert_id, "a");
    EXPECT_EQ(due[0].channel, "desk");
    EXPECT_EQ(due[1].channel, "hook");
    EXPECT_EQ(due[0].event, R"({"case":"C-7F3K","finding":1})"); // its number stands in it
    EXPECT_EQ(due[0].state, AlertState::queued);
    EXPECT_EQ(due[0].attempts, 0);
    EXPECT_EQ(due[0].created_at, at(30));
    EXPECT_FALSE(due[0].sent_at);
    EXPECT_TRUE(database.due_alerts(at(29), 10).empty());
    EXPECT_EQ(database.due_alerts(at(30), 1).size(), 1u);
    EXPECT_EQ(database.next_alert_at(), at(30));
}

TEST_F(Outbox, TheSameAlertForAChannelIsOneRow)
{
    ASSERT_TRUE(database.queue_alert(sample_alert(), actor(1)));
    ASSERT_TRUE(database.queue_alert(sample_alert(), actor(2)));
    ASSERT_TRUE(database.queue_alert(sample_alert("alert-1", "hook"), actor(3)));
    EXPECT_EQ(database.alerts(10).size(), 2u);
    EXPECT_EQ(database.audit(0, 10).size(), 2u);
}

TEST_F(Outbox, ASentAlertIsNotDueAgain)
{
    ASSERT_TRUE(database.queue_alert(sample_alert(), actor()));
    const auto id = database.due_alerts(at(0), 1).at(0).id;
    ASSERT_TRUE(database.alert_sent(id, at(4)));
    EXPECT_TRUE(database.due_alerts(at(1000), 10).empty());
    EXPECT_FALSE(database.next_alert_at());
    const auto row = database.alerts(1).at(0);
    EXPECT_EQ(row.state, AlertState::sent);
    EXPECT_EQ(row.sent_at, at(4));
    EXPECT_EQ(row.attempts, 1);
    EXPECT_EQ(database.alert_sent(id, at(5)).error().code, Errc::not_found);
    EXPECT_EQ(database.alert_retry(id, at(5), {"late", {}}).error().code, Errc::not_found);
}

TEST_F(Outbox, ARetriedAlertWaitsAndKeepsItsError)
{
    ASSERT_TRUE(database.queue_alert(sample_alert(), actor()));
    const auto id = database.due_alerts(at(0), 1).at(0).id;
    ASSERT_TRUE(database.alert_retry(id, at(60),
                                     {std::string(5000, 'x'), {"a@helpline.example", "b@helpline.example"}}));
    EXPECT_TRUE(database.due_alerts(at(59), 10).empty());
    EXPECT_EQ(database.next_alert_at(), at(60));
    const auto row = database.due_alerts(at(60), 10).at(0);
    EXPECT_EQ(row.attempts, 1);
    EXPECT_EQ(row.last_error, std::string(500, 'x'));
    EXPECT_EQ(row.told, (std::vector<std::string>{"a@helpline.example", "b@helpline.example"}));
}

TEST_F(Outbox, ADeadAlertStaysUntilItIsReplayed)
{
    ASSERT_TRUE(database.queue_alert(sample_alert(), actor()));
    const auto id = database.due_alerts(at(0), 1).at(0).id;
    EXPECT_EQ(database.replay_alert(id + 1, actor(8)).error().code, Errc::not_found);
    ASSERT_TRUE(database.alert_dead(id, {"mailbox unknown", {}}));
    EXPECT_TRUE(database.due_alerts(at(1000), 10).empty());
    EXPECT_EQ(database.alerts(1).at(0).state, AlertState::dead);
    ASSERT_TRUE(database.replay_alert(id, actor(9)));
    const auto row = database.due_alerts(at(9), 10).at(0);
    EXPECT_EQ(row.attempts, 0);
    EXPECT_EQ(row.last_error, "mailbox unknown");
    EXPECT_EQ(database.audit(0, 10).back().action, "alert.replay");
}

TEST_F(Outbox, AlertsThatWaitAreMadeDueAndKeepTheirAttempts)
{
    ASSERT_TRUE(database.queue_alert(sample_alert("a"), actor()));
    ASSERT_TRUE(database.queue_alert(sample_alert("b"), actor()));
    const auto id = database.due_alerts(at(0), 1).at(0).id;
    ASSERT_TRUE(database.alert_retry(id, at(6000), {"unreachable", {}}));
    const auto channel = database.alerts(1).at(0).channel;
    EXPECT_EQ(database.waiting_alerts(channel, at(60)), std::vector{id});
    EXPECT_TRUE(database.waiting_alerts("another", at(60)).empty());
    ASSERT_TRUE(database.hurry_alerts({id}, at(60)));
    const auto row = database.due_alerts(at(60), 10).at(0);
    EXPECT_EQ(row.id, id);
    EXPECT_EQ(row.attempts, 1);
}

TEST_F(Outbox, WhatWasToldOfAProblemIsRememberedWithItsAlerts)
{
    ASSERT_TRUE(database.tell_problem({"site", "board", 2, true}, {sample_alert("a", "desk")}, actor(3)));
    ASSERT_TRUE(database.tell_problem({"site", "board", 2, false}, {sample_alert("b", "desk")}, actor(4)));
    const auto told = database.told_problems();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].subject, "board");
    EXPECT_EQ(told[0].episode, 2);
    EXPECT_FALSE(told[0].stands);
    EXPECT_EQ(database.alerts(10).size(), 2U);
    EXPECT_EQ(database.alert_counts().at(0).count, 2);
}

TEST_F(Outbox, WhatWasComparedCountsFromOneHeartbeatToTheNext)
{
    EXPECT_EQ(database.compared_since_heartbeat(), 0);
    ASSERT_TRUE(database.count_compared(20).has_value());
    ASSERT_TRUE(database.count_compared(3).has_value());
    EXPECT_EQ(database.compared_since_heartbeat(), 23);
    ASSERT_TRUE(database.note_heartbeat({}, actor()).has_value());
    EXPECT_EQ(database.compared_since_heartbeat(), 0);
    ASSERT_TRUE(database.count_compared(1).has_value());
    EXPECT_EQ(database.compared_since_heartbeat(), 1);
}

TEST_F(Outbox, NewestAlertsAreListedFirst)
{
    ASSERT_TRUE(database.queue_alert(sample_alert("a"), actor(1)));
    ASSERT_TRUE(database.queue_alert(sample_alert("b"), actor(2)));
    EXPECT_EQ(database.alerts(1).at(0).alert_id, "b");
    EXPECT_EQ(database.due_alerts(at(5), 1).at(0).alert_id, "a");
}

} // namespace
} // namespace stillwatch::store
