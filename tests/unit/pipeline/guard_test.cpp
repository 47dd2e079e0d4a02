#include "world.hpp"

#include "alerts/event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Pictures that nobody may look at.
namespace stillwatch::pipeline {
namespace {

using namespace test;
using store::Outcome;
using testing::IsEmpty;
using testing::SizeIs;

class GuardTest : public testing::Test, protected World {
protected:
    GuardTest()
    {
        serve(start, "img " + image + "\nimg " + other);
        serve(image, picture_file("sea"));
        serve(other, picture_file("sea", "another"));
        (void)enrol(open_case(), picture_file("sea"));
    }
    void guard(const std::string& line)
    {
        auto list = std::make_shared<cases::GuardList>();
        ASSERT_TRUE(list->add(line));
        list->finish();
        settings.guard = std::move(list);
        settings.record.guard_channels = {"desk"};
        use_settings();
    }
    // Only the picture, of which the test knows that it is visited first.
    void guard_picture(const std::string& file) { guard("sha256 " + Sha256::of(as_bytes(file)).hex()); }

    const std::string other = "https://img.board.example/2.jpg";
};

TEST_F(GuardTest, OfAHitAddressTimeAndReasonAreKeptAndNothingOfItsPageIsTold)
{
    guard_picture(picture_file("sea"));
    const auto results = crawl();
    EXPECT_THAT(findings(), IsEmpty()) << "the other picture stands on the same page";
    EXPECT_THAT(evidence_files(), IsEmpty());
    EXPECT_EQ(results.at(image).outcome, Outcome::refused);
    EXPECT_FALSE(results.at(image).content);
    EXPECT_FALSE(results.at(image).verdict);
    const auto hits = stores.cases().guard_hits(0, 10);
    ASSERT_THAT(hits, SizeIs(2));
    EXPECT_EQ(hits[0].address, image);
    EXPECT_EQ(hits[0].reason, "sha256");
    EXPECT_EQ(hits[1].address, start);
    for (const auto& line : stores.cases().audit(0, 1'000))
        EXPECT_EQ(line.object.find("example"), std::string::npos);
    EXPECT_EQ(counters.total("guard_trips_total"), 1);
}

TEST_F(GuardTest, OnlyTheNamedChannelIsToldAndItIsToldNoAddressAndNoCase)
{
    guard_picture(picture_file("sea"));
    (void)crawl();
    const auto rows = stores.cases().alerts(10);
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_EQ(rows[0].channel, "desk");
    const auto event = alerts::read_event(rows[0].event).value();
    EXPECT_EQ(event.type, "guard.tripped");
    EXPECT_TRUE(event.case_pseudonym.empty());
    EXPECT_EQ(rows[0].event.find("board.example"), std::string::npos);
}

TEST_F(GuardTest, APictureThatLooksAlikeIsMetBeforeItIsCompared)
{
    guard("pdq " + features_of(picture_file("sea")).frames[0].fingerprints[0].hex());
    (void)crawl();
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_EQ(stores.cases().guard_hits(0, 1).at(0).reason, "pdq");
}

TEST_F(GuardTest, WhatWasMetIsNotAskedForAgain)
{
    guard_picture(picture_file("sea"));
    (void)crawl();
    const auto asked = web.times_asked(image);
    const auto page_asked = web.times_asked(start);
    (void)crawl_later();
    EXPECT_EQ(web.times_asked(image), asked);
    EXPECT_EQ(web.times_asked(start), page_asked);
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(1));
}

TEST_F(GuardTest, WithoutAHitAllIsAsItWas)
{
    guard_picture(picture_file("hill"));
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
    EXPECT_THAT(stores.cases().guard_hits(0, 10), IsEmpty());
}

} // namespace
} // namespace stillwatch::pipeline
