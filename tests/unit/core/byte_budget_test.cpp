#include "core/byte_budget.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch {
namespace {

class Budget : public testing::Test {
protected:
    // Asks for `bytes`; what becomes of it is noted in `order` by the letter.
    std::shared_ptr<ByteShare> ask(char letter, const std::string& host, std::size_t bytes)
    {
        auto share = budget->share(host);
        if (share->ask(bytes, [this, letter] { order += letter; })) order += letter;
        return share;
    }

    std::shared_ptr<ByteBudget> budget = ByteBudget::make({100, 10});
    std::string order;
};

TEST_F(Budget, TheFirstBytesOfABodyAreFree)
{
    const auto share = budget->share("a");
    EXPECT_TRUE(share->covers(10));
    EXPECT_FALSE(share->covers(11));
    EXPECT_TRUE(share->ask(10, {}));
    EXPECT_EQ(budget->held_bytes(), 0U);
}

TEST_F(Budget, WhoDoesNotFitWaitsUntilOthersGiveBack)
{
    auto a = ask('a', "a", 70);
    auto b = ask('b', "b", 60);
    EXPECT_EQ(order, "a");
    EXPECT_EQ(budget->held_bytes(), 60U);
    EXPECT_EQ(budget->waiting(), 1U);
    EXPECT_EQ(budget->waits(), 1U);
    a.reset();
    EXPECT_EQ(order, "ab");
    EXPECT_TRUE(b->covers(60));
    b.reset();
    EXPECT_EQ(budget->held_bytes(), 0U);
}

TEST_F(Budget, OneThatIsAloneAlwaysFits)
{
    const auto a = ask('a', "a", 1'000);
    EXPECT_EQ(order, "a");
    EXPECT_EQ(budget->held_bytes(), 990U);
}

TEST_F(Budget, ASmallOneDoesNotPassALargeOneInLine)
{
    auto a = ask('a', "a", 70);
    const auto large = ask('l', "l", 90);
    const auto small = ask('s', "s", 20);
    EXPECT_EQ(order, "a");
    a.reset();
    EXPECT_EQ(order, "als");
}

TEST_F(Budget, TheHostThatHoldsLeastComesFirst)
{
    auto one = ask('1', "greedy", 60);
    auto two = ask('2', "greedy", 60);
    const auto three = ask('3', "greedy", 60);
    const auto other = ask('o', "other", 60);
    EXPECT_EQ(order, "12");
    one.reset();
    EXPECT_EQ(order, "12o");
}

TEST_F(Budget, WhatTurnsOutSmallerIsGivenBackAtOnce)
{
    const auto a = ask('a', "a", 100);
    const auto b = ask('b', "b", 50);
    a->shrink_to(30);
    EXPECT_EQ(order, "ab");
    EXPECT_EQ(budget->held_bytes(), 60U);
    a->shrink_to(5);
    EXPECT_EQ(budget->held_bytes(), 40U);
}

TEST_F(Budget, WhoGoesLeavesTheLineAndLetsTheNextPass)
{
    const auto a = ask('a', "a", 60);
    auto large = ask('l', "l", 110);
    const auto small = ask('s', "s", 30);
    large.reset();
    EXPECT_EQ(order, "as");
    EXPECT_EQ(budget->waiting(), 0U);
}

TEST_F(Budget, TakingGoesOverTheLimitAndHoldsOthersUp)
{
    const auto a = ask('a', "a", 110);
    auto urgent = budget->share("b");
    urgent->take(60);
    EXPECT_TRUE(urgent->covers(60));
    EXPECT_EQ(budget->held_bytes(), 150U);
    const auto c = ask('c', "c", 30);
    EXPECT_EQ(order, "a");
    urgent.reset();
    EXPECT_EQ(order, "a") << "the budget is full still";
}

TEST_F(Budget, AHigherLimitServesWhoWaits)
{
    const auto a = ask('a', "a", 110);
    const auto b = ask('b', "b", 30);
    budget->use({200, 10});
    EXPECT_EQ(order, "ab");
}

TEST_F(Budget, ShareOutlivesWhoeverMadeTheBudget)
{
    auto share = ask('a', "a", 50);
    budget.reset();
    share.reset();
}

} // namespace
} // namespace stillwatch
