#include "crawler/policy/control_yield.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch::crawler {
namespace {

std::string address(int number)
{
    return "https://a.example/api/" + std::to_string(number);
}

void bring_nothing(ControlYield& yield, int visits)
{
    for (int i = 0; i < visits; ++i) {
        EXPECT_TRUE(yield.takes(address(i)));
        yield.visited(address(i), false);
    }
}

TEST(ControlYield, ASiteWhereTheyBringNothingIsAskedForASample)
{
    ControlYield yield;
    bring_nothing(yield, ControlYield::idle_after);
    EXPECT_TRUE(yield.is_idle());
    int taken = 0;
    for (int i = 1'000; i < 1'160; ++i)
        taken += yield.takes(address(i)) ? 1 : 0;
    EXPECT_EQ(taken, 10);
}

TEST(ControlYield, OneThatShowsAPictureSetsTheOthersFree)
{
    ControlYield yield;
    bring_nothing(yield, ControlYield::idle_after - 1);
    EXPECT_TRUE(yield.takes(address(500)));
    yield.visited(address(500), true);
    bring_nothing(yield, ControlYield::idle_after - 1);
    EXPECT_FALSE(yield.is_idle());
}

TEST(ControlYield, OtherPagesOfTheSiteDoNotCount)
{
    ControlYield yield;
    for (int i = 0; i < 1'000; ++i)
        yield.visited(address(i), false);
    EXPECT_FALSE(yield.is_idle());
}

TEST(ControlYield, WhatWasTakenIsTakenAgain)
{
    ControlYield yield;
    EXPECT_TRUE(yield.takes(address(900)));
    bring_nothing(yield, ControlYield::idle_after);
    EXPECT_TRUE(yield.takes(address(900)));
}

} // namespace
} // namespace stillwatch::crawler
