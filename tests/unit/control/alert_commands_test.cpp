#include "alerts/event.hpp"
#include "tests/unit/control/commands_fixture.hpp"

#include <gmock/gmock.h>

namespace stillwatch::control::test {

using stillwatch::test::at;
using testing::HasSubstr;

namespace {

// A desk with a finding of one case that is told over "desk".
struct AlertDesk : Desk {
    AlertDesk()
    {
        pseudonym = open_case();
        const auto id = cases.find_case(pseudonym)->id;
        reference = cases.add_reference(stillwatch::test::sample_reference(id), actor()).value();
        auto seen = stillwatch::test::sample_finding(id, reference);
        alerts::AlertEvent event;
        event.alert_id = alert = alerts::alert_id(pseudonym, reference, "picture", "address", 1);
        event.type = "match.opened";
        event.at = clock.time;
        event.case_pseudonym = pseudonym;
        seen.alert_id = alert;
        finding =
            cases.record_finding(seen, {{alert, "desk", alerts::write_event(event)}}, actor()).value().id;
    }
    store::Actor actor() const { return {"stillwatchd", clock.time}; }
    json::object explained()
    {
        return result_of("alerts.explain", {{"id", alert}}).as_array().at(0).as_object();
    }
    void deliver()
    {
        const auto row = cases.find_alert(alert, "desk").value();
        EXPECT_TRUE(cases.alert_sent(row.id, clock.time).has_value());
    }

    std::string pseudonym;
    ReferenceId reference;
    FindingId finding;
    std::string alert;
};

} // namespace

TEST(AlertCommands, ExplainTellsWhatIsDecidedAndWhatFollows)
{
    AlertDesk desk;
    EXPECT_EQ(desk.explained().at("decision"), "send");
    desk.deliver();
    const auto told = desk.explained();
    EXPECT_EQ(told.at("state"), "sent");
    EXPECT_EQ(told.at("next"), "remind");
    EXPECT_EQ(told.at("next_at"), json::value(format_utc(desk.clock.time + std::chrono::hours(24))));
}

TEST(AlertCommands, AckTakesAnAlertAFindingOrACase)
{
    for (const int form : {0, 1, 2}) {
        AlertDesk desk;
        desk.deliver();
        const std::array ids{desk.alert, "F-" + std::to_string(desk.finding.value), desk.pseudonym};
        const auto result = desk.result_of("alerts.ack", {{"id", ids[static_cast<std::size_t>(form)]}});
        EXPECT_EQ(result.at("acknowledged"), 1);
        EXPECT_FALSE(desk.explained().contains("next"));
        EXPECT_TRUE(desk.result_of("alerts.list").as_array().empty());
    }
    AlertDesk desk;
    EXPECT_EQ(desk.error_of("alerts.ack", {{"id", "alt_unknown"}}).code, Errc::not_found);
    EXPECT_EQ(desk.error_of("alerts.ack", {{"id", "nonsense"}}).code, Errc::not_found);
}

TEST(AlertCommands, ASilenceHoldsTheCaseUntilItEnds)
{
    AlertDesk desk;
    (void)desk.result_of("alerts.silence", {{"name", desk.pseudonym}, {"until", "8h"}});
    const auto held = desk.explained();
    EXPECT_EQ(held.at("decision"), "hold");
    EXPECT_EQ(held.at("reason"), "silenced");
    EXPECT_EQ(held.at("next_at"), json::value(format_utc(desk.clock.time + std::chrono::hours(8))));
    EXPECT_EQ(desk.result_of("alerts.silences").as_array().size(), 1U);
    (void)desk.result_of("alerts.unsilence", {{"name", desk.pseudonym}});
    EXPECT_EQ(desk.explained().at("decision"), "send");
    EXPECT_EQ(desk.error_of("alerts.unsilence", {{"name", desk.pseudonym}}).code, Errc::not_found);
}

TEST(AlertCommands, ASilenceEndsWithinThreeMonthsAndNamesWhatThereIs)
{
    AlertDesk desk;
    for (const auto* until : {"", "0ms", "91d", "2020-01-01", "soon"})
        EXPECT_EQ(desk.error_of("alerts.silence", {{"name", "board"}, {"until", until}}).code,
                  Errc::invalid_argument)
            << until;
    EXPECT_EQ(desk.error_of("alerts.silence", {{"name", "C-NONE"}, {"until", "8h"}}).code, Errc::not_found);
    EXPECT_EQ(desk.result_of("alerts.silence", {{"name", "board"}, {"until", "8h"}}).at("kind"), "site");
}

TEST(AlertCommands, AWithdrawalIsToldOnceAndTakesTheAlertsOfTheCaseWithIt)
{
    AlertDesk desk;
    (void)desk.result_of("case.withdraw", {{"case", desk.pseudonym}});
    (void)desk.run("case.withdraw", {{"case", desk.pseudonym}}); // whatever it answers
    const auto rows = desk.cases.alerts(100);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(alerts::read_event(rows[0].event)->type, "consent.withdrawn");
}

TEST(AlertCommands, WhatIsDoneToAlertsStandsInTheAuditLog)
{
    AlertDesk desk;
    (void)desk.result_of("alerts.silence", {{"name", "board"}, {"until", "8h"}});
    (void)desk.result_of("alerts.ack", {{"id", desk.alert}});
    (void)desk.result_of("alerts.unsilence", {{"name", "board"}});
    std::vector<std::string> actions;
    for (const auto& line : desk.cases.audit(0, 100))
        actions.push_back(line.action);
    for (const auto* action : {"alert.silence", "alert.acknowledge", "alert.unsilence"})
        EXPECT_THAT(actions, testing::Contains(action));
}

} // namespace stillwatch::control::test
