#include "core/json.hpp"
#include "pipeline/animation_json.hpp"
#include "world.hpp"

#include <gtest/gtest.h>

// When an animated picture shows what it matches.
namespace stillwatch::pipeline {
namespace {

using namespace test;

json::array spans_of(const json::object& told)
{
    return told.at("spans").as_array();
}

TEST(AnimationJson, FramesThatFollowEachOtherAreOneSpan)
{
    const FrameTimes times{1'000, {{0, 200}, {200, 500}, {600, 700}, {700, 1'000}}};
    const std::vector<std::size_t> shown{1, 0, 3};
    const auto told = animation_json("gif", times, shown);
    const json::array expected{
        {{"from_s", 0.0}, {"to_s", 0.5}, {"best_s", 0.2}, {"frames", 2}},
        {{"from_s", 0.7}, {"to_s", 1.0}, {"best_s", 0.7}, {"frames", 1}},
    };
    EXPECT_EQ(json::serialize(spans_of(told)), json::serialize(expected));
    EXPECT_EQ(told.at("container").as_string(), "gif");
    EXPECT_EQ(told.at("frames_matched").to_number<int>(), 3);
    EXPECT_EQ(told.at("frames_compared").to_number<int>(), 4);
    EXPECT_EQ(told.at("duration_s").to_number<double>(), 1.0);
}

TEST(AnimationJson, OfWhatNobodyKnowsNothingIsTold)
{
    const std::vector<std::size_t> beyond{4};
    EXPECT_TRUE(animation_json("gif", {900, {{0, 900}}}, {}).empty());
    EXPECT_TRUE(animation_json("gif", {900, {{0, 900}}}, beyond).empty());
    EXPECT_TRUE(animation_json("png", {}, beyond).empty());
}

class Animations : public testing::Test, protected World {
protected:
    Animations() { use_settings(); }
};

TEST_F(Animations, AFindingSaysWhereInThePictureTheMatchShows)
{
    (void)enrol(open_case(), picture_file("sea"));
    inspector.times = {2'000, {{0, 500}, {500, 900}, {900, 1'500}, {1'500, 2'000}}};
    serve(start, "img " + image);
    serve(image, picture_file("sea", "moves"));
    (void)crawl();
    ASSERT_EQ(findings().size(), 1U);
    EXPECT_EQ(findings()[0].match.tier, Tier::near);
    const auto kept = stores.cases().video_of(findings()[0].id);
    ASSERT_TRUE(kept);
    const auto spans = spans_of(parse_json(*kept).value().as_object());
    ASSERT_EQ(spans.size(), 2U);
    EXPECT_EQ(spans[0].at("from_s").to_number<double>(), 0.5);
    EXPECT_EQ(spans[0].at("to_s").to_number<double>(), 0.9);
    EXPECT_EQ(spans[1].at("from_s").to_number<double>(), 1.5);
    EXPECT_EQ(spans[1].at("to_s").to_number<double>(), 2.0);
}

TEST_F(Animations, OfAPictureThatDoesNotMoveNoTimeIsTold)
{
    (void)enrol(open_case(), picture_file("sea"));
    inspector.times = {2'000, {{0, 2'000}}};
    serve(start, "img " + image);
    serve(image, picture_file("sea"));
    (void)crawl();
    ASSERT_EQ(findings().size(), 1U);
    EXPECT_FALSE(stores.cases().video_of(findings()[0].id));
}

} // namespace
} // namespace stillwatch::pipeline
