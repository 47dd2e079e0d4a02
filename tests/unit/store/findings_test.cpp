#include "store/case_database.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;

struct Findings : testing::Test {
    TemporaryDirectory directory;
    CaseDatabase database{directory / "cases.db"};
    CaseId case_id = database.open_case(sample_case(), actor()).value();
    ReferenceId reference = database.add_reference(sample_reference(case_id), actor()).value();
};

TEST_F(Findings, ARecordedFindingComesBackWhole)
{
    const auto draft = sample_finding(case_id, reference);
    const auto recorded = database.record_finding(draft, {}, actor()).value();
    EXPECT_TRUE(recorded.created);
    const auto stored = database.find_finding(recorded.id);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->case_id, case_id);
    EXPECT_EQ(stored->reference, reference);
    EXPECT_EQ(stored->page_url, draft.page_url);
    EXPECT_EQ(stored->image_url, draft.image_url);
    EXPECT_EQ(stored->content, draft.content);
    EXPECT_EQ(stored->match, draft.match);
    EXPECT_EQ(stored->state, FindingState::fresh);
    EXPECT_EQ(stored->page_state, PageState::not_named);
    EXPECT_EQ(stored->epoch, 1);
    EXPECT_EQ(stored->first_seen, at(10));
    EXPECT_EQ(stored->last_seen, at(11));
    EXPECT_EQ(stored->evidence_file, draft.evidence_file);
    EXPECT_EQ(stored->evidence_digest, draft.evidence_digest);
    EXPECT_FALSE(database.find_finding(FindingId{99}));
}

TEST_F(Findings, EveryNamedValueOfAMatchIsKept)
{
    int page = 0;
    const auto keep = [&](const Match& match, FindingState state, PageState page_state) {
        auto draft = sample_finding(case_id, reference, "https://board.example/" + std::to_string(++page));
        draft.match = match;
        draft.state = state;
        draft.page_state = page_state;
        const auto stored = database.find_finding(database.record_finding(draft, {}, actor()).value().id);
        ASSERT_TRUE(stored);
        EXPECT_EQ(stored->match, match);
        EXPECT_EQ(stored->state, state);
        EXPECT_EQ(stored->page_state, page_state);
    };
    for (int i = 0; i < 8; ++i) {
        Match match;
        match.reference = reference;
        match.case_id = case_id;
        match.tier = static_cast<Tier>(i % 4);
        match.relation = static_cast<Relation>(i % 3);
        // The one kind of lead that is recorded.
        if (match.relation == Relation::same_scene) match.status = MatchStatus::candidate;
        match.orientation = static_cast<Orientation>(i);
        keep(match, static_cast<FindingState>(i), static_cast<PageState>(i % 5));
    }
}

TEST_F(Findings, AKnownOccurrenceOnlyMovesLastSeen)
{
    const auto first =
        database.record_finding(sample_finding(case_id, reference), {sample_alert()}, actor()).value();
    const auto lines = database.audit(0, 100).size();
    auto later = sample_finding(case_id, reference);
    later.last_seen = at(500);
    later.evidence_file = "other.age";
    const auto again = database.record_finding(later, {sample_alert("alert-2")}, actor()).value();
    EXPECT_FALSE(again.created);
    EXPECT_EQ(again.id, first.id);
    EXPECT_EQ(database.find_finding(first.id)->last_seen, at(500));
    EXPECT_EQ(database.find_finding(first.id)->evidence_file, "F-1.age");
    EXPECT_EQ(database.alerts(10).size(), 1u);
    EXPECT_EQ(database.audit(0, 100).size(), lines);
}

TEST_F(Findings, AnotherPageIsAnotherOccurrence)
{
    ASSERT_TRUE(database.record_finding(sample_finding(case_id, reference), {}, actor()));
    const auto other = sample_finding(case_id, reference, "https://board.example/t/2");
    EXPECT_FALSE(database.occurrence(case_id, reference, other.page_url, other.image_url));
    const auto recorded = database.record_finding(other, {}, actor()).value();
    EXPECT_TRUE(recorded.created);
    EXPECT_EQ(database.occurrence(case_id, reference, other.page_url, other.image_url), recorded.id);
    EXPECT_EQ(database.findings_of_content(other.content).size(), 2u);
    EXPECT_TRUE(database.findings_of_content(Sha256::of(as_bytes("none"))).empty());
}

TEST_F(Findings, NothingIsRecordedForAWithdrawnCase)
{
    ASSERT_TRUE(database.withdraw(case_id, actor()));
    const auto recorded =
        database.record_finding(sample_finding(case_id, reference), {sample_alert()}, actor());
    EXPECT_EQ(recorded.error().code, Errc::refused);
    EXPECT_TRUE(database.findings().empty());
    EXPECT_TRUE(database.alerts(10).empty());
}

TEST_F(Findings, AReferenceOfAnotherCaseIsRefused)
{
    const auto other = database.open_case(sample_case("C-2222"), actor()).value();
    EXPECT_EQ(database.record_finding(sample_finding(other, reference), {}, actor()).error().code,
              Errc::refused);
}

TEST_F(Findings, ValuesOutOfRangeAreRefusedAndLeaveNothing)
{
    auto draft = sample_finding(case_id, reference);
    draft.match.score = 1.5;
    const auto recorded = database.record_finding(draft, {sample_alert()}, actor());
    EXPECT_EQ(recorded.error().code, Errc::invalid_argument);
    EXPECT_TRUE(database.alerts(10).empty());
    EXPECT_FALSE(database.first_broken_audit_line());
}

TEST_F(Findings, LastSeenNeverGoesBack)
{
    const auto id = database.record_finding(sample_finding(case_id, reference), {}, actor()).value().id;
    ASSERT_TRUE(database.touch_finding(id, at(100)));
    ASSERT_TRUE(database.touch_finding(id, at(50)));
    EXPECT_EQ(database.find_finding(id)->last_seen, at(100));
    EXPECT_EQ(database.touch_finding(FindingId{77}, at(1)).error().code, Errc::not_found);
}

TEST_F(Findings, TheOccurrencesOfAReferenceOnAPageAreListedOldestFirst)
{
    const auto other = database.add_reference(sample_reference(case_id, "R-02"), actor()).value();
    const std::string page = "https://board.example/t/1";
    std::vector<FindingId> ids;
    for (const auto* image :
         {"https://board.example/1.jpg", "https://board.example/2.jpg", "https://board.example/3.jpg"})
        ids.push_back(
            database.record_finding(sample_finding(case_id, reference, page, image), {}, actor()).value().id);
    (void)database.record_finding(sample_finding(case_id, other, page), {}, actor()).value();
    (void)database
        .record_finding(sample_finding(case_id, reference, "https://board.example/t/2"), {}, actor())
        .value();
    std::vector<FindingId> found;
    for (const auto& finding : database.occurrences_on(case_id, reference, url(page), 10))
        found.push_back(finding.id);
    EXPECT_EQ(found, ids);
    EXPECT_EQ(database.occurrences_on(case_id, reference, url(page), 2).size(), 2U);
    EXPECT_TRUE(database.occurrences_on(CaseId{99}, reference, url(page), 10).empty());
}

} // namespace
} // namespace stillwatch::store
