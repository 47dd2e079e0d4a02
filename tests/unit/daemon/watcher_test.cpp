#include "daemon/still_up.hpp"
#include "daemon/watcher.hpp"
#include "tests/unit/pipeline/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::daemon {
namespace {

using namespace pipeline::test;
using testing::HasSubstr;
using testing::SizeIs;

class WatcherTest : public testing::Test, protected World {
protected:
    WatcherTest()
    {
        use_settings();
        serve_with_etag(start, "img " + image, "\"page\""); // it never changes
        serve(image, picture_file("sea"));
        (void)enrol(open_case(), picture_file("sea"));
    }
    // A day later: a round, and what it made due.
    void next_day()
    {
        clock.pass(std::chrono::hours(24));
        (void)run(watcher.round());
        (void)crawl();
    }
    json::object look() { return run(look_now(stores, pipeline, clock, {url(image)})).at(0).as_object(); }

    Watcher watcher{services, [this] { return pipeline.settings(); }};
};

TEST(PauseForEvidence, GrowsFromMinutesToADay)
{
    using namespace std::chrono_literals;
    EXPECT_EQ(pause_for_evidence(0), 10min);
    EXPECT_EQ(pause_for_evidence(3), 80min);
    EXPECT_EQ(pause_for_evidence(99), 24h);
}

TEST_F(WatcherTest, APictureThatGoesAndComesBackUnderAnUnchangedPageIsSeen)
{
    (void)crawl();
    const auto before = occurrences().at(0);
    web.pages[image] = ScriptedFetcher::status(404);
    next_day();
    EXPECT_EQ(occurrences().at(0).look_status, 404);
    EXPECT_EQ(occurrences().at(0).last_seen, before.last_seen);
    serve(image, picture_file("sea"));
    for (int day = 0; day < 3; ++day)
        next_day();
    EXPECT_EQ(occurrences().at(0).look_status, 200);
    EXPECT_GT(occurrences().at(0).last_seen, before.last_seen);
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(2));
}

TEST_F(WatcherTest, PendingEvidenceIsMadeWhenTheDiskIsFineAgain)
{
    std::filesystem::remove(evidence);
    (void)crawl();
    (void)run(watcher.round());
    EXPECT_TRUE(problems.is_set("evidence"));
    EXPECT_TRUE(problems.is_set("evidence", "pending"));
    const auto asked = web.times_asked(image);
    clock.pass(std::chrono::minutes(11));
    EXPECT_EQ(run(watcher.round()), 0U); // the disk is not: nobody is bothered
    EXPECT_EQ(web.times_asked(image), asked);
    std::filesystem::create_directory(evidence);
    clock.pass(std::chrono::minutes(21));
    EXPECT_EQ(run(watcher.round()), 1U);
    (void)crawl();
    (void)run(watcher.round());
    EXPECT_EQ(findings().at(0).evidence, EvidenceState::stored);
    EXPECT_FALSE(problems.is_set("evidence"));
    EXPECT_FALSE(problems.is_set("evidence", "pending"));
}

TEST_F(WatcherTest, AFullDayOfFindingsIsAProblemOfThatDayOnly)
{
    (void)stores.cases().leave_match_out("board", clock.now()).value();
    (void)run(watcher.round());
    EXPECT_TRUE(problems.is_set("findings", "board"));
    clock.pass(std::chrono::hours(24));
    (void)run(watcher.round());
    EXPECT_FALSE(problems.is_set("findings", "board"));
}

TEST_F(WatcherTest, PicturesOfFindingsAreKnownAgainToANewFrontier)
{
    (void)crawl();
    const std::string elsewhere = "https://img.board.example/not-linked-any-more.jpg";
    auto finding = stillwatch::test::sample_finding(findings().at(0).case_id, findings().at(0).reference,
                                                    start, elsewhere);
    finding.last_seen = clock.now();
    (void)stores.cases().record_finding(finding, {}, {"anna", clock.now()}).value();
    serve(elsewhere, picture_file("sea", "b"));
    clock.pass(std::chrono::hours(1));
    (void)run(watcher.round());
    (void)crawl();
    EXPECT_EQ(web.times_asked(elsewhere), 1U);
}

TEST_F(WatcherTest, ALookNowSaysWhatIsThere)
{
    (void)crawl();
    EXPECT_THAT(std::string(look().at("saw").as_string()), HasSubstr("it matches"));
    web.pages[image] = ScriptedFetcher::status(410);
    EXPECT_THAT(std::string(look().at("saw").as_string()), HasSubstr("gone (HTTP 410)"));
    serve(image, picture_file("hill"));
    EXPECT_THAT(std::string(look().at("saw").as_string()), HasSubstr("another picture"));
    web.pages[image] = ScriptedFetcher::fails(Errc::unreachable);
    EXPECT_THAT(std::string(look().at("saw").as_string()), HasSubstr("no answer"));
    ASSERT_TRUE(
        stores.frontier().set_stopped_hosts({{"img.board.example", clock.now(), "anna", "asked to"}}));
    EXPECT_THAT(std::string(look().at("saw").as_string()), HasSubstr("not asked"));
}

} // namespace
} // namespace stillwatch::daemon
