#include "world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// What a page ties together is one occurrence, and nothing else is.
namespace stillwatch::pipeline {
namespace {

using namespace test;
using testing::IsEmpty;
using testing::SizeIs;

const std::string full = "https://img.board.example/full.jpg";
const std::string thumb = "https://img.board.example/thumb.jpg";
const std::string pair = "img:1 " + full + "\nimg:1 " + thumb;

class RecorderItems : public testing::Test, protected World {
protected:
    RecorderItems()
    {
        use_settings();
        serve(start, pair);
        serve(full, picture_file("sea"));
        serve(thumb, picture_file("sea", "small"));
    }
    // Records what a recapture of `start` would have found at `full`, then visits `thumb`.
    std::size_t findings_beside(Relation relation, MatchStatus status, FindingState state)
    {
        const auto c = open_case();
        const auto reference = enrol(c, picture_file("sea"));
        web.pages[full] = ScriptedFetcher::status(404);
        const auto case_id = stores.cases().find_case(c.pseudonym)->id;
        auto draft = stillwatch::test::sample_finding(case_id, reference, start, full);
        draft.match.relation = relation;
        draft.match.status = status;
        draft.state = state;
        (void)stores.cases().record_finding(draft, {}, {"anna", clock.now()}).value();
        (void)crawl();
        return findings().size();
    }
};

TEST_F(RecorderItems, AThumbnailAndItsFullPictureAreReportedOnce)
{
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].image_url.text(), full);
    EXPECT_EQ(findings()[0].match.tier, Tier::exact);
    EXPECT_THAT(evidence_files(), SizeIs(1));
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(settings.record.channels.size()));
    EXPECT_EQ(told, 1);
    EXPECT_EQ(inspector.pages_read, 2); // one recapture
    EXPECT_EQ(inspector.pictures_read, 2);
    EXPECT_EQ(counters.total("occurrences_tied_total"), 1);
}

TEST_F(RecorderItems, TheThumbnailTouchesTheOccurrence)
{
    (void)enrol(open_case(), picture_file("sea"));
    web.pages[thumb] = ScriptedFetcher::status(404);
    (void)crawl();
    const auto seen = findings().at(0).last_seen;
    web.pages[full] = ScriptedFetcher::status(404);
    serve(thumb, picture_file("sea", "small"));
    (void)crawl_later();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_GT(findings()[0].last_seen, seen + std::chrono::days(30));
}

TEST_F(RecorderItems, AStricterTierOfTheFullPictureIsTheSameFinding)
{
    serve(start, "img:1 " + thumb + "\nimg:1 " + full);
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].image_url.text(), thumb);
    EXPECT_EQ(findings()[0].match.tier, Tier::exact); // the surest of both
    EXPECT_THAT(occurrences(), SizeIs(2));
    EXPECT_EQ(occurrences()[0].match.tier, Tier::near);
}

// The full picture's address is the one to take down.
TEST_F(RecorderItems, WhereTheThumbnailCameFirstTheFullPictureIsTheBestAndHasEvidence)
{
    serve(start, "img:1 " + thumb + "\nimg:1 " + full);
    serve(full, picture_file("sea", "large"));
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].image_url.text(), full);
    EXPECT_EQ(findings()[0].content, Sha256::of(as_bytes(picture_file("sea", "large"))));
    ASSERT_THAT(occurrences(), SizeIs(2));
    EXPECT_EQ(occurrences()[0].image_url.text(), thumb);
    EXPECT_EQ(findings()[0].evidence_file, occurrences()[1].evidence_file);
    EXPECT_THAT(evidence_files(), SizeIs(2)); // both packages are kept
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(settings.record.channels.size()));
}

TEST_F(RecorderItems, AFullPictureThatIsAnotherClassThanItsThumbnailIsTheSameFinding)
{
    serve(start, "img:1 " + thumb + "\nimg:1 " + full);
    serve(thumb, picture_file("sea", "far"));
    serve(full, picture_file("sea", "large"));
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].image_url.text(), full);
    EXPECT_EQ(counters.total("occurrences_tied_total"), 1);
}

TEST_F(RecorderItems, OnTwoPagesTheyAreFourPlacesOfOneFinding)
{
    serve(start, pair + "\na https://board.example/2");
    serve("https://board.example/2", pair);
    (void)enrol(open_case(), picture_file("hill"));
    (void)crawl();
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
    EXPECT_THAT(occurrences(), SizeIs(4));
    EXPECT_THAT(evidence_files(), SizeIs(2)); // one a page
}

