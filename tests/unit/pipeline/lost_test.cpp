#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Workers that are late, killed or crash over a document.
namespace stillwatch::pipeline {
namespace {

using namespace test;
using namespace std::chrono_literals;
using store::Outcome;
using testing::IsEmpty;
using testing::SizeIs;

class LostTest : public testing::Test, protected World {
protected:
    LostTest()
    {
        use_settings();
        (void)enrol(open_case(), picture_file("sea"));
        serve(start, "img " + image);
        serve_with_etag(image, picture_file("sea", "small"), "\"v1\"");
        inspector.picture_error = Error{Inspector::lost, "worker: killed by SIGKILL"};
    }
};

TEST_F(LostTest, AnHonestPictureIsFoundWhenWorkersLiveAgain)
{
    const auto first = crawl().at(image);
    EXPECT_EQ(first.outcome, Outcome::waiting);
    EXPECT_FALSE(first.verdict);
    EXPECT_FALSE(first.content);
    EXPECT_EQ(first.etag, "");
    inspector.picture_error.reset();
    clock.pass(16min);
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(LostTest, ItWaitsLongerEachTimeAndNeverForEver)
{
    std::vector<std::chrono::milliseconds> pauses;
    for (int i = 0; i < 8; ++i) {
        const auto result = crawl_later().at(image);
        EXPECT_EQ(result.outcome, Outcome::waiting);
        pauses.push_back(result.due - result.at);
    }
    EXPECT_LE(pauses[0], 15min);
    EXPECT_TRUE(std::ranges::is_sorted(pauses.begin(), pauses.begin() + 5));
    EXPECT_LE(pauses.back(), std::chrono::days(7));
    EXPECT_GT(pauses.back(), std::chrono::days(6));
}

TEST_F(LostTest, TheSameBytesElsewhereDoNotCostTheNextWorkers)
{
    const std::string copy = "https://img.board.example/copy.jpg";
    serve(start, "img " + image + "\nimg " + copy);
    serve(copy, picture_file("sea", "small"));
    const auto results = crawl();
    EXPECT_EQ(results.at(copy).outcome, Outcome::waiting);
    EXPECT_EQ(inspector.pictures_read, 1);
    EXPECT_EQ(counters.by_label("not_compared_total").at("kept_waiting"), 1);
    inspector.picture_error.reset();
    clock.pass(16min);
    (void)crawl();
    EXPECT_THAT(occurrences(), SizeIs(2)) << "both are looked at as soon as these bytes have their turn";
}

TEST_F(LostTest, WhatWaitsIsNotStaleBeforeItsPauseIsOver)
{
    (void)crawl();
    (void)enrol(open_case(), picture_file("hill"));
    EXPECT_TRUE(claim().empty());
}

TEST_F(LostTest, WhatWaitsIsShown)
{
    (void)crawl();
    EXPECT_EQ(stores.frontier().coverage(references.current()->generation()).waiting, 1);
    EXPECT_EQ(stores.frontier().site_health("board", references.current()->generation(), clock.now()).waiting,
              1);
    EXPECT_EQ(
        stores.frontier().site_health("board", references.current()->generation(), clock.now()).unreachable,
        0);
}

TEST_F(LostTest, AReferencesVeryFileIsFoundAllTheSame)
{
    serve(image, picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].match.tier, Tier::exact);
}

TEST_F(LostTest, APageThatCostItsWorkersWaits)
{
    inspector.page_error = Error{Inspector::lost, "worker: deadline passed"};
    const auto result = crawl().at(start);
    EXPECT_EQ(result.outcome, Outcome::waiting);
    EXPECT_FALSE(result.content);
    inspector.page_error.reset();
    clock.pass(6min);
    EXPECT_THAT(crawl().at(start).discovered, SizeIs(1));
}

TEST_F(LostTest, ManyLossesAreAProblemUntilTheyPass)
{
    std::string page;
    for (std::size_t i = 0; i < WorkerTrouble::many; ++i) {
        const auto address = "https://img.board.example/" + std::to_string(i) + ".jpg";
        page += "img " + address + "\n";
        serve(address, picture_file("bomb", std::to_string(i)));
    }
    serve(start, page);
    (void)crawl();
    EXPECT_TRUE(problems.is_set("worker_losses"));
    inspector.picture_error.reset();
    (void)crawl_later();
    EXPECT_FALSE(problems.is_set("worker_losses"));
}

TEST_F(LostTest, NoWorkerAtAllIsAProblemAtOnce)
{
    inspector.picture_error = Error{Errc::io, "worker program: no such file"};
    (void)crawl();
    EXPECT_TRUE(problems.is_set("workers"));
    inspector.picture_error.reset();
    (void)crawl_later();
    EXPECT_FALSE(problems.is_set("workers"));
}

} // namespace
} // namespace stillwatch::pipeline
