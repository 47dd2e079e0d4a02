#include "store/case_database.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;
using enum FindingState;

struct FindingLife : testing::Test {
    TemporaryDirectory directory;
    CaseDatabase database{directory / "cases.db"};
    CaseId case_id = database.open_case(sample_case(), actor()).value();
    ReferenceId reference = database.add_reference(sample_reference(case_id), actor()).value();

    Finding seen(const std::string& page, const std::string& bytes = "the picture", int bits = 0) const
    {
        auto finding = sample_finding(case_id, reference, page);
        finding.content = Sha256::of(as_bytes(bytes));
        finding.fingerprint.emplace();
        finding.fingerprint->words[3] = 0x1234'5678'9ABC'DEF0U ^ ((std::uint64_t{1} << bits) - 1);
        return finding;
    }
    FindingId record(const Finding& finding)
    {
        return database.record_finding(finding, {}, actor()).value().id;
    }
    FindingStep step(FindingId id, const std::string& event, FindingState from, FindingState to,
                     bool silences = false, bool confirms = false) const
    {
        return {{id, at(100), "anna", event, from, to, "wrong_match", 1}, silences, confirms};
    }
    void change(const FindingStep& what)
    {
        ASSERT_TRUE(database.change_findings({what}, actor(), "test", "F"));
    }
};

TEST_F(FindingLife, AChangeIsStateHistoryAndOneAuditLine)
{
    const auto id = record(seen("https://a.example/1"));
    const auto lines = database.audit(0, 100).size();
    change(step(id, "dismiss", fresh, dismissed, true));
    const auto stored = database.find_finding(id);
    EXPECT_EQ(stored->state, dismissed);
    EXPECT_EQ(stored->reason, "wrong_match");
    EXPECT_EQ(stored->changed_at, at(100));
    const auto history = database.history(id);
    ASSERT_EQ(history.size(), 1u);
    EXPECT_EQ(history[0].actor, "anna");
    EXPECT_EQ(history[0].from, fresh);
    EXPECT_EQ(history[0].to, dismissed);
    EXPECT_EQ(database.audit(0, 100).size(), lines + 1);
}

TEST_F(FindingLife, OfSeveralChangesAllAreMadeOrNone)
{
    const auto first = record(seen("https://a.example/1"));
    const auto second = record(seen("https://b.example/1"));
    const std::vector steps{step(first, "dismiss", fresh, dismissed, true),
                            step(second, "notice", confirmed, noticed)};
    const auto lines = database.audit(0, 100).size();
    EXPECT_EQ(database.change_findings(steps, actor(), "test", "both").error().code, Errc::refused);
    EXPECT_EQ(database.find_finding(first)->state, fresh);
    EXPECT_TRUE(database.history(first).empty());
    EXPECT_EQ(database.audit(0, 100).size(), lines);
}

