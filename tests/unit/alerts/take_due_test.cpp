#include "alerts/take_due.hpp"

#include "alerts/rounds.hpp"

#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace stillwatch::alerts {

namespace {

using namespace std::chrono_literals;
using store::AlertState;
using test::at;

// A database with two cases, and what a channel sent.
struct Desk {
    Desk()
    {
        for (const auto* pseudonym : {"C-AAAA", "C-BBBB"}) {
            const auto id = cases.open_case(test::sample_case(pseudonym), test::actor()).value();
            references[pseudonym] = cases.add_reference(test::sample_reference(id), test::actor()).value();
            ids[pseudonym] = id;
        }
        rules.channel = "desk";
    }
    // A finding of its own on the host, told over `channels`.
    std::string find(const std::string& pseudonym, const std::string& host, Timestamp now,
                     const std::vector<std::string>& channels = {"desk"})
    {
        const auto page = "https://" + host + "/" + std::to_string(++count);
        auto seen = test::sample_finding(ids[pseudonym], references[pseudonym], page, page + ".jpg");
        AlertEvent event;
        event.alert_id = alert_id(pseudonym, references[pseudonym], page, page, 1);
        event.type = "match.opened";
        event.at = now;
        event.case_pseudonym = pseudonym;
        seen.alert_id = event.alert_id;
        seen.site = host;
        std::vector<store::NewAlert> alerts;
        for (const auto& channel : channels)
            alerts.push_back({event.alert_id, channel, write_event(event)});
        const auto recorded = cases.record_finding(seen, alerts, {"stillwatchd", now}).value();
        EXPECT_TRUE(recorded.created);
        findings[event.alert_id] = recorded.id;
        return event.alert_id;
    }
    // Sends what is due; gives the events.
    std::vector<AlertEvent> deliver(Timestamp now)
    {
        std::vector<AlertEvent> sent;
        while (auto row = take_due(cases, rules, now)) {
            EXPECT_TRUE(cases.alert_sent(row->id, now).has_value());
            sent.push_back(read_event(row->event).value());
        }
        return sent;
    }
    store::OutboxRow row(const std::string& alert, const std::string& channel = "desk")
    {
        return cases.find_alert(alert, channel).value();
    }

    test::TemporaryDirectory directory;
    store::CaseDatabase cases{directory / "cases.db"};
    std::map<std::string, CaseId> ids;
    std::map<std::string, ReferenceId> references;
    std::map<std::string, FindingId> findings;
    ChannelRules rules;
    int count = 0;
};

} // namespace

TEST(TakeDue, WithoutRulesEachAlertIsAMessage)
{
    Desk desk;
    desk.find("C-AAAA", "one.example", at(0));
    desk.find("C-AAAA", "one.example", at(1));
    EXPECT_EQ(desk.deliver(at(2)).size(), 2U);
}

TEST(TakeDue, WhatWaitedForACaseAndHostLeavesAsOneMessageAndAnotherHostAsAnother)
{
    Desk desk;
    desk.rules.group_wait = 1min;
    desk.rules.group_interval = 15min;
    const auto first = desk.find("C-AAAA", "one.example", at(0));
    const auto second = desk.find("C-AAAA", "one.example", at(20));
    desk.find("C-AAAA", "two.example", at(21));
    EXPECT_TRUE(desk.deliver(at(30)).empty());
    const auto sent = desk.deliver(at(60));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].type, "match.grouped");
    EXPECT_EQ(sent[0].count, 2);
    EXPECT_EQ(sent[0].alert_id, first);
    EXPECT_EQ(desk.row(second).state, AlertState::joined);
    EXPECT_EQ(desk.row(second).told_at, at(60));
    EXPECT_EQ(desk.deliver(at(81)).size(), 1U);
    desk.find("C-AAAA", "one.example", at(100));
    EXPECT_TRUE(desk.deliver(at(101)).empty());
    EXPECT_EQ(desk.deliver(at(60 + 15 * 60)).size(), 1U);
}

