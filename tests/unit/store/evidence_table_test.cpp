#include "store/evidence_table.hpp"

#include "store/still_up_checks.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;
using Files = std::vector<std::string>;

struct EvidenceTableTest : testing::Test {
    TemporaryDirectory directory;
    CaseDatabase database{directory / "cases.db"};
    EvidenceTable table{database};
    CaseId case_id = database.open_case(sample_case(), actor()).value();
    ReferenceId reference = database.add_reference(sample_reference(case_id), actor()).value();
    FindingId first = record("1");
    FindingId second = record("2");

    FindingId record(const std::string& page)
    {
        return database
            .record_finding(sample_finding(case_id, reference, "https://board.example/" + page), {}, actor())
            .value()
            .id;
    }
    void put(FindingId id, FindingState state)
    {
        const FindingStep step{
            {id, at(100), "anna", "test", FindingState::fresh, state, "", 1}, false, false};
        ASSERT_TRUE(database.change_findings({step}, actor(), "test", "F"));
    }
    static Actor on_day(int day) { return {"stillwatchd", at(100) + std::chrono::hours(24) * day}; }
    Files expired(const Retention& usual, int day) { return table.expire(usual, 100, on_day(day)).value(); }
    Files log_of(std::string_view action) const
    {
        Files lines;
        for (const auto& line : database.audit(0, 1'000))
            if (line.action == action) lines.push_back(line.object);
        return lines;
    }
};

TEST_F(EvidenceTableTest, NothingGoesWhereNoDaysAreSet)
{
    put(first, FindingState::dismissed);
    EXPECT_EQ(expired({}, 36'000), Files{});
    EXPECT_EQ(expired({{EvidenceKind::down, 1}, {EvidenceKind::dismissed, 0}}, 36'000), Files{});
    EXPECT_EQ(table.packages().size(), 2U);
}

TEST_F(EvidenceTableTest, APackageGoesOnTheDayAndTheLogSaysSo)
{
    put(first, FindingState::dismissed);
    const Retention usual{{EvidenceKind::dismissed, 90}};
    EXPECT_EQ(expired(usual, 89), Files{});
    EXPECT_EQ(expired(usual, 90), Files{"F-1.wacz.age"});
    EXPECT_EQ(expired(usual, 90), Files{});
    EXPECT_EQ(log_of("evidence.expire"), Files{"F-1 packages=1 kind=dismissed"});
    const auto finding = database.find_finding(first);
    EXPECT_EQ(finding->evidence, EvidenceState::none);
    EXPECT_EQ(finding->evidence_file, "");
    EXPECT_EQ(database.pending_evidence(), 0); // and none is made anew
}

TEST_F(EvidenceTableTest, KindsAreThoseOfTheFinding)
{
    put(first, FindingState::down);
    EXPECT_EQ(expired({{EvidenceKind::dismissed, 1}}, 1'000), Files{});
    EXPECT_EQ(expired({{EvidenceKind::open, 2'000}, {EvidenceKind::down, 900}}, 1'000),
              Files{"F-1.wacz.age"});
    EXPECT_EQ(expired({{EvidenceKind::open, 900}}, 1'000), Files{"F-2.wacz.age"});
}

TEST_F(EvidenceTableTest, EarlierPackagesHaveDaysOfTheirOwn)
{
    ASSERT_TRUE(database.renew_evidence(database.occurrences(first, {}, 1).at(0).id));
    EXPECT_EQ(expired({{EvidenceKind::open, 1}, {EvidenceKind::earlier, 2'000}}, 1'000),
              Files{"F-2.wacz.age"});
    EXPECT_EQ(expired({{EvidenceKind::earlier, 900}}, 1'000), Files{"F-1.wacz.age"});
    EXPECT_EQ(database.earlier_evidence(first).size(), 0U);
}

TEST_F(EvidenceTableTest, PackagesOfChecksGoWithThatOfTheirPlace)
{
    StillUpChecks checks(database);
    const auto place = database.occurrences(first, {}, 1).at(0).id;
    ASSERT_TRUE(checks.begin(place, at(50), at(60)));
    const auto open = checks.unwitnessed(url("https://img.board.example/a.jpg"), at(50), 10);
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].occurrence, place);
    const std::vector<CheckPackage> packages{{open[0].check, place, 1, "check.wacz.age", {}},
                                             {open[0].check, place, 1, "twice.wacz.age", {}}};
    EXPECT_EQ(checks.keep_packages(packages, actor()).value(), Files{"twice.wacz.age"});
    EXPECT_TRUE(checks.unwitnessed(url("https://img.board.example/a.jpg"), at(50), 10).empty());
    EXPECT_EQ(checks.of(first, 1).at(0).evidence_file, "check.wacz.age");
    EXPECT_EQ(log_of("evidence.store"), Files{"F-1 check=1"});
    EXPECT_EQ(table.packages().size(), 3U);
    EXPECT_EQ(expired({{EvidenceKind::earlier, 1}}, 1'000), Files{});
    put(first, FindingState::down);
    EXPECT_EQ(expired({{EvidenceKind::down, 900}}, 1'000), (Files{"F-1.wacz.age", "check.wacz.age"}));
}

TEST_F(EvidenceTableTest, ACaseMayHaveDaysOfItsOwn)
{
    put(first, FindingState::dismissed);
    const Retention usual{{EvidenceKind::dismissed, 10}};
    ASSERT_TRUE(table.set_retention(case_id, EvidenceKind::dismissed, 0, actor()));
    EXPECT_EQ(expired(usual, 1'000), Files{});
    ASSERT_TRUE(table.set_retention(case_id, EvidenceKind::dismissed, 2'000, actor()));
    EXPECT_EQ(expired(usual, 1'000), Files{});
    EXPECT_EQ(table.retention_of(case_id), (Retention{{EvidenceKind::dismissed, 2'000}}));
    ASSERT_TRUE(table.set_retention(case_id, EvidenceKind::dismissed, std::nullopt, actor()));
    EXPECT_EQ(expired(usual, 1'000), Files{"F-1.wacz.age"});
    const auto pseudonym = database.find_case(case_id)->pseudonym;
    EXPECT_EQ(log_of("evidence.keep"),
              (Files{pseudonym + " dismissed=forever", pseudonym + " dismissed=2000d",
                     pseudonym + " dismissed=usual"}));
}

TEST_F(EvidenceTableTest, AHoldKeepsWhatItIsOfUntilItsEnd)
{
    put(first, FindingState::dismissed);
    put(second, FindingState::dismissed);
    EvidenceHold hold{
        .case_id = case_id, .finding = first, .until = on_day(500).at, .reason = "police, ref. 7"};
    const auto id = table.hold(hold, actor()).value();
    const Retention usual{{EvidenceKind::dismissed, 10}};
    EXPECT_EQ(expired(usual, 100), Files{"F-2.wacz.age"});
    ASSERT_EQ(table.holds(on_day(100).at).size(), 1U);
    EXPECT_EQ(table.holds(on_day(100).at)[0].reason, "police, ref. 7");
    EXPECT_EQ(expired(usual, 499), Files{});
    EXPECT_EQ(expired(usual, 500), Files{"F-1.wacz.age"});
    EXPECT_EQ(table.holds(on_day(500).at).size(), 0U);
    EXPECT_EQ(table.end_hold(id, on_day(500)).error().code, Errc::not_found);
    EXPECT_EQ(log_of("evidence.hold").at(0).substr(0, 11), "F-1 hold=1 ");
}

TEST_F(EvidenceTableTest, AHoldThatIsEndedHoldsNothing)
{
    put(first, FindingState::dismissed);
    EvidenceHold hold{.case_id = case_id, .until = on_day(500).at, .reason = "court"};
    const auto id = table.hold(hold, actor()).value();
    const Retention usual{{EvidenceKind::dismissed, 10}};
    EXPECT_EQ(expired(usual, 100), Files{});
    ASSERT_TRUE(table.end_hold(id, on_day(100)));
    EXPECT_EQ(expired(usual, 100), Files{"F-1.wacz.age"});
}

TEST_F(EvidenceTableTest, WhatIsHeldOutlivesAWithdrawalUntilItsEnd)
{
    EvidenceHold hold{.case_id = case_id, .finding = first, .until = on_day(500).at, .reason = "police"};
    ASSERT_TRUE(table.hold(hold, actor()));
    EXPECT_EQ(table.keep_held(case_id, on_day(1)).value(), Files{"F-1.wacz.age"});
    ASSERT_TRUE(database.withdraw(case_id, on_day(1)));
    EXPECT_EQ(database.evidence_files(), Files{"F-1.wacz.age"});
    EXPECT_EQ(table.packages().size(), 1U);
    EXPECT_EQ(table.holds(on_day(2).at).at(0).packages, 1);
    EXPECT_EQ(expired({}, 499), Files{});
    EXPECT_EQ(expired({}, 500), Files{"F-1.wacz.age"});
    EXPECT_EQ(database.evidence_files(), Files{});
    EXPECT_EQ(log_of("evidence.expire"), Files{"packages=1 kind=held"});
}

TEST_F(EvidenceTableTest, OfTwoHoldsBeyondAWithdrawalEachHoldsUntilItsOwnEnd)
{
    EvidenceHold police{.case_id = case_id, .until = on_day(300).at, .reason = "police"};
    EvidenceHold court{.case_id = case_id, .finding = first, .until = on_day(500).at, .reason = "court"};
    ASSERT_TRUE(table.hold(police, actor()));
    const auto longer = table.hold(court, actor()).value();
    ASSERT_EQ(table.keep_held(case_id, on_day(1)).value().size(), 2U);
    ASSERT_TRUE(database.withdraw(case_id, on_day(1)));
    ASSERT_TRUE(table.end_hold(longer, on_day(100)));
    EXPECT_EQ(expired({}, 101), Files{}); // the police's lasts
    EXPECT_EQ(expired({}, 300).size(), 2U);
}

TEST_F(EvidenceTableTest, WhatAFindingStillHasIsNotLetGoWithAHold)
{
    EvidenceHold hold{.case_id = case_id, .until = on_day(10).at, .reason = "police"};
    ASSERT_TRUE(table.hold(hold, actor()));
    ASSERT_TRUE(table.keep_held(case_id, on_day(1))); // and the withdrawal behind it failed
    EXPECT_EQ(expired({}, 11), Files{});
    EXPECT_EQ(database.evidence_files().size(), 2U);
}

TEST_F(EvidenceTableTest, OnlySoManyGoAtOnce)
{
    put(first, FindingState::dismissed);
    put(second, FindingState::dismissed);
    const Retention usual{{EvidenceKind::dismissed, 10}};
    EXPECT_EQ(table.expire(usual, 1, on_day(100)).value().size(), 1U);
    EXPECT_EQ(table.expire(usual, 1, on_day(100)).value().size(), 1U);
    EXPECT_EQ(table.expire(usual, 1, on_day(100)).value().size(), 0U);
}

} // namespace
} // namespace stillwatch::store
