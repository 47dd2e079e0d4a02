#include "sandbox/gist_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch::sandbox {
namespace {

Sha256 digest(int number)
{
    return Sha256::of(as_bytes(std::to_string(number)));
}

features::Gist gist(int number, int width_px = 64)
{
    return {digest(number),
            width_px,
            1,
            {{width_px, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(width_px))}}};
}

TEST(GistCache, FindsWhatItKeeps)
{
    GistCache cache;
    EXPECT_EQ(cache.find(digest(1)), nullptr);
    EXPECT_EQ(cache.keep(gist(1)).file_digest, digest(1));
    ASSERT_NE(cache.find(digest(1)), nullptr);
    EXPECT_EQ(cache.find(digest(1))->file_digest, digest(1));
    EXPECT_EQ(cache.find(digest(2)), nullptr);
}

TEST(GistCache, TheOneNotAskedAboutForLongestGoes)
{
    GistCache cache;
    const int last = static_cast<int>(kept_pictures);
    for (int number = 0; number < last; ++number)
        (void)cache.keep(gist(number));
    ASSERT_NE(cache.find(digest(0)), nullptr);
    (void)cache.keep(gist(last));
    EXPECT_NE(cache.find(digest(0)), nullptr) << "asked about just before";
    EXPECT_EQ(cache.find(digest(1)), nullptr);
    for (int number = 2; number <= last; ++number)
        EXPECT_NE(cache.find(digest(number)), nullptr) << number;
}

TEST(GistCache, ThePictureSeenAgainTakesNoSecondPlace)
{
    GistCache cache;
    (void)cache.keep(gist(0));
    for (int times = 0; times < 10; ++times)
        (void)cache.keep(gist(1, 100 + times));
    EXPECT_NE(cache.find(digest(0)), nullptr);
    EXPECT_EQ(cache.find(digest(1))->frames.at(0).width_px, 109);
}

} // namespace
} // namespace stillwatch::sandbox