TEST(TakeDue, ADigestTellsNumbersOfAllCasesAndNoPseudonym)
{
    Desk desk;
    desk.rules.digest = DigestEvery::day;
    const auto first = desk.find("C-AAAA", "one.example", at(0));
    desk.find("C-BBBB", "two.example", at(1));
    EXPECT_TRUE(desk.deliver(at(2)).empty());
    const auto sent = desk.deliver(at(86'400));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].count, 2);
    EXPECT_EQ(sent[0].cases, 2);
    EXPECT_EQ(sent[0].case_pseudonym, "");
    EXPECT_EQ(desk.row(first).state, AlertState::joined);
    EXPECT_TRUE(desk.deliver(at(2 * 86'400)).empty()) << "told twice";
}

TEST(TakeDue, AWithdrawnCaseTakesNothingOfOthersOutOfADigest)
{
    Desk desk;
    desk.rules.digest = DigestEvery::day;
    desk.find("C-AAAA", "one.example", at(0));
    const auto other = desk.find("C-BBBB", "two.example", at(1));
    const auto message = take_due(desk.cases, desk.rules, at(86'400));
    ASSERT_TRUE(message.has_value());
    ASSERT_TRUE(desk.cases.withdraw(desk.ids["C-AAAA"], test::actor()).has_value());
    EXPECT_EQ(desk.deliver(at(86'401)).size(), 1U);
    EXPECT_EQ(desk.row(other).told_at, at(86'401));
}

TEST(TakeDue, AboveTheBoundOfAnHourTheRestIsOneMessage)
{
    Desk desk;
    desk.rules.max_per_hour = 2;
    for (int i = 0; i < 7; ++i)
        desk.find("C-AAAA", "one.example", at(i));
    EXPECT_EQ(desk.deliver(at(10)).size(), 2U);
    const auto rest = desk.deliver(at(10 + 3600));
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].count, 5);
    EXPECT_EQ(rest[0].bundle, "overflow");
}

TEST(TakeDue, ASilencedCaseIsToldWhenTheSilenceEndsOrIsEnded)
{
    Desk desk;
    ASSERT_TRUE(desk.cases.set_silence({"case", "C-AAAA", at(1'000), {}, {}}, test::actor()).has_value());
    desk.find("C-AAAA", "one.example", at(0));
    desk.find("C-BBBB", "one.example", at(0));
    EXPECT_EQ(desk.deliver(at(1)).size(), 1U);
    EXPECT_EQ(desk.deliver(at(1'000)).size(), 1U);
    ASSERT_TRUE(
        desk.cases.set_silence({"site", "one.example", at(9'000), {}, {}}, test::actor()).has_value());
    desk.find("C-BBBB", "one.example", at(2'000));
    EXPECT_TRUE(desk.deliver(at(2'000)).empty());
    ASSERT_TRUE(desk.cases.end_silence("site", "one.example", test::actor(2'001)).has_value());
    EXPECT_EQ(desk.deliver(at(2'001)).size(), 1U);
}

TEST(TakeDue, AcknowledgingOverOneChannelKeepsTheOtherFromTelling)
{
    Desk desk;
    desk.rules.quiet = QuietHours{0, 23 * 60 + 59};
    const auto alert = desk.find("C-AAAA", "one.example", at(0), {"desk", "phone"});
    EXPECT_TRUE(desk.deliver(at(0)).empty());
    const auto count = desk.cases.acknowledge_alerts({alert, {}, {}}, test::actor(5));
    EXPECT_EQ(count.value(), 2);
    EXPECT_TRUE(desk.deliver(at(5)).empty());
    EXPECT_EQ(desk.row(alert).state, AlertState::silent);
    EXPECT_EQ(desk.row(alert).acknowledged_by, "worker-1");
}

TEST(TakeDue, AcknowledgingAMessageAcknowledgesWhatItStandsFor)
{
    Desk desk;
    desk.rules.group_wait = 1min;
    const auto first = desk.find("C-AAAA", "one.example", at(0));
    const auto second = desk.find("C-AAAA", "one.example", at(1));
    ASSERT_EQ(desk.deliver(at(60)).size(), 1U);
    EXPECT_EQ(desk.cases.acknowledge_alerts({first, {}, {}}, test::actor(70)).value(), 2);
    EXPECT_TRUE(desk.row(second).acknowledged_at.has_value());
}

TEST(TakeDue, AnAlertOfACaseWaitsForTheOneThatFailedBeforeItAndOtherCasesDoNot)
{
    Desk desk;
    const auto first = desk.find("C-AAAA", "one.example", at(0));
    auto row = take_due(desk.cases, desk.rules, at(0));
    ASSERT_TRUE(desk.cases.alert_retry(row->id, at(7'200), {"down", {}}).has_value());
    const auto second = desk.find("C-AAAA", "two.example", at(10));
    const auto other = desk.find("C-BBBB", "two.example", at(11));
    row = take_due(desk.cases, desk.rules, at(20));
    ASSERT_TRUE(row.has_value());
    EXPECT_EQ(row->alert_id, first) << "the later one overtakes";
    EXPECT_EQ(row->behind, desk.row(second).id);
    // The probe fails: it counts for the one behind, and the other case is next.
    ASSERT_TRUE(desk.cases.alert_probed(row->id, {}, row->behind, at(300), "down").has_value());
    EXPECT_EQ(desk.row(first).attempts, 1);
    EXPECT_EQ(desk.row(second).attempts, 1);
    EXPECT_EQ(take_due(desk.cases, desk.rules, at(20))->alert_id, other);
    ASSERT_TRUE(desk.cases.alert_sent(desk.row(other).id, at(20)).has_value());
    std::vector<std::string> order;
    for (const auto& event : desk.deliver(at(300)))
        order.push_back(event.alert_id);
    EXPECT_EQ(order, (std::vector<std::string>{first, second}));
}

TEST(TakeDue, OnlyWhatAChannelDisclosesGoesWithTheAlert)
{
    Desk desk;
    desk.find("C-AAAA", "one.example", at(0));
    EXPECT_EQ(take_due(desk.cases, desk.rules, at(0))->disclosed, "");
    desk.rules.disclosure = Disclosure::host;
    EXPECT_EQ(take_due(desk.cases, desk.rules, at(0))->disclosed, "one.example");
    desk.rules.disclosure = Disclosure::url;
    EXPECT_EQ(take_due(desk.cases, desk.rules, at(0))->disclosed, "https://one.example/1");
}

TEST(Rounds, WhatNobodyAcknowledgesIsToldAgainOnceADayAndACase)
{
    Desk desk;
    const auto first = desk.find("C-AAAA", "one.example", at(0));
    const auto second = desk.find("C-AAAA", "two.example", at(60));
    ASSERT_EQ(desk.deliver(at(60)).size(), 2U);
    constexpr std::int64_t day = 86'400;
    EXPECT_EQ(make_rounds(desk.cases, {desk.rules}, "", at(day)).value(), 0U);
    EXPECT_EQ(make_rounds(desk.cases, {desk.rules}, "", at(60 + day)).value(), 1U);
    EXPECT_EQ(make_rounds(desk.cases, {desk.rules}, "", at(61 + day)).value(), 0U);
    const auto reminder = desk.deliver(at(61 + day));
    ASSERT_EQ(reminder.size(), 1U);
    EXPECT_EQ(reminder[0].bundle, "reminder");
    EXPECT_EQ(reminder[0].count, 2);
    EXPECT_NE(reminder[0].alert_id, first);
    ASSERT_TRUE(
        desk.cases.acknowledge_alerts({{}, {}, desk.ids["C-AAAA"]}, test::actor(3 * day)).has_value());
    EXPECT_EQ(make_rounds(desk.cases, {desk.rules}, "", at(9 * day)).value(), 0U);
    EXPECT_EQ(desk.row(second).repeats, 1);
}

TEST(Rounds, AnUnansweredAlertIsHandedOnOnceUnderTheSameId)
{
    Desk desk;
    desk.rules.escalate_after = 30min;
    desk.rules.escalate_to = {"lead"};
    const auto alert = desk.find("C-AAAA", "one.example", at(0));
    desk.deliver(at(0));
    EXPECT_EQ(make_rounds(desk.cases, {desk.rules}, "", at(1'799)).value(), 0U);
    EXPECT_EQ(make_rounds(desk.cases, {desk.rules}, "", at(1'800)).value(), 1U);
    EXPECT_EQ(make_rounds(desk.cases, {desk.rules}, "", at(1'801)).value(), 0U);
    EXPECT_EQ(desk.row(alert, "lead").state, AlertState::queued);
    const auto answered = desk.find("C-BBBB", "one.example", at(0));
    desk.deliver(at(0));
    ASSERT_TRUE(desk.cases.acknowledge_alerts({answered, {}, {}}, test::actor(1)).has_value());
    EXPECT_EQ(make_rounds(desk.cases, {desk.rules}, "", at(9'000)).value(), 0U);
}

TEST(Rounds, AMessageOfSeveralIsHandedOnAsOne)
{
    Desk desk;
    desk.rules.group_wait = 1min;
    desk.rules.escalate_after = 30min;
    desk.rules.escalate_to = {"lead"};
    const auto first = desk.find("C-AAAA", "one.example", at(0));
    const auto second = desk.find("C-AAAA", "one.example", at(1));
    ASSERT_EQ(desk.deliver(at(60)).size(), 1U);
    EXPECT_EQ(make_rounds(desk.cases, {desk.rules}, "", at(3'000)).value(), 1U);
    EXPECT_EQ(make_rounds(desk.cases, {desk.rules}, "", at(3'001)).value(), 0U);
    const auto handed_on = read_event(desk.row(first, "lead").event).value();
    EXPECT_EQ(handed_on.type, "match.grouped");
    EXPECT_EQ(handed_on.count, 2);
    EXPECT_FALSE(desk.cases.find_alert(second, "lead").has_value());
}

TEST(Rounds, WhatIsLeftOfAMessageThatSomebodyAnsweredInPartIsHandedOn)
{
    Desk desk;
    desk.rules.group_wait = 1min;
    desk.rules.escalate_after = 30min;
    desk.rules.escalate_to = {"lead"};
    const auto first = desk.find("C-AAAA", "one.example", at(0));
    const auto second = desk.find("C-AAAA", "one.example", at(1));
    ASSERT_EQ(desk.deliver(at(60)).size(), 1U);
    store::FindingStep step;
    step.change = {desk.findings[first],    at(100),    "anna", "confirm", FindingState::fresh,
                   FindingState::confirmed, "looked_at"};
    ASSERT_TRUE(desk.cases.change_findings({step}, test::actor(), "test", "F").has_value());
    EXPECT_EQ(make_rounds(desk.cases, {desk.rules}, "", at(3'000)).value(), 1U);
    EXPECT_FALSE(desk.cases.find_alert(first, "lead").has_value());
    EXPECT_EQ(read_event(desk.row(second, "lead").event).value().count, 1);
}

TEST(TakeDue, WhatAnAcknowledgedMessageWouldHaveToldAsWellIsToldOnItsOwn)
{
    Desk desk;
    desk.rules.group_wait = 1min;
    const auto first = desk.find("C-AAAA", "one.example", at(0));
    const auto second = desk.find("C-AAAA", "one.example", at(1));
    const auto message = take_due(desk.cases, desk.rules, at(60)); // made, and the channel is down
    ASSERT_TRUE(desk.cases.alert_retry(message->id, at(70), {"down", {}}).has_value());
    EXPECT_EQ(desk.cases.acknowledge_alerts({first, {}, {}}, test::actor(65)).value(), 1);
    const auto sent = desk.deliver(at(70));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].alert_id, second);
}

// Whatever comes in between, every alert is told once, or answered or dismissed before.
TEST(TakeDueProperty, NoSequenceOfEventsLosesAnAlertOrTellsItTwice)
{
    for (unsigned seed = 1; seed <= 12; ++seed) {
        std::mt19937 random(seed);
        const auto any = [&random](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
        Desk desk;
        if (any(1) == 0) desk.rules.group_wait = std::chrono::minutes(any(10));
        if (any(1) == 0) desk.rules.group_interval = std::chrono::minutes(any(60));
        if (any(1) == 0) desk.rules.quiet = QuietHours{any(1439), any(1439)};
        if (any(2) == 0) desk.rules.digest = DigestEvery::day;
        if (any(1) == 0) desk.rules.max_per_hour = 1 + any(3);
        std::map<std::string, int> told; // by alert, also within messages about several
        std::vector<std::string> all;
        std::int64_t now = 0;
        const auto deliver = [&](bool works) {
            for (int i = 0; i < 300; ++i) {
                const auto row = take_due(desk.cases, desk.rules, at(now));
                if (!row) break;
                if (works) {
                    ASSERT_TRUE(desk.cases.alert_sent(row->id, at(now)).has_value());
                    for (const auto& other : desk.cases.alerts(10'000))
                        if (other.id == row->id || other.told_in == row->id) ++told[other.alert_id];
                } else {
                    const auto changed =
                        row->behind != 0
                            ? desk.cases.alert_probed(row->id, {}, row->behind, at(now + 300), "down")
                            : desk.cases.alert_retry(row->id, at(now + 600), {"down", {}});
                    ASSERT_TRUE(changed.has_value());
                }
            }
        };
        for (int step = 0; step < 120; ++step) {
            now += any(1'800);
            const std::string pseudonym = any(1) == 0 ? "C-AAAA" : "C-BBBB";
            const std::string host = any(1) == 0 ? "one.example" : "two.example";
            switch (any(5)) {
            case 0:
                (void)desk.cases.set_silence({"case", pseudonym, at(now + any(7'200)), {}, {}},
                                             test::actor(now));
                break;
            case 1:
                if (!all.empty() && any(3) == 0)
                    (void)desk.cases.acknowledge_alerts(
                        {all[static_cast<std::size_t>(any(static_cast<int>(all.size()) - 1))], {}, {}},
                        test::actor(now));
                break;
            case 2: deliver(false); break;
            default: all.push_back(desk.find(pseudonym, host, at(now))); deliver(any(3) > 0);
            }
        }
        for (int day = 0; day < 4 * 48; ++day) { // the rest leaves when nothing keeps it any more
            now += 1'800;
            deliver(true);
        }
        for (const auto& alert : all) {
            const auto row = desk.row(alert);
            const bool is_answered = row.state == AlertState::silent && row.acknowledged_at.has_value();
            EXPECT_EQ(told[alert], is_answered ? 0 : 1)
                << "seed " << seed << ", " << name_of(row.state) << ", " << row.reason;
        }
    }
}

} // namespace stillwatch::alerts
