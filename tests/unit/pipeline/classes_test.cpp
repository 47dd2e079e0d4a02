#include "world.hpp"

#include "alerts/event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// What floods: one picture under many bytes, addresses, pages and hosts.
namespace stillwatch::pipeline {
namespace {

using namespace test;
using testing::IsEmpty;
using testing::SizeIs;

class PictureClasses : public testing::Test, protected World {
protected:
    PictureClasses() { use_settings(); }

    // A page with that many pictures of a motif, each with bytes of its own at every visit.
    void serve_changing(int pictures)
    {
        std::string page;
        for (int i = 0; i < pictures; ++i) {
            const auto address = "https://img.board.example/" + std::to_string(i) + ".jpg";
            page += "img " + address + "\n";
            web.pages[address] = [this, i](const FetchRequest& request) {
                const auto bytes = picture_file("sea", std::to_string(i) + "-" + std::to_string(++served_));
                return ScriptedFetcher::status(200, {}, bytes)(request);
            };
        }
        serve(start, page);
    }
    int served_ = 0;
};

TEST_F(PictureClasses, CopiesWhoseBytesChangeAtEachVisitAreOneFindingAndOneAlertAChannel)
{
    serve_changing(40);
    (void)enrol(open_case(), picture_file("sea"));
    for (int visit = 0; visit < 3; ++visit)
        (void)crawl_later();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].occurrences, 40);
    EXPECT_THAT(stores.cases().alerts(1'000), SizeIs(settings.record.channels.size()));
    EXPECT_EQ(occurrences()[0].sightings, 3);
    // Each place has its recapture and its package up to the bound; the others are on record without.
    EXPECT_THAT(evidence_files(), SizeIs(32));
    EXPECT_EQ(occurrences()[39].evidence, EvidenceState::none);
    EXPECT_EQ(occurrences()[39].page_state, PageState::unchecked);
    EXPECT_EQ(web.times_asked(start), 3 + 32);
}

TEST_F(PictureClasses, ARePostOnFiftyPagesIsOneFindingWithFiftyPlaces)
{
    std::string pages;
    for (int i = 0; i < 50; ++i) {
        const auto address = "https://board.example/t/" + std::to_string(i);
        pages += "a " + address + "\n";
        serve(address,
              "img " + image + "\na " + address + "/more"); // pages of the same bytes would count as one
    }
    serve(start, pages);
    serve(image, picture_file("sea"));
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].occurrences, 50);
    EXPECT_THAT(stores.cases().alerts(1'000), SizeIs(2));
}

TEST_F(PictureClasses, APictureThatLooksOtherwiseIsAFindingOfItsOwn)
{
    serve(start, "img " + image + "\nimg https://img.board.example/2.jpg");
    serve(image, picture_file("sea"));
    serve("https://img.board.example/2.jpg", picture_file("sea", "far"));
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(2));
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(4));
}

TEST_F(PictureClasses, MatchesAboveTheBoundOfADayAreCountedToldOnceAndComparedTheNextDay)
{
    settings.record.max_findings_per_site_and_day = 1;
    use_settings();
    const std::string second = "https://img.board.example/2.jpg";
    serve(start, "img " + image + "\nimg " + second + "\nimg https://img.board.example/3.jpg");
    serve(image, picture_file("sea"));
    serve(second, picture_file("hill"));
    serve("https://img.board.example/3.jpg", picture_file("tree"));
    const auto c = open_case();
    for (const std::string motif : {"sea", "hill", "tree"})
        (void)enrol(c, picture_file(motif), "R-" + motif);
    const auto results = crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(counters.total("matches_left_out_total"), 2);
    EXPECT_EQ(stores.cases().matches_left_out(clock.now()).at(0).second, 2);
    EXPECT_THAT(problems.current().at(0).detail, testing::HasSubstr("2 matches"));
    EXPECT_EQ(problems.current().at(0).subject, "board");
    std::size_t lines = 0;
    for (const auto& row : stores.cases().alerts(100))
        lines += alerts::read_event(row.event).value().type == "match.capped" ? 1 : 0;
    EXPECT_EQ(lines, settings.record.channels.size());
    EXPECT_LE(results.at(second).due, clock.now() + std::chrono::hours(24));

    clock.pass(std::chrono::hours(24));
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(2));
    clock.pass(std::chrono::hours(24));
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(3));
}

TEST_F(PictureClasses, ALeadThatBecomesAMatchIsToldAgain)
{
    const auto c = open_case();
    const auto reference = enrol(c, picture_file("sea"));
    serve(start, "img " + image);
    serve(image, picture_file("sea"));
    auto lead = stillwatch::test::sample_finding(c.id, reference, start, image);
    lead.content = Sha256::of(as_bytes(picture_file("sea")));
    lead.match.relation = Relation::same_scene;
    lead.match.status = MatchStatus::candidate;
    (void)stores.cases().record_finding(lead, {}, {"anna", clock.now()}).value();
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(2));
    EXPECT_EQ(findings()[1].match.status, MatchStatus::match);
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(2));
    (void)crawl_later(); // on record it is a match, too
    EXPECT_EQ(findings()[0].last_seen, lead.last_seen);
    EXPECT_GT(findings()[1].last_seen, findings()[1].first_seen);
}

} // namespace
} // namespace stillwatch::pipeline
