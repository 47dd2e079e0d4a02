#include "features/trim.hpp"

#include "tests/unit/pictures/drawing.hpp"

#include <gtest/gtest.h>

namespace stillwatch::features {
namespace {

using namespace pictures::test;

const Drawing picture = detailed_scene(1, 320, 240);

void expect_picture(const std::optional<pictures::Luma>& inside, int most_off = 1)
{
    ASSERT_TRUE(inside);
    EXPECT_NEAR(inside->width_px, 320, most_off);
    EXPECT_NEAR(inside->height_px, 240, most_off);
}

Drawing blurred(const Drawing& drawing, int radius_px)
{
    const auto small = resized(drawing, drawing.width_px / radius_px, drawing.height_px / radius_px);
    Drawing target(drawing.width_px, drawing.height_px);
    for (int y = 0; y < drawing.height_px; ++y)
        for (int x = 0; x < drawing.width_px; ++x) {
            const double u = static_cast<double>(x) * (small.width_px - 1) / drawing.width_px;
            const double v = static_cast<double>(y) * (small.height_px - 1) / drawing.height_px;
            const int left = static_cast<int>(u);
            const int top = static_cast<int>(v);
            for (int channel = 0; channel < 3; ++channel) {
                const auto level = [&](int i, int j) {
                    return static_cast<double>(small.at(left + i, top + j)[channel]);
                };
                const double upper = level(0, 0) + (u - left) * (level(1, 0) - level(0, 0));
                const double lower = level(0, 1) + (u - left) * (level(1, 1) - level(0, 1));
                target.at(x, y)[channel] = static_cast<std::uint8_t>(upper + (v - top) * (lower - upper));
            }
        }
    return target;
}

TEST(Trim, BarsAboveAndBelow)
{
    for (const int level : {0, 255})
        expect_picture(
            trimmed(luma(with_pasted(flat(static_cast<std::uint8_t>(level), 320, 320), picture, 0, 40))));
}

TEST(Trim, BarsOnBothSides)
{
    expect_picture(trimmed(luma(with_pasted(flat(0, 500, 240), picture, 90, 0))));
}

TEST(Trim, ABarOnOneSide)
{
    expect_picture(trimmed(luma(with_pasted(flat(30, 320, 300), picture, 0, 0))));
}

TEST(Trim, AFrameAllAround)
{
    const auto framed = with_pasted(flat(255, 380, 290), picture, 30, 25);
    const auto inside = trimmed(luma(framed));
    expect_picture(inside);
    EXPECT_EQ(*inside, luma(picture));
}

TEST(Trim, ABlurredLetterbox)
{
    const auto backdrop = blurred(resized(picture, 640, 480), 80);
    expect_picture(trimmed(luma(with_pasted(cropped(backdrop, 0, 100, 640, 240), picture, 160, 0))), 4);
}

TEST(Trim, NothingToTrim)
{
    EXPECT_FALSE(trimmed(luma(picture)));
    EXPECT_FALSE(trimmed(luma(scene(2, 320, 240))));
}

TEST(Trim, AThinLineIsNotWorthIt)
{
    EXPECT_FALSE(trimmed(luma(with_pasted(flat(0, 324, 244), picture, 2, 2))));
}

TEST(Trim, UniformPicturesAreLeftAlone)
{
    for (const int level : {0, 128, 255})
        EXPECT_FALSE(trimmed(luma(flat(static_cast<std::uint8_t>(level), 200, 100))));
}

TEST(Trim, LessThanAQuarterOfASideIsNoPicture)
{
    EXPECT_FALSE(trimmed(luma(with_pasted(flat(0, 320, 1'300), picture, 0, 500))));
    EXPECT_FALSE(trimmed(luma(with_pasted(flat(0, 1'400, 240), picture, 500, 0))));
}

TEST(Trim, StripsOfAPixelAreLeftAlone)
{
    EXPECT_FALSE(trimmed(pictures::Luma(1, 500)));
    EXPECT_FALSE(trimmed(pictures::Luma(500, 1)));
    EXPECT_FALSE(trimmed(pictures::Luma(1, 1)));
}

} // namespace
} // namespace stillwatch::features
