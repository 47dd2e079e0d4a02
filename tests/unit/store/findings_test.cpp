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

    // One picture on many pages.
    Finding seen(int page) const
    {
        auto finding = sample_finding(case_id, reference, "https://board.example/p/" + std::to_string(page));
        finding.content = Sha256::of(as_bytes("the picture"));
        finding.fingerprint = bits_apart(0);
        return finding;
    }
    static Fingerprint bits_apart(int bits)
    {
        Fingerprint fingerprint;
        fingerprint.words[3] = 0x1234'5678'9ABC'DEF0U ^ ((std::uint64_t{1} << bits) - 1);
        return fingerprint;
    }
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
        keep(match, static_cast<FindingState>(i), static_cast<PageState>(i % 6));
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
    EXPECT_EQ(database.find_finding(first.id)->evidence_file, "F-1.wacz.age");
    EXPECT_EQ(database.alerts(10).size(), 1u);
    EXPECT_EQ(database.audit(0, 100).size(), lines);
}

TEST_F(Findings, AnotherPageOfTheSamePictureIsAnotherPlaceOfTheFinding)
{
    const auto first = database.record_finding(seen(1), {sample_alert()}, actor()).value();
    const auto second = database.record_finding(seen(2), {sample_alert("alert-2")}, actor()).value();
    EXPECT_TRUE(first.created);
    EXPECT_FALSE(second.created);
    EXPECT_TRUE(second.added);
    EXPECT_EQ(second.id, first.id);
    EXPECT_EQ(database.find_finding(first.id)->occurrences, 2);
    EXPECT_EQ(database.alerts(10).size(), 1u);
    EXPECT_EQ(database.occurrences_of_content(seen(1).content).size(), 1u);
    EXPECT_TRUE(database.occurrences_of_content(Sha256::of(as_bytes("none"))).empty());
}

TEST_F(Findings, BytesThatChangeAreTheSamePictureWithinEightBits)
{
    for (const int bits : {0, 3, 8, 9}) {
        auto other = seen(10 + bits);
        other.content = Sha256::of(as_bytes(std::to_string(bits)));
        other.fingerprint = bits_apart(bits);
        (void)database.record_finding(other, {}, actor()).value();
    }
    ASSERT_EQ(database.findings().size(), 2u);
    EXPECT_EQ(database.findings()[0].occurrences, 3);
    EXPECT_EQ(database.findings()[1].fingerprint, bits_apart(9));
}

TEST_F(Findings, AnotherHostReferenceCaseOrKindOfMatchIsAnotherFinding)
{
    const auto first = database.record_finding(seen(1), {}, actor()).value();
    const auto other_case = database.open_case(sample_case("C-2222"), actor()).value();
    std::vector<Finding> others(5, seen(1));
    others[0].page_url = url("https://other.example/t/1");
    others[1].reference = database.add_reference(sample_reference(case_id, "R-02"), actor()).value();
    others[2].case_id = other_case;
    others[2].reference = database.add_reference(sample_reference(other_case), actor()).value();
    others[3].match.relation = Relation::same_scene;
    others[3].match.status = MatchStatus::candidate;
    others[4].match.tier = Tier::derived;
    others[4].content = Sha256::of(as_bytes("a part of it"));
    for (const auto& other : others) {
        const auto recorded = database.record_finding(other, {}, actor()).value();
        EXPECT_TRUE(recorded.created);
        EXPECT_NE(recorded.id, first.id);
    }
}

TEST_F(Findings, TheLargestPictureIsTheBestAndTheSurestMatchSpeaks)
{
    auto thumb = seen(1);
    thumb.pixels = 100;
    auto full = seen(2);
    full.pixels = 5'000;
    full.match.tier = Tier::exact;
    full.match.relation = Relation::copy;
    full.match.distance_bits = 0;
    auto other = seen(3);
    other.pixels = 900;
    const auto id = database.record_finding(thumb, {}, actor()).value().id;
    (void)database.add_occurrence(id, full).value();
    (void)database.record_finding(other, {}, actor()).value();
    const auto finding = database.find_finding(id).value();
    EXPECT_EQ(finding.page_url, full.page_url);
    EXPECT_EQ(finding.evidence_file, full.evidence_file);
    EXPECT_EQ(finding.match.tier, Tier::exact);
    std::vector<Url> pages;
    for (const auto& occurrence : database.best_occurrences(id, 10))
        pages.push_back(occurrence.page_url);
    EXPECT_EQ(pages, (std::vector<Url>{full.page_url, other.page_url, thumb.page_url}));
    EXPECT_EQ(database.evidence_files().size(), 3u);
}