TEST_F(FindingLife, FindingsAreListedByStateTierHostSiteAgeAndAccount)
{
    auto near = seen("https://a.example/1");
    near.site = "board";
    auto exact = seen("https://b.example/1", "other", 40);
    exact.match.tier = Tier::exact;
    exact.first_seen = at(5'000);
    const auto one = record(near);
    const auto two = record(exact);
    change({{two, at(100), "anna", "assign", fresh, fresh, "ben", 1}});
    const auto only = [&](CaseDatabase::FindingQuery query) {
        EXPECT_EQ(database.count_findings(query), 1);
        query.case_id = case_id; // by the other statement
        const auto found = database.findings(query);
        return found.size() == 1 ? found[0].id : FindingId{};
    };
    EXPECT_EQ(only({.tiers = {Tier::exact}}), two);
    EXPECT_EQ(only({.host = "a.example"}), one);
    EXPECT_EQ(only({.site = "board"}), one);
    EXPECT_EQ(only({.assigned = "ben"}), two);
    EXPECT_EQ(only({.assigned = ""}), one);
    EXPECT_EQ(only({.seen_before = at(1'000)}), one);
    EXPECT_EQ(only({.up_to = one}), one);
    EXPECT_EQ(only({.after = one}), two);
    change(step(two, "confirm", fresh, confirmed, false, true));
    EXPECT_EQ(only({.states = {confirmed, noticed}}), two);
    EXPECT_EQ(database.find_finding(two)->assigned, "ben");
}

TEST_F(FindingLife, AGroupCountsWhatACaseHasOnAHost)
{
    for (int page = 0; page < 500; ++page)
        (void)record(seen("https://a.example/" + std::to_string(page)));
    (void)record(seen("https://b.example/1"));
    const auto groups = database.finding_groups({});
    ASSERT_EQ(groups.size(), 2u);
    EXPECT_EQ(groups[0].host, "a.example");
    EXPECT_EQ(groups[0].findings, 1);
    EXPECT_EQ(groups[0].places, 500);
    EXPECT_EQ(groups[0].sightings, 500);
    const auto rest = database.finding_groups({.after = groups[0].first, .limit = 10});
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest[0].host, "b.example");
}

TEST_F(FindingLife, ADismissedClassSilencesItsBytesAndItsKindOnEveryHost)
{
    change(step(record(seen("https://a.example/1")), "dismiss", fresh, dismissed, true));
    EXPECT_TRUE(database.silenced_by(seen("https://b.example/9")));
    EXPECT_TRUE(database.silenced_by(seen("https://b.example/9", "other bytes", 8)));
    EXPECT_FALSE(database.silenced_by(seen("https://a.example/1", "another picture there", 30)));
}

TEST_F(FindingLife, ADismissalOfAPlaceSilencesNothing)
{
    change(step(record(seen("https://a.example/1")), "dismiss", fresh, dismissed, false));
    EXPECT_FALSE(database.silenced_by(seen("https://b.example/9")));
}

TEST_F(FindingLife, ADismissalSilencesNoOtherCaseAndNoReferenceThatCameLater)
{
    change(step(record(seen("https://a.example/1")), "dismiss", fresh, dismissed, true));
    const auto other_case = database.open_case(sample_case("C-2222"), actor()).value();
    auto other = seen("https://b.example/9");
    other.case_id = other.match.case_id = other_case;
    other.reference = database.add_reference(sample_reference(other_case), actor()).value();
    EXPECT_FALSE(database.silenced_by(other));
    auto later = sample_reference(case_id, "R-02");
    later.added_at = at(1'000);
    auto enrolled = seen("https://b.example/9");
    enrolled.reference = database.add_reference(later, actor()).value();
    EXPECT_FALSE(database.silenced_by(enrolled)) << "nobody judged the picture against it";
}

TEST_F(FindingLife, WhereTwoPeopleDisagreeNothingIsSilent)
{
    change(step(record(seen("https://a.example/1")), "dismiss", fresh, dismissed, true));
    change(step(record(seen("https://b.example/1")), "confirm", fresh, confirmed, false, true));
    EXPECT_FALSE(database.silenced_by(seen("https://c.example/1")));
}

TEST_F(FindingLife, BytesThatWaitForAWordUnderAnotherReferenceAreNotSilent)
{
    change(step(record(seen("https://a.example/1")), "dismiss", fresh, dismissed, true));
    auto other = seen("https://a.example/1");
    other.reference = database.add_reference(sample_reference(case_id, "R-02"), actor()).value();
    (void)record(other);
    other.page_url = url("https://c.example/1");
    EXPECT_FALSE(database.silenced_by(other));
}

TEST_F(FindingLife, ADismissedLeadSilencesNoMatch)
{
    auto lead = seen("https://a.example/1");
    lead.match.relation = Relation::same_scene;
    lead.match.status = MatchStatus::candidate;
    change(step(record(lead), "dismiss", fresh, dismissed, true));
    EXPECT_FALSE(database.silenced_by(seen("https://b.example/9")));
    lead.page_url = url("https://b.example/9");
    EXPECT_TRUE(database.silenced_by(lead));
}

TEST_F(FindingLife, WhatIsDownReappearsOnceWithItsAlertsInTheNextEpoch)
{
    const auto id =
        database.record_finding(seen("https://a.example/1"), {sample_alert("alt_one")}, actor()).value().id;
    EXPECT_FALSE(database.reappear(id, "alt_two", {sample_alert("alt_two")}, actor()).value());
    change(step(id, "down", fresh, down));
    EXPECT_TRUE(database.reappear(id, "alt_two", {sample_alert("alt_two")}, actor()).value());
    EXPECT_FALSE(database.reappear(id, "alt_three", {sample_alert("alt_three")}, actor()).value());
    const auto stored = database.find_finding(id);
    EXPECT_EQ(stored->state, reappeared);
    EXPECT_EQ(stored->epoch, 2);
    EXPECT_EQ(stored->alert_id, "alt_two");
    EXPECT_EQ(database.alerts(10).size(), 2u);
    EXPECT_EQ(database.finding_of_alert("alt_one"), id) << "the mail of the first epoch still names it";
}

TEST_F(FindingLife, AFindingRecordedAsConfirmedSaysInItsHistoryWhoLooked)
{
    auto unseen = seen("https://a.example/1");
    unseen.state = confirmed;
    unseen.reason = "zero_view";
    const auto history = database.history(record(unseen));
    ASSERT_EQ(history.size(), 1u);
    EXPECT_EQ(history[0].reason, "zero_view");
    EXPECT_EQ(database.confirmed_unseen(), 1);
    EXPECT_FALSE(database.confirmed_as(seen("https://b.example/1"))) << "no person looked at it";
}

TEST_F(FindingLife, ItsHistoryGoesWithTheCase)
{
    const auto id = record(seen("https://a.example/1"));
    change(step(id, "confirm", fresh, confirmed, false, true));
    ASSERT_TRUE(database.withdraw(case_id, actor()));
    EXPECT_TRUE(database.history(id).empty());
    EXPECT_EQ(database.integrity(), "ok");
}

} // namespace
} // namespace stillwatch::store
