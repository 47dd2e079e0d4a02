#include "videos/frame_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace stillwatch::videos {
namespace {

// Half black and half white, brightened.
Thumbnail halves(int shift = 0)
{
    Thumbnail thumbnail;
    for (std::size_t i = 0; i < thumbnail.levels.size(); ++i)
        thumbnail.levels[i] = static_cast<std::uint8_t>((i % 2 == 0 ? 40 : 200) + shift);
    return thumbnail;
}

Thumbnail flat(std::uint8_t level)
{
    Thumbnail thumbnail;
    thumbnail.levels.fill(level);
    return thumbnail;
}

TEST(Thumbnail, DifferenceAndDeviationAreInGreyLevels)
{
    EXPECT_DOUBLE_EQ(mean_difference(halves(), halves(12)), 12);
    EXPECT_DOUBLE_EQ(standard_deviation(halves()), 80);
    EXPECT_DOUBLE_EQ(standard_deviation(flat(17)), 0);
}

TEST(BlackBars, AreLeftOut)
{
    constexpr int width = 200;
    constexpr int height = 120;
    Bytes rgb(3 * width * height, std::byte(10));
    const auto fill = [&](const ShownBox& box) {
        for (int y = box.top; y < box.top + box.height_px; ++y)
            std::fill_n(rgb.begin() + 3 * (y * width + box.left), 3 * box.width_px, std::byte(90));
    };
    const ShownBox all{0, 0, width, height};
    EXPECT_EQ(without_bars(rgb, width, height), all) << "a black frame";
    fill({40, 30, 20, 20});
    EXPECT_EQ(without_bars(rgb, width, height), all) << "next to nothing in the dark";
    const ShownBox shown{40, 20, 110, 70};
    fill(shown);
    EXPECT_EQ(without_bars(rgb, width, height), shown);
    rgb[0] = std::byte(200);
    EXPECT_EQ(without_bars(rgb, width, height), shown) << "a little is written over one of them";
    fill({10, 50, 30, 6});
    EXPECT_EQ(without_bars(rgb, width, height), shown) << "a caption that begins beside the picture";
    Bytes wide(3 * width * height, std::byte(10));
    std::swap(rgb, wide);
    const ShownBox upright{50, 0, 100, height};
    fill(upright);
    fill({5, 100, 80, 10});
    fill({120, 50, 75, 10});
    EXPECT_EQ(without_bars(rgb, width, height), upright) << "captions over both";
    std::swap(rgb, wide);
    fill({0, 0, width, 4});
    EXPECT_EQ(without_bars(rgb, width, height), (ShownBox{0, 0, width, 90}))
        << "no bar: it is lit throughout";
    EXPECT_EQ(without_bars(ByteView(rgb).first(100), width, height), all);
}

TEST(FrameChooser, AGlanceTakesKeyFramesAndNoOthers)
{
    FrameChooser chooser(VideoPass::glance, 60'000);
    EXPECT_TRUE(chooser.is_due(0, true));
    EXPECT_FALSE(chooser.is_due(5'000, false));
    EXPECT_EQ(chooser.choose(0, halves()), Choice::chosen);
    EXPECT_EQ(chooser.choose(2'000, halves()), Choice::chosen) << "whatever was before";
    EXPECT_FALSE(chooser.is_due(2'100, true)) << "a file of key frames only";
    EXPECT_TRUE(chooser.is_due(2'200, true));
}

TEST(FrameChooser, ALookTakesOneFrameASecondAndKeyFrames)
{
    FrameChooser chooser(VideoPass::look, 60'000);
    std::vector<std::int64_t> due;
    for (std::int64_t time_ms = 0; time_ms < 4'000; time_ms += 40)
        if (chooser.is_due(time_ms, time_ms == 2'520)) {
            due.push_back(time_ms);
            (void)chooser.choose(time_ms, halves());
        }
    EXPECT_EQ(due, (std::vector<std::int64_t>{0, 1'000, 2'000, 2'520, 3'000}));
}

TEST(FrameChooser, AShortVideoIsLookedAtTwiceASecond)
{
    FrameChooser chooser(VideoPass::look, FrameChooser::short_video_ms - 1);
    (void)chooser.choose(0, halves());
    EXPECT_FALSE(chooser.is_due(460, false));
    EXPECT_TRUE(chooser.is_due(500, false));
}

TEST(FrameChooser, ALookTakesWhatDiffersFromTheLastOneTaken)
{
    FrameChooser chooser(VideoPass::look, 0);
    EXPECT_EQ(chooser.choose(0, halves()), Choice::chosen);
    EXPECT_EQ(chooser.choose(1'000, halves(8)), Choice::like_the_last);
    EXPECT_EQ(chooser.choose(2'000, halves(11)), Choice::like_the_last);
    EXPECT_EQ(chooser.choose(3'000, halves(12)), Choice::chosen) << "from the first, not from the one before";
    EXPECT_EQ(chooser.choose(4'000, halves(20)), Choice::like_the_last);
}

TEST(FrameChooser, FlatFramesAreNeverTaken)
{
    for (const auto pass : {VideoPass::glance, VideoPass::look}) {
        FrameChooser chooser(pass, 0);
        EXPECT_EQ(chooser.choose(0, flat(0)), Choice::flat);
        EXPECT_EQ(chooser.choose(1'000, flat(255)), Choice::flat);
    }
}

TEST(NeighbourTimes, AreOnEitherSide)
{
    EXPECT_EQ(neighbour_times(4'000), (std::vector<std::int64_t>{3'650, 4'350}));
    EXPECT_EQ(neighbour_times(100), (std::vector<std::int64_t>{450})) << "nothing is before the beginning";
}

} // namespace
} // namespace stillwatch::videos