TEST_F(Findings, BeyondTheBoundPlacesAreCountedOnly)
{
    for (int page = 0; page <= CaseDatabase::max_occurrences + 1; ++page)
        ASSERT_TRUE(database.record_finding(seen(page), {}, actor()));
    ASSERT_EQ(database.findings().size(), 1u);
    EXPECT_EQ(database.findings()[0].occurrences, CaseDatabase::max_occurrences);
    EXPECT_EQ(database.findings()[0].left_out, 2);
}

TEST_F(Findings, EvidenceThatWasPendingIsAttachedOnce)
{
    auto draft = seen(1);
    draft.evidence = EvidenceState::pending;
    draft.evidence_file.clear();
    const auto recorded = database.record_finding(draft, {}, actor()).value();
    EXPECT_EQ(database.pending_evidence(), 1);
    EXPECT_EQ(database.find_finding(recorded.id)->evidence_left, 1);
    ASSERT_TRUE(database.attach_evidence(recorded.occurrence, "F.age", {}, PageState::named, actor()));
    EXPECT_EQ(database.pending_evidence(), 0);
    const auto finding = database.find_finding(recorded.id).value();
    EXPECT_EQ(finding.evidence, EvidenceState::stored);
    EXPECT_EQ(finding.evidence_file, "F.age");
    EXPECT_EQ(finding.page_state, PageState::named);
    EXPECT_EQ(
        database.attach_evidence(recorded.occurrence, "G.age", {}, PageState::named, actor()).error().code,
        Errc::exists);
}

TEST_F(Findings, TheAlertsIdLeadsToTheFinding)
{
    auto draft = seen(1);
    draft.alert_id = "alt_one";
    const auto id = database.record_finding(draft, {sample_alert("alt_one")}, actor()).value().id;
    EXPECT_EQ(database.finding_of_alert("alt_one"), id);
    EXPECT_FALSE(database.finding_of_alert("alt_two"));
    EXPECT_FALSE(database.finding_of_alert(""));
}

TEST_F(Findings, AreReadInPages)
{
    for (int page = 1; page <= 5; ++page)
        (void)database.record_finding(
            sample_finding(case_id, reference, "https://board.example/" + std::to_string(page)), {}, actor());
    const auto first = database.findings({case_id, {}, 2});
    ASSERT_EQ(first.size(), 2u);
    EXPECT_EQ(first[0].case_pseudonym, "C-7F3K");
    const auto rest = database.findings({{}, first[1].id, 10});
    ASSERT_EQ(rest.size(), 3u);
    EXPECT_EQ(rest[0].id.value, 3);
    EXPECT_EQ(database.count_findings(), 5);
    EXPECT_EQ(database.count_findings(CaseId{99}), 0);
}

TEST_F(Findings, MatchesAboveTheBoundAreCountedByDay)
{
    const auto day = std::chrono::hours(24);
    EXPECT_EQ(database.leave_match_out("board", at(0)).value(), 1);
    EXPECT_EQ(database.leave_match_out("board", at(1)).value(), 2);
    EXPECT_EQ(database.leave_match_out("board", at(0) + day).value(), 1);
    EXPECT_EQ(database.matches_left_out(at(0)).at(0).second, 2);
    EXPECT_TRUE(database.matches_left_out(at(0) + 2 * day).empty());
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
    const auto place = database.occurrences(id, {}, 1).at(0).id;
    ASSERT_TRUE(database.touch_occurrence(place, at(100)));
    ASSERT_TRUE(database.touch_occurrence(place, at(50)));
    EXPECT_EQ(database.find_finding(id)->last_seen, at(100));
    EXPECT_EQ(database.occurrences(id, {}, 1).at(0).last_seen, at(100));
    EXPECT_EQ(database.occurrences(id, {}, 1).at(0).sightings, 3);
    EXPECT_EQ(database.touch_occurrence(OccurrenceId{77}, at(1)).error().code, Errc::not_found);
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
    for (const auto& known : database.occurrences_on(case_id, reference, url(page), 10))
        found.push_back(known.occurrence.finding);
    EXPECT_EQ(found, ids);
    EXPECT_EQ(database.occurrences_on(case_id, reference, url(page), 2).size(), 2U);
    EXPECT_TRUE(database.occurrences_on(CaseId{99}, reference, url(page), 10).empty());
}

} // namespace
} // namespace stillwatch::store
