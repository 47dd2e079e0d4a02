#include "pictures/decode.hpp"

#include "encoders.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

// A picture can show one thing on a white page and another on a black one.
namespace stillwatch::pictures {
namespace {

using namespace test;

constexpr int width = 128;
constexpr int height = 96;

std::uint8_t grey(const Drawing& drawing, int x, int y)
{
    const auto* pixel = drawing.at(x, y);
    return static_cast<std::uint8_t>(luma_of(pixel[0], pixel[1], pixel[2]) >> 8U);
}

// Light halves of one picture on white, dark halves of the other on black.
Drawing two_in_one(const Drawing& on_white, const Drawing& on_black)
{
    Drawing both(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const int light = 128 + grey(on_white, x, y) / 2;
            const int dark = grey(on_black, x, y) / 2;
            const int alpha = std::clamp(255 - light + dark, 1, 255);
            auto* pixel = both.at(x, y);
            std::fill_n(pixel, 3, static_cast<std::uint8_t>(std::min(255, dark * 255 / alpha)));
            pixel[3] = static_cast<std::uint8_t>(alpha);
        }
    return both;
}

// How alike two pictures are but for brightness and contrast: 1 the same.
double correlation(const Luma& shown, const Drawing& drawing)
{
    double a = 0, b = 0, aa = 0, bb = 0, ab = 0;
    const double count = static_cast<double>(shown.levels.size());
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const double p = shown.row(y)[x] / 256.0;
            const double q = grey(drawing, x, y);
            a += p, b += q, aa += p * p, bb += q * q, ab += p * q;
        }
    return (ab - a * b / count) / std::sqrt((aa - a * a / count) * (bb - b * b / count));
}

TEST(Transparency, APictureIsLookedAtOnWhiteAndOnBlack)
{
    const auto light = scene(51, width, height);
    const auto dark = scene(52, width, height);
    const auto both = two_in_one(light, dark);
    for (const auto& file :
         {encode_png(both), encode_png(both, PngKind::interlaced), encode_png(both, PngKind::deep),
          encode_webp(both, WebpKind::lossless), encode_webp(both), encode_jxl({both}, JxlKind::lossless),
          encode_jpeg2000(both, Jpeg2000Kind::with_alpha), encode_ico({encode_png(both)}),
          encode_apng({both}), encode_animated_webp({both, both})}) {
        const auto picture = decode_file(file, {});
        ASSERT_TRUE(picture) << to_string(picture.error());
        ASSERT_EQ(picture->frames.size(), 2U) << name_of(picture->format);
        EXPECT_GT(correlation(picture->frames[0], light), 0.9) << name_of(picture->format);
        EXPECT_GT(correlation(picture->frames[1], dark), 0.9) << name_of(picture->format);
    }
}

TEST(Transparency, APictureThatIsOnlyTransparencyShowsOnBlack)
{
    const auto hidden = scene(53, width, height);
    Drawing ghost(width, height, 255);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            ghost.at(x, y)[3] = grey(hidden, x, y);
    const auto picture = decode_file(encode_png(ghost), {});
    ASSERT_TRUE(picture);
    ASSERT_EQ(picture->frames.size(), 2U);
    EXPECT_GT(correlation(picture->frames[1], hidden), 0.95);
}

TEST(Transparency, APictureThatIsOpaqueOrAlikeOnBothIsLookedAtOnce)
{
    EXPECT_EQ(decode_file(encode_png(scene(54, width, height)), {})->frames.size(), 1U);
    auto round = scene(55, width, height);
    round.at(0, 0)[3] = 0; // a corner
    EXPECT_EQ(decode_file(encode_png(round), {})->frames.size(), 1U);
}

TEST(Transparency, WhereThereIsNoMemoryForBothWhiteIsLookedAt)
{
    PictureLimits limits;
    limits.max_working_bytes = static_cast<std::size_t>(width * height) * 3;
    const auto both = two_in_one(scene(51, width, height), scene(52, width, height));
    const auto picture = decode_file(encode_png(both), limits);
    ASSERT_TRUE(picture) << to_string(picture.error());
    EXPECT_EQ(picture->frames.size(), 1U);
}

} // namespace
} // namespace stillwatch::pictures
