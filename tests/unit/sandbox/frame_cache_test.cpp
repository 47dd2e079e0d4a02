#include "sandbox/frame_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch::sandbox {
namespace {

Sha256 digest(int number)
{
    return Sha256::of(as_bytes(std::to_string(number)));
}

features::DecodedFrames decoded(int number, int width_px = 64)
{
    return {digest(number),
            width_px,
            1,
            {{width_px, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(width_px))}}};
}

TEST(FrameCache, FindsWhatItKeeps)
{
    FrameCache cache;
    EXPECT_EQ(cache.find(digest(1)), nullptr);
    EXPECT_EQ(cache.keep(decoded(1)).file_digest, digest(1));
    ASSERT_NE(cache.find(digest(1)), nullptr);
    EXPECT_EQ(cache.find(digest(1))->file_digest, digest(1));
    EXPECT_EQ(cache.find(digest(2)), nullptr);
}

TEST(FrameCache, TheOneNotAskedAboutForLongestGoes)
{
    FrameCache cache;
    const int last = static_cast<int>(kept_pictures);
    for (int number = 0; number < last; ++number)
        (void)cache.keep(decoded(number));
    ASSERT_NE(cache.find(digest(0)), nullptr);
    (void)cache.keep(decoded(last));
    EXPECT_NE(cache.find(digest(0)), nullptr) << "asked about just before";
    EXPECT_EQ(cache.find(digest(1)), nullptr);
    for (int number = 2; number <= last; ++number)
        EXPECT_NE(cache.find(digest(number)), nullptr) << number;
}

TEST(FrameCache, ThePictureSeenAgainTakesNoSecondPlace)
{
    FrameCache cache;
    (void)cache.keep(decoded(0));
    for (int times = 0; times < 10; ++times)
        (void)cache.keep(decoded(1, 100 + times));
    EXPECT_NE(cache.find(digest(0)), nullptr);
    EXPECT_EQ(cache.find(digest(1))->frames.at(0).width_px, 109);
}

} // namespace
} // namespace stillwatch::sandbox
