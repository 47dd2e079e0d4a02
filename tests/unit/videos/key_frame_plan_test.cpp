#include "videos/key_frame_plan.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace stillwatch::videos {
namespace {

constexpr std::uint64_t packet_bytes = 40'000;
constexpr std::uint64_t plenty = 100U << 20U;

// Key frames `apart` bytes from each other.
std::vector<ByteRange> packets(std::size_t count, std::uint64_t apart)
{
    std::vector<ByteRange> all;
    for (std::size_t i = 0; i < count; ++i)
        all.push_back({1'000 + i * apart, packet_bytes});
    return all;
}

TEST(KeyFramePlan, NeighboursAreAskedForTogether)
{
    const auto plan = plan_key_frames(packets(60, packet_bytes + joined_gap_bytes - 1), 1'200, 24, plenty);
    EXPECT_EQ(plan.chosen.size(), 60U);
    EXPECT_EQ(plan.requests.size(), 1U);
    EXPECT_FALSE(plan.leaves_out);
}

TEST(KeyFramePlan, WhereThereAreManyTheyAreSpreadOverTheWholeLength)
{
    const auto all = packets(120, 550'000);
    const auto plan = plan_key_frames(all, 1'200, 24, plenty);
    EXPECT_TRUE(plan.leaves_out);
    ASSERT_EQ(plan.requests.size(), 24U);
    ASSERT_EQ(plan.chosen.size(), 24U);
    EXPECT_LT(plan.chosen.front(), 5U);
    EXPECT_GT(plan.chosen.back(), 114U);
    for (std::size_t i = 1; i < plan.chosen.size(); ++i)
        EXPECT_EQ(plan.chosen[i] - plan.chosen[i - 1], 5U);
    for (const auto number : plan.chosen)
        EXPECT_TRUE(std::ranges::any_of(plan.requests, [&](const ByteRange& request) {
            return request.from <= all[number].from && all[number].end() <= request.end();
        }));
}

TEST(KeyFramePlan, StaysWithinItsBytes)
{
    const auto plan = plan_key_frames(packets(60, 1'000'000), 1'200, 24, 10 * packet_bytes);
    EXPECT_EQ(plan.chosen.size(), 10U);
    EXPECT_TRUE(plan.leaves_out);
}

TEST(KeyFramePlan, NothingThatFitsIsNothing)
{
    const auto plan = plan_key_frames(packets(3, 1'000'000), 1'200, 24, packet_bytes - 1);
    EXPECT_TRUE(plan.chosen.empty());
    EXPECT_TRUE(plan.requests.empty());
    EXPECT_TRUE(plan.leaves_out);
    EXPECT_FALSE(plan_key_frames({}, 1'200, 24, plenty).leaves_out);
}

TEST(KeyFramePlan, TakesAtMostSoManyFrames)
{
    EXPECT_EQ(plan_key_frames(packets(5'000, 100), 1'200, 24, plenty).chosen.size(), 1'200U);
}

} // namespace
} // namespace stillwatch::videos
