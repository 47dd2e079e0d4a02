#include "daemon/loop_watch.hpp"

#include "core/clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::daemon {
namespace {

using namespace std::chrono_literals;
using testing::Pair;
using testing::UnorderedElementsAre;

class LoopStallsTest : public testing::Test {
protected:
    void note(LoopStalls::Duration late, LoopStalls::Duration cpu = 0ms)
    {
        now += 20ms + late;
        stalls.note(now, late, cpu);
    }

    SystemClock clock;
    Problems problems{clock};
    Counters counters;
    LoopStalls stalls{counters, problems};
    LoopStalls::Moment now{};
};

TEST_F(LoopStallsTest, TheLongestIsToldWithOurPartOfIt)
{
    note(30ms, 25ms);
    note(400ms, 90ms);
    note(150ms, 300ms);
    EXPECT_DOUBLE_EQ(stalls.longest().count(), 0.4);
    EXPECT_DOUBLE_EQ(stalls.longest_busy().count(), 0.15);
}

TEST_F(LoopStallsTest, StallsAreCountedByLength)
{
    for (const auto late : {99ms, 100ms, 999ms, 1'000ms, 12'000ms})
        note(late);
    EXPECT_THAT(counters.by_label("loop_stalls_total"),
                UnorderedElementsAre(Pair("100ms", 2), Pair("1s", 1), Pair("10s", 1)));
}

TEST_F(LoopStallsTest, SeveralLongOnesAreAProblemUntilAMinuteIsCalm)
{
    note(1'500ms);
    note(2'000ms);
    EXPECT_FALSE(problems.is_set("event_loop"));
    note(1'000ms);
    EXPECT_TRUE(problems.is_set("event_loop"));
    now += 58s;
    note(0ms);
    EXPECT_TRUE(problems.is_set("event_loop"));
    now += 3s;
    note(0ms);
    EXPECT_FALSE(problems.is_set("event_loop"));
}

TEST_F(LoopStallsTest, OneVeryLongOneIsAProblem)
{
    note(6s);
    EXPECT_TRUE(problems.is_set("event_loop"));
}

} // namespace
} // namespace stillwatch::daemon
