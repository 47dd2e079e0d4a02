#include "commands_fixture.hpp"

#include "alerts/event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::control {
namespace {

using testing::HasSubstr;

class FindingWork : public testing::Test, public test::Desk {
protected:
    FindingWork()
    {
        (void)result_of("reference.add", reference(pseudonym));
        row = cases.references().at(0);
    }
    void record(int findings)
    {
        for (int i = 0; i < findings; ++i)
            (void)cases
                .record_finding(stillwatch::test::sample_finding(
                                    row.case_id, row.id, "https://board.example/" + std::to_string(i)),
                                {}, {"stillwatchd", clock.time})
                .value();
    }
    std::string state(int id)
    {
        return std::string(result_of("findings.show", {{"id", id}}).at("state").as_string());
    }
    static json::object ids(std::initializer_list<const char*> names, json::object more = {})
    {
        json::array all;
        for (const auto* name : names)
            all.emplace_back(name);
        more["ids"] = std::move(all);
        return more;
    }

    std::string pseudonym = open_case();
    Reference row;
};

TEST_F(FindingWork, GoesThroughItsStatesWithWhoWhenAndWhy)
{
    record(1);
    (void)result_of("findings.confirm", ids({"F-1"}));
    (void)result_of("findings.mark", ids({"1"}, {{"as", "noticed"}, {"reason", "ticket-77"}}));
    (void)result_of("findings.mark", ids({"F-1"}, {{"as", "down"}}));
    EXPECT_EQ(state(1), "down");
    const auto history = result_of("findings.show", {{"id", 1}}).at("history").as_array();
    ASSERT_EQ(history.size(), 3U);
    EXPECT_EQ(history[1].at("actor").as_string(), "anna");
    EXPECT_EQ(history[1].at("from").as_string(), "confirmed");
    EXPECT_EQ(history[1].at("reason").as_string(), "ticket-77");
    EXPECT_EQ(cases.audit(0, 100).back().action, "findings.show");
}

TEST_F(FindingWork, ThatItemsAreDownIsToldOnceACase)
{
    record(3);
    (void)result_of("findings.confirm", ids({"F-1", "F-2", "F-3"}));
    (void)result_of("findings.mark", ids({"F-1"}, {{"as", "down"}}));
    const auto alerts_of_downs = [this] {
        std::vector<alerts::AlertEvent> told;
        for (const auto& queued : cases.due_alerts("desk", clock.time, 100))
            if (const auto event = alerts::read_event(queued.event); event && event->type == "item.down") {
                EXPECT_EQ(queued.case_id, row.case_id) << "it would outlive its case";
                told.push_back(*event);
            }
        return told;
    };
    ASSERT_EQ(alerts_of_downs().size(), 1U);
    EXPECT_EQ(alerts_of_downs()[0].count, 1);
    EXPECT_EQ(alerts_of_downs()[0].finding, 1);
    EXPECT_EQ(alerts_of_downs()[0].case_pseudonym, pseudonym);
    clock.time += std::chrono::hours(1);
    (void)result_of("findings.mark",
                    json::object{{"case", pseudonym}, {"state", "confirmed"}, {"as", "down"}});
    ASSERT_EQ(alerts_of_downs().size(), 2U);
    EXPECT_EQ(alerts_of_downs()[1].count, 2);
    EXPECT_EQ(alerts_of_downs()[1].finding, 0);
    // And what is refused tells nobody.
    EXPECT_EQ(error_of("findings.mark", ids({"F-1"}, {{"as", "down"}})).code, Errc::refused);
    EXPECT_EQ(alerts_of_downs().size(), 2U);
    EXPECT_EQ(cases.audit(0, 1'000).back().action, "refused");
}

TEST_F(FindingWork, WhatIsNotAllowedIsRefusedAndNothingOfItDone)
{
    record(2);
    (void)result_of("findings.confirm", ids({"F-1"}));
    const auto refused = error_of("findings.confirm", ids({"F-2", "F-1"}));
    EXPECT_EQ(refused.code, Errc::refused);
    EXPECT_THAT(refused.detail,
                HasSubstr("F-1: it is confirmed; allowed now: noticed, down, dismiss, unsure, undo"));
    EXPECT_EQ(state(2), "new");
    EXPECT_EQ(error_of("findings.confirm", ids({"F-99"})).code, Errc::not_found);
    EXPECT_THAT(error_of("findings.dismiss", ids({"F-2"})).detail, HasSubstr("not_the_person"));
    EXPECT_THAT(error_of("findings.mark", ids({"F-2"}, {{"as", "new"}})).detail, HasSubstr("noticed"));
    EXPECT_EQ(error_of("findings.confirm").code, Errc::invalid_argument)
        << "without a filter nothing is meant";
    EXPECT_EQ(error_of("findings.unsure", ids({"F-2"}, {{"reason", "she said so"}})).code,
              Errc::invalid_argument);
}

TEST_F(FindingWork, AFilterCountsFirstAndActsOnNothingThatCameSince)
{
    record(3);
    (void)result_of("findings.confirm", ids({"F-2"}));
    (void)result_of("findings.mark", ids({"F-2"}, {{"as", "down"}}));
    json::object arguments{{"case", pseudonym}, {"reason", "wrong_match"}, {"count_only", true}};
    const auto counted = result_of("findings.dismiss", arguments);
    EXPECT_EQ(counted.at("findings"), 2);
    EXPECT_EQ(counted.at("left_alone"), 1);
    EXPECT_THAT(std::string(counted.at("because").as_string()), HasSubstr("F-2: it is down"));
    EXPECT_EQ(state(1), "new");
    record(4); // one of them is new
    arguments["count_only"] = false;
    arguments["up_to"] = counted.at("up_to");
    const auto lines = cases.audit(0, 100).size();
    EXPECT_EQ(result_of("findings.dismiss", arguments).at("findings"), 2);
    const auto audit = cases.audit(static_cast<std::int64_t>(lines), 100);
    ASSERT_EQ(audit.size(), 1U);
    EXPECT_EQ(audit[0].action + " " + audit[0].object, "finding.dismiss 2 findings F-1 to F-3 wrong_match");
    EXPECT_EQ(state(3), "dismissed");
    EXPECT_EQ(state(4), "new");
}

TEST_F(FindingWork, UndoIsAStepOfItsOwn)
{
    record(1);
    (void)result_of("findings.confirm", ids({"F-1"}));
    (void)result_of("findings.dismiss", ids({"F-1"}, {{"reason", "lawful"}}));
    (void)result_of("findings.undo", ids({"F-1"}));
    EXPECT_EQ(state(1), "confirmed");
    (void)result_of("findings.undo", ids({"F-1"}));
    EXPECT_EQ(state(1), "new");
    EXPECT_EQ(error_of("findings.undo", ids({"F-1"})).code, Errc::refused);
    EXPECT_EQ(cases.history(FindingId{1}).size(), 4U);
}

TEST_F(FindingWork, IsAssignedToAnAccount)
{
    record(2);
    EXPECT_EQ(error_of("findings.assign", ids({"F-1"}, {{"to", "nobody-here"}})).code, Errc::not_found);
    (void)result_of("findings.assign", ids({"F-1"}, {{"to", "anna"}}));
    EXPECT_EQ(result_of("findings.list", {{"assigned", "anna"}}).as_array().size(), 1U);
    EXPECT_EQ(result_of("findings.list", {{"assigned", "nobody"}}).at(0).at("id"), 2);
    (void)result_of("findings.assign", ids({"F-1"}, {{"to", "nobody"}}));
    EXPECT_TRUE(result_of("findings.list", {{"assigned", "anna"}}).as_array().empty());
    EXPECT_EQ(state(1), "new");
}

TEST_F(FindingWork, AFilterThatIsNotUnderstoodIsNamed)
{
    EXPECT_THAT(error_of("findings.list", {{"state", "new,old"}}).detail, HasSubstr("\"state\""));
    EXPECT_THAT(error_of("findings.list", {{"tier", "blurred"}}).detail, HasSubstr("\"tier\""));
    EXPECT_THAT(error_of("findings.list", {{"older_than", "3 weeks"}}).detail, HasSubstr("30d"));
    record(1);
    clock.time += std::chrono::hours(25);
    EXPECT_EQ(result_of("findings.list", {{"older_than", "1d"}, {"state", "new,unsure"}}).as_array().size(),
              1U);
    EXPECT_TRUE(result_of("findings.list", {{"older_than", "2d"}}).as_array().empty());
}

TEST_F(FindingWork, GroupsCountByCaseAndHost)
{
    record(3);
    const auto groups = result_of("findings.groups", {{"case", pseudonym}});
    ASSERT_EQ(groups.as_array().size(), 1U);
    EXPECT_EQ(groups.at(0).at("host").as_string(), "board.example");
    EXPECT_EQ(groups.at(0).at("findings"), 3);
    EXPECT_EQ(cases.audit(0, 100).back().action, "findings.groups");
}

} // namespace
} // namespace stillwatch::control
