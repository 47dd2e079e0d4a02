#include "commands_fixture.hpp"

#include "core/ascii.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace stillwatch::control {
namespace {

using test::Desk;

TEST(Looks, AtCasesAndTheirReferencesStandInTheAuditLog)
{
    Desk desk;
    const auto pseudonym = desk.open_case();
    const auto before = desk.cases.audit(0, 100).size();
    (void)desk.result_of("case.list");
    (void)desk.result_of("case.show", {{"case", pseudonym}});
    (void)desk.result_of("reference.list", {{"case", pseudonym}});
    const auto lines = desk.cases.audit(static_cast<std::int64_t>(before), 100);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].action, "case.list");
    EXPECT_EQ(lines[1].action, "case.show");
    EXPECT_EQ(lines[1].object, pseudonym);
    EXPECT_EQ(lines[2].action, "reference.list");
    EXPECT_EQ(lines[2].object, pseudonym);
    EXPECT_EQ(lines[2].actor, "anna");
}

TEST(Looks, APseudonymIsTakenInAnyCase)
{
    Desk desk;
    const auto pseudonym = desk.open_case();
    auto small = pseudonym;
    std::ranges::transform(small, small.begin(), lower);
    EXPECT_EQ(desk.result_of("case.show", {{"case", small}}).at("case").as_string(), pseudonym);
}

TEST(Looks, NothingCountsAsComparedWithAReferenceThatIsNotInForce)
{
    Desk desk;
    ASSERT_TRUE(desk.frontier.set_sites({stillwatch::test::sample_site()}));
    const auto pseudonym = desk.open_case();
    (void)desk.result_of("reference.add", Desk::reference(pseudonym));
    const auto id = desk.cases.references().at(0).id;
    ASSERT_TRUE(desk.cases.put_in_force({}, 1, {"stillwatchd", desk.clock.time}));
    const auto visit = desk.frontier.claim(desk.frontier.ready_hosts(desk.clock.time, 0).at(0).id,
                                           desk.clock.time, 0, desk.clock.time + std::chrono::minutes(1), 1);
    auto seen = stillwatch::test::ended(visit.at(0), store::Outcome::compared, desk.clock.time,
                                        desk.cases.generation());
    seen.kind = LinkKind::image;
    ASSERT_TRUE(desk.frontier.apply({seen}));
    const auto compared = [&](const json::value& told) {
        return told.at("coverage").at("compared").as_int64();
    };
    EXPECT_EQ(compared(desk.result_of("case.show", {{"case", pseudonym}})), 0);
    EXPECT_EQ(compared(desk.result_of("status")), 0);
    EXPECT_EQ(desk.result_of("status").at("references_missing"), 1);
    EXPECT_EQ(desk.result_of("site.health").at(0).at("compared"), 0);
    ASSERT_TRUE(desk.cases.put_in_force({id}, 0, {"stillwatchd", desk.clock.time}));
    EXPECT_EQ(compared(desk.result_of("case.show", {{"case", pseudonym}})), 0)
        << "it was compared without it";
    EXPECT_EQ(desk.result_of("reference.list", {{"case", pseudonym}}).at(0).at("in_force"), true);
}

TEST(Looks, ACommandNotesTheTime)
{
    Desk desk;
    (void)desk.open_case();
    EXPECT_EQ(desk.cases.time_seen(), desk.clock.time);
}

// Nothing was compared anew and nothing comes to stay: the next start need not compare all again.
TEST(Looks, ARemovalWhileNothingRunsLeavesOtherVerdictsCurrent)
{
    Desk desk;
    const auto pseudonym = desk.open_case();
    (void)desk.result_of("reference.add", Desk::reference(pseudonym));
    ASSERT_TRUE(desk.frontier.set_compared_under({1, desk.cases.references_state()}));
    (void)desk.result_of("reference.remove", {{"case", pseudonym}, {"name", "R-01"}});
    EXPECT_EQ(desk.frontier.compared_under(), (store::ComparedUnder{1, desk.cases.references_state()}));
}

} // namespace
} // namespace stillwatch::control
