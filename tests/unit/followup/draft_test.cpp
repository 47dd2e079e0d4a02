#include "followup/draft.hpp"

#include "tests/support/store_samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::followup {
namespace {

using stillwatch::test::at;
using testing::HasSubstr;
using testing::Not;

FoundThere found(std::int64_t number, const std::string& page = "https://board.example/t/1",
                 const std::string& image = "https://img.board.example/a.jpg")
{
    auto finding = stillwatch::test::sample_finding(CaseId{1}, ReferenceId{1}, page, image);
    finding.id = FindingId{number};
    finding.state = FindingState::confirmed;
    finding.case_pseudonym = "C-7F3K";
    Occurrence place{OccurrenceId{number}, finding.id, finding.page_url, finding.image_url};
    place.content = finding.content;
    place.match = finding.match;
    place.first_seen = finding.first_seen;
    place.last_seen = finding.last_seen;
    place.evidence_file = "F-1.age";
    place.evidence_digest = finding.evidence_digest;
    FoundThere there{finding, {place}, {}};
    there.history.push_back({FindingId{number}, at(20), "anna", "confirm", FindingState::fresh,
                             FindingState::confirmed, "looked_at"});
    return there;
}

NoticeSettings settings()
{
    NoticeSettings made;
    made.sender = {"Example Helpline", "https://helpline.example/", "1 Harbour Street, Bristol",
                   "A. Signatory", "notices@helpline.example"};
    made.laws = {{"nowhere",
                  "Nowhere",
                  {{"Publishing", "It is forbidden.", "Act 1", "2026-01-02"}},
                  {"Keeping", "Ask for it.", "Act 2", "2026-01-03"}}};
    return made;
}

DraftRequest request(Route route, NoticeData set = {})
{
    return {route, "", std::move(set), "ben", at(100)};
}

// What each route needs of the person who drafts.
NoticeData needed_by(Route route)
{
    switch (route) {
    case Route::gdpr17: return {{"person", "Jane Roe"}};
    case Route::dmca: return {{"work", "a photograph"}, {"authorship", "took it herself"}};
    case Route::search: return {{"queries", "jane roe"}};
    case Route::police: return {{"country", "nowhere"}};
    default: return {};
    }
}

TEST(Draft, EveryRouteGivesATextInBothLanguagesThatNamesTheAddressesAndTheSender)
{
    const std::vector<FoundThere> all{found(1),
                                      found(2, "https://board.example/t/2", "https://x.example/b.jpg")};
    for (const auto* language : {"en", "de"})
        for (std::size_t i = 0; i < routes; ++i) {
            auto asked = request(static_cast<Route>(i), needed_by(static_cast<Route>(i)));
            asked.language = language;
            const auto text = draft(all, asked, settings(), store::NoticeId{7});
            ASSERT_TRUE(text) << name_of(asked.route) << ": " << text.error().detail;
            for (const auto* part : {"https://img.board.example/a.jpg", "https://x.example/b.jpg",
                                     "https://board.example/t/2", "N-7", "notices@helpline.example"})
                EXPECT_THAT(*text, HasSubstr(part)) << name_of(asked.route);
            EXPECT_THAT(*text, Not(HasSubstr("{{"))) << name_of(asked.route);
            EXPECT_THAT(*text, Not(HasSubstr("## "))) << name_of(asked.route);
            EXPECT_EQ(text->find("Jane Roe") != std::string::npos, asked.route == Route::gdpr17);
        }
}

TEST(Draft, WhatIsMissingIsToldWholeWithWhereItBelongs)
{
    auto poor = settings();
    poor.sender.postal_address.clear();
    poor.sender.signatory.clear();
    const std::vector all{found(1)};
    const auto text = draft(all, request(Route::dmca), poor, store::NoticeId{1});
    EXPECT_EQ(text.error().code, Errc::invalid_argument);
    for (const auto* part :
         {"authorship (--set authorship=…: ", "organisation_address (organisation.postal_address",
          "signatory (organisation.signatory", "work (--set work=…: "})
        EXPECT_THAT(text.error().detail, HasSubstr(part));
    EXPECT_THAT(draft(all, request(Route::police), settings(), store::NoticeId{1}).error().detail,
                HasSubstr("law (what the law of the country says (--set country=…))"));
}

TEST(Draft, DataThatNobodyAskedForAreRefused)
{
    const std::vector all{found(1)};
    const auto error = [&](Route route, NoticeData set) {
        return draft(all, request(route, std::move(set)), settings(), store::NoticeId{1}).error().detail;
    };
    EXPECT_THAT(error(Route::host, {{"person", "Jane Roe"}}), HasSubstr("says nothing of it"));
    EXPECT_THAT(error(Route::host, {{"addresses", "x"}}), HasSubstr("--set addresses: there are authorship"));
    EXPECT_THAT(error(Route::police, {{"country", "atlantis"}}), HasSubstr("countries: nowhere"));
}

TEST(Draft, TheLawStandsInAReportWithSourceAndDay)
{
    const std::vector all{found(1)};
    const auto text =
        draft(all, request(Route::police, {{"country", "nowhere"}}), settings(), store::NoticeId{1});
    ASSERT_TRUE(text) << text.error().detail;
    EXPECT_THAT(*text, HasSubstr("Publishing: It is forbidden.\n    Source: Act 1 (text of 2026-01-02)"));
    EXPECT_THAT(*text, HasSubstr("Keeping: Ask for it."));
    EXPECT_THAT(*text, HasSubstr("F-1.age\n        SHA-256 " + found(1).places[0].evidence_digest.hex()));
    EXPECT_THAT(*text, HasSubstr("Request to preserve records"));
}

TEST(Draft, SeveralPagesOfOnePictureAreOneAddress)
{
    const std::vector all{found(1), found(2, "https://board.example/t/2")};
    const auto text = draft(all, request(Route::host), settings(), store::NoticeId{1}).value();
    EXPECT_THAT(text, HasSubstr("    https://img.board.example/a.jpg\n"
                                "        (https://board.example/t/1)\n"
                                "        (https://board.example/t/2)\n"));
}

TEST(Draft, SeveralHostsOrCasesAreRefusedWithWhatToDo)
{
    auto other_case = found(2);
    other_case.finding.case_pseudonym = "C-AAAA";
    EXPECT_THAT(why_not_together(std::vector{found(1), other_case}, "ben").value(),
                HasSubstr("several cases (C-7F3K, C-AAAA): one notice speaks for one person"));
    EXPECT_THAT(why_not_together(std::vector{found(1), found(2, "https://other.example/1")}, "ben").value(),
                HasSubstr("several hosts (board.example, other.example): draft one notice for each host"));
    EXPECT_TRUE(why_not_together({}, "ben"));
}

TEST(Draft, OnlyWhatStandsConfirmedOrLaterIsNoticed)
{
    for (const auto state : {FindingState::fresh, FindingState::unsure, FindingState::dismissed,
                             FindingState::down, FindingState::confirmed, FindingState::noticed,
                             FindingState::acknowledged, FindingState::reappeared}) {
        auto there = found(1);
        there.finding.state = state;
        const bool is_refused = state == FindingState::fresh || state == FindingState::unsure ||
                                state == FindingState::dismissed || state == FindingState::down;
        EXPECT_EQ(why_not_together(std::vector{there}, "ben").has_value(), is_refused) << name_of(state);
    }
}

TEST(Draft, AResemblanceNeedsTwoAccounts)
{
    auto there = found(1);
    there.finding.match.tier = Tier::resemblance;
    EXPECT_THAT(why_not_together(std::vector{there}, "anna").value(), HasSubstr("anna did both"));
    EXPECT_FALSE(why_not_together(std::vector{there}, "ben"));
    there.history.clear();
    EXPECT_THAT(why_not_together(std::vector{there}, "ben").value(), HasSubstr("nobody confirmed it"));
}

} // namespace
} // namespace stillwatch::followup
