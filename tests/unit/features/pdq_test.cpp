#include "features/pdq.hpp"

#include "tests/unit/pictures/drawing.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

namespace stillwatch::features {
namespace {

using namespace pictures::test;

Fingerprint turned(const Frame& frame, Orientation orientation)
{
    return frame.fingerprints[static_cast<std::size_t>(orientation)];
}

Fingerprint upright(const Frame& frame)
{
    return turned(frame, Orientation::original);
}

TEST(Pdq, KeepsTheFingerprintsOfDrawnPictures)
{
    std::ifstream golden(STILLWATCH_SOURCE_DIR "/tests/data/pictures/fingerprints.csv");
    int pictures = 0;
    for (std::string line; std::getline(golden, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream fields(line);
        unsigned seed = 0;
        int width = 0, height = 0, quality = 0;
        std::string hex;
        fields >> seed >> width >> height >> quality >> hex;
        const auto expected = Fingerprint::from_hex(hex);
        ASSERT_TRUE(expected) << line;
        const auto frame = fingerprint(luma(scene(seed, width, height)));
        EXPECT_LE(hamming(upright(frame), *expected), 2) << line;
        EXPECT_NEAR(frame.quality_percent, quality, 1) << line;
        ++pictures;
    }
    EXPECT_GE(pictures, 6);
}

TEST(Pdq, EachOrientationIsTheFingerprintOfTheTurnedPicture)
{
    // A side whose samples lie symmetrically; PDQ's even filter widths move others by part of a sample.
    const auto drawing = scene(3, 320, 320);
    const auto frame = fingerprint(luma(drawing));
    const auto quarter = rotated_right(drawing);
    const auto half = rotated_right(quarter);
    const auto three_quarters = rotated_right(half);
    const auto distance = [&](Orientation orientation, const Drawing& as_seen) {
        return hamming(turned(frame, orientation), upright(fingerprint(luma(as_seen))));
    };
    // PDQ names its turns with the y axis pointing up.
    EXPECT_LE(distance(Orientation::rotate_90, three_quarters), 2);
    EXPECT_LE(distance(Orientation::rotate_180, half), 2);
    EXPECT_LE(distance(Orientation::rotate_270, quarter), 2);
    EXPECT_LE(distance(Orientation::flip_x, mirrored(half)), 2); // upside down
    EXPECT_LE(distance(Orientation::flip_y, mirrored(drawing)), 2);
    EXPECT_LE(distance(Orientation::flip_plus_1, mirrored(quarter)), 2);
    EXPECT_LE(distance(Orientation::flip_minus_1, mirrored(three_quarters)), 2);
}

TEST(Pdq, NegativeTurnsEveryBit)
{
    const auto drawing = scene(4, 300, 200);
    const auto plain = upright(fingerprint(luma(drawing)));
    const auto turned_over = upright(fingerprint(luma(negative(drawing))));
    EXPECT_LE(hamming(inverted(plain), turned_over), 2);
}

TEST(Pdq, HalfOfTheBitsAreSet)
{
    EXPECT_EQ(hamming(upright(fingerprint(luma(scene(5, 320, 240)))), Fingerprint{}), 128);
}

TEST(Pdq, FlatPictureHasNoQuality)
{
    EXPECT_EQ(fingerprint(luma(flat(90, 100, 100))).quality_percent, 0);
}

TEST(Pdq, ScenesOfDifferentSeedsAreFarApart)
{
    const auto first = fingerprint(luma(scene(1, 128, 128)));
    for (unsigned seed = 2; seed < 20; ++seed) {
        const auto other = fingerprint(luma(scene(seed, 128, 128)));
        for (const auto& fingerprint : other.fingerprints)
            EXPECT_GT(hamming(upright(first), fingerprint), 60) << seed;
    }
}

TEST(Pdq, SizeChangesFewBits)
{
    const auto large = scene(6, 600, 450);
    const auto small = resized(large, 300, 225);
    EXPECT_LE(hamming(upright(fingerprint(luma(large))), upright(fingerprint(luma(small)))), 20);
}

} // namespace
} // namespace stillwatch::features