TEST_F(RecorderItems, APageThatShowsTheThumbnailAloneIsAPlace)
{
    serve(start, pair + "\na https://board.example/2");
    serve("https://board.example/2", "img " + thumb);
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    const auto places = occurrences();
    const auto alone = std::ranges::find(places, url("https://board.example/2"), &Occurrence::page_url);
    ASSERT_NE(alone, places.end());
    EXPECT_EQ(alone->image_url.text(), thumb);
    EXPECT_EQ(alone->match.tier, Tier::near);
    EXPECT_EQ(alone->evidence, EvidenceState::stored);
}

TEST_F(RecorderItems, TwoItemsOfOnePageAreTwoPlacesWithEvidence)
{
    serve(start, "img:1 " + full + "\nimg:2 " + thumb);
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
    EXPECT_THAT(occurrences(), SizeIs(2));
    EXPECT_THAT(evidence_files(), SizeIs(2));
    EXPECT_EQ(counters.total("occurrences_tied_total"), 0);
}

TEST_F(RecorderItems, AHostileTieHidesNoOtherReferenceAndNoOtherCase)
{
    const auto first = open_case();
    (void)enrol(first, picture_file("sea"));
    (void)enrol(first, picture_file("hill"), "R-02");
    (void)enrol(open_case(), picture_file("tree"));
    serve(start, "img:1 https://img.board.example/sea.jpg\nimg:1 https://img.board.example/hill.jpg\n"
                 "img:1 https://img.board.example/tree.jpg");
    for (const std::string motif : {"sea", "hill", "tree"})
        serve("https://img.board.example/" + motif + ".jpg", picture_file(motif));
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(3));
    EXPECT_EQ(counters.total("occurrences_tied_total"), 0);
}

TEST_F(RecorderItems, EachCaseThatHasThePictureIsTold)
{
    (void)enrol(open_case(), picture_file("sea"));
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(2));
    EXPECT_NE(findings()[0].case_id, findings()[1].case_id);
    EXPECT_EQ(counters.total("occurrences_tied_total"), 2);
}

TEST_F(RecorderItems, AMatchBesideItCovers)
{
    EXPECT_EQ(findings_beside(Relation::edited, MatchStatus::match, FindingState::fresh), 1U);
}

TEST_F(RecorderItems, ALeadBesideItCoversNoMatch)
{
    EXPECT_EQ(findings_beside(Relation::same_scene, MatchStatus::candidate, FindingState::fresh), 2U);
}

TEST_F(RecorderItems, WhatWasDismissedBesideItCoversNothing)
{
    EXPECT_EQ(findings_beside(Relation::edited, MatchStatus::match, FindingState::dismissed), 2U);
}

TEST_F(RecorderItems, BothVisitedAtOnceAreOneOccurrence)
{
    (void)enrol(open_case(), picture_file("sea"));
    stores.frontier().apply({run(pipeline.visit(claim().at(0))).value()}).value();
    const auto visits = claim();
    ASSERT_THAT(visits, SizeIs(2));
    int looking = 0;
    inspector.before_page = [&looking]() -> Task<> { // neither is recorded before both have looked
        ++looking;
        while (looking < 2)
            co_await asio::post(asio::use_awaitable);
    };
    int ended = 0;
    for (const auto& visit : visits)
        asio::co_spawn(loop, pipeline.visit(visit),
                       [&](std::exception_ptr failure, Result<store::VisitResult> given) {
                           EXPECT_FALSE(failure);
                           EXPECT_EQ(given.value().outcome, store::Outcome::compared);
                           ++ended;
                       });
    loop.restart();
    loop.run();
    EXPECT_EQ(ended, 2);
    EXPECT_EQ(inspector.pages_read, 3); // both looked again
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_THAT(evidence_files(), testing::ElementsAre(findings()[0].evidence_file));
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(settings.record.channels.size()));
    EXPECT_EQ(told, 1);
    EXPECT_EQ(counters.total("occurrences_tied_total"), 1);
}

TEST_F(RecorderItems, ACoveredPictureIsOnRecordAndNotComparedAgain)
{
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    EXPECT_EQ(inspector.pictures_read, 2);
    EXPECT_THAT(crawl(), IsEmpty());
    (void)crawl_later();
    EXPECT_EQ(inspector.pictures_read, 2); // what both match is on record
    EXPECT_EQ(web.times_asked(thumb), 2);
    EXPECT_EQ(web.times_asked(full), 2);
    EXPECT_THAT(crawl(), IsEmpty());
    EXPECT_THAT(findings(), SizeIs(1));
}

} // namespace
} // namespace stillwatch::pipeline
