#include "videos/playlist_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::videos {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

Variant variant_of(int height_px, std::uint64_t bits_per_second = 0)
{
    return {.height_px = height_px, .bits_per_second = bits_per_second};
}

int chosen_height(const std::vector<Variant>& variants, VideoPass pass = VideoPass::look)
{
    const Playlist playlist{.variants = variants};
    const auto* chosen = choose_variant(playlist, pass);
    return chosen ? chosen->height_px : -1;
}

TEST(Choice, TheVariantNearestFourHundredAndEightyLinesIsTaken)
{
    EXPECT_EQ(chosen_height({variant_of(1080), variant_of(240), variant_of(540), variant_of(360)}), 540);
    EXPECT_EQ(chosen_height({variant_of(0), variant_of(2160)}), 2160);
    EXPECT_EQ(chosen_height({variant_of(0)}), 0);
    EXPECT_EQ(chosen_height({}), -1);
    const Playlist playlist{.variants = {variant_of(480, 900), variant_of(480, 300)}};
    EXPECT_EQ(choose_variant(playlist, VideoPass::look)->bits_per_second, 300U);
}

TEST(Choice, KeyFramesServedReadyAreForGlances)
{
    auto keys = variant_of(144);
    keys.has_key_frames_only = true;
    EXPECT_EQ(chosen_height({variant_of(480), keys}, VideoPass::glance), 144);
    EXPECT_EQ(chosen_height({variant_of(480), keys}, VideoPass::look), 480);
    EXPECT_EQ(chosen_height({keys}, VideoPass::look), -1);
}

TEST(Choice, ProtectedOnesAreNeverTaken)
{
    auto locked = variant_of(480);
    locked.is_protected = true;
    EXPECT_EQ(chosen_height({locked, variant_of(1080)}, VideoPass::glance), 1080);
    EXPECT_EQ(chosen_height({locked}), -1);
}

Variant lasting(const std::vector<double>& seconds)
{
    Variant variant;
    for (const auto one : seconds)
        variant.segments.push_back({.url = "https://v.example/", .seconds = one});
    return variant;
}

TEST(Choice, SegmentsAreSpreadOverTheTime)
{
    EXPECT_THAT(spread_segments(lasting({1, 1, 1}), 24), ElementsAre(0, 1, 2));
    EXPECT_THAT(spread_segments(lasting({1, 1, 1, 1, 1, 1, 1, 1}), 2), ElementsAre(2, 6));
    EXPECT_THAT(spread_segments(lasting({10, 1, 1, 1, 1}), 2), ElementsAre(0, 1))
        << "the first lasts the longest";
    EXPECT_THAT(spread_segments(lasting({0, 0, 0, 0}), 2), ElementsAre(1, 3)) << "by number";
    const auto spread = spread_segments(lasting(std::vector<double>(1'000, 6)));
    EXPECT_THAT(spread, SizeIs(most_segments_fetched));
    EXPECT_LT(spread.front(), 42U);
    EXPECT_GT(spread.back(), 957U);
    EXPECT_THAT(spread_segments({}), SizeIs(0));
}

} // namespace
} // namespace stillwatch::videos
