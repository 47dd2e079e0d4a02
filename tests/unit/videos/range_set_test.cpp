#include "videos/range_set.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace stillwatch::videos {
namespace {

using Ranges = std::vector<ByteRange>;

TEST(RangeSet, WhatTouchesOrOverlapsIsOne)
{
    RangeSet set;
    set.add({100, 50});
    set.add({0, 10});
    set.add({150, 10});
    set.add({5, 20});
    EXPECT_EQ(set.ranges(), (Ranges{{0, 25}, {100, 60}}));
    EXPECT_EQ(set.total_bytes(), 85U);
    set.add({20, 90});
    EXPECT_EQ(set.ranges(), (Ranges{{0, 160}}));
}

TEST(RangeSet, TellsHowFarItGoesFromAPlace)
{
    RangeSet set;
    set.add({100, 50});
    EXPECT_EQ(set.bytes_from(99), 0U);
    EXPECT_EQ(set.bytes_from(100), 50U);
    EXPECT_EQ(set.bytes_from(149), 1U);
    EXPECT_EQ(set.bytes_from(150), 0U);
    EXPECT_TRUE(set.has({110, 40}));
    EXPECT_FALSE(set.has({110, 41}));
    EXPECT_TRUE(set.has({7, 0}));
}

TEST(RangeSet, TellsTheGapsOfARange)
{
    RangeSet set;
    set.add({100, 50});
    set.add({200, 50});
    EXPECT_EQ(set.missing_of({0, 300}), (Ranges{{0, 100}, {150, 50}, {250, 50}}));
    EXPECT_EQ(set.missing_of({120, 100}), (Ranges{{150, 50}}));
    EXPECT_TRUE(set.missing_of({110, 20}).empty());
}

TEST(RangeSet, IgnoresWhatNoFileHas)
{
    RangeSet set;
    set.add({std::numeric_limits<std::uint64_t>::max() - 5, 100});
    set.add({10, 0});
    EXPECT_TRUE(set.ranges().empty());
    set.add({10, std::numeric_limits<std::uint64_t>::max()});
    ASSERT_EQ(set.ranges().size(), 1U);
    EXPECT_EQ(set.ranges().front().end(),
              static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

TEST(RangeSet, RangesWithALittleBetweenThemAreJoined)
{
    EXPECT_EQ(joined({{500, 10}, {0, 10}, {109, 10}}, 100), (Ranges{{0, 119}, {500, 10}}));
    EXPECT_EQ(joined({{0, 10}, {110, 10}}, 100), (Ranges{{0, 10}, {110, 10}}));
}

} // namespace
} // namespace stillwatch::videos
