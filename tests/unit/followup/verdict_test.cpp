#include "followup/verdict.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace stillwatch::followup {
namespace {

using std::chrono::hours;

constexpr std::vector<Sight> every_sight()
{
    return {Sight::unseen, Sight::match, Sight::other, Sight::there, Sight::gone, Sight::unclear};
}

Timestamp at(hours since)
{
    return Timestamp(since);
}

// What is down after these checks, so many hours apart.
bool is_down_after(const std::vector<StillUp>& verdicts, hours apart)
{
    store::GoneRun run;
    hours now{1};
    bool is = false;
    for (const auto verdict : verdicts) {
        run = after(run, verdict, at(now));
        is = is_down(run, at(now));
        now += apart;
    }
    return is;
}

TEST(Verdict, APageAndAPictureThatAreGoneAreGone)
{
    EXPECT_EQ(judge({Sight::gone, Sight::gone}), StillUp::gone);
}

TEST(Verdict, APictureIsUpWhateverBecameOfItsPage)
{
    for (const auto page : every_sight())
        EXPECT_TRUE(is_up(judge({page, Sight::match}))) << name_of(page);
    EXPECT_EQ(judge({Sight::gone, Sight::match}), StillUp::orphaned);
    EXPECT_EQ(judge({Sight::there, Sight::match}), StillUp::up);
}

TEST(Verdict, AnotherSizeOfItOnThePageIsUp)
{
    for (const auto picture : {Sight::other, Sight::gone, Sight::unclear, Sight::there})
        EXPECT_EQ(judge({Sight::there, picture, true, true}), StillUp::thumbnail);
}

TEST(Verdict, SomethingElseInItsPlaceIsNotTheSameAsGone)
{
    EXPECT_EQ(judge({Sight::there, Sight::other}), StillUp::replaced);
    EXPECT_EQ(judge({Sight::there, Sight::there}), StillUp::replaced); // a page in a picture's place
    EXPECT_EQ(judge({Sight::there, Sight::gone}), StillUp::gone);
}

TEST(Verdict, WhatDoesNotTellIsNeverDown)
{
    for (const auto page : every_sight())
        for (const auto silent : {Sight::unclear, Sight::unseen})
            EXPECT_EQ(judge({page, silent}), StillUp::unclear) << name_of(page);
    for (const auto page : {Sight::unclear, Sight::unseen})
        EXPECT_EQ(judge({page, Sight::gone}), StillUp::unclear); // it may show another copy
}

TEST(Verdict, APictureWithoutAPageIsJudgedByItself)
{
    EXPECT_EQ(judge({Sight::unseen, Sight::gone, false}), StillUp::gone);
    EXPECT_EQ(judge({Sight::unseen, Sight::match, false}), StillUp::up);
}

TEST(Down, NeedsTwoChecksSixHoursApart)
{
    using enum StillUp;
    EXPECT_FALSE(is_down_after({gone}, hours(6)));
    EXPECT_FALSE(is_down_after({gone, gone}, hours(5)));
    EXPECT_TRUE(is_down_after({gone, gone}, hours(6)));
    EXPECT_TRUE(is_down_after({gone, gone, gone}, hours(3)));
}

TEST(Down, IsUndoneByOneCheckThatSeesIt)
{
    using enum StillUp;
    for (const auto seen : {up, orphaned, thumbnail})
        EXPECT_FALSE(is_down_after({gone, seen, gone}, hours(12))) << name_of(seen);
}

TEST(Down, ChecksThatDoNotTellNeitherConfirmNorDeny)
{
    using enum StillUp;
    EXPECT_FALSE(is_down_after({gone, unclear}, hours(24)));
    EXPECT_FALSE(is_down_after({unclear, unclear, unclear, gone}, hours(24)));
    EXPECT_TRUE(is_down_after({gone, unclear, gone}, hours(12)));
}

TEST(Down, ChecksThatDoNotTellEndNoRun)
{
    store::GoneRun run{at(hours(1)), 2, 0, 0};
    EXPECT_EQ(after(run, StillUp::unclear, at(hours(9))), (store::GoneRun{at(hours(1)), 2, 0, 1}));
}

TEST(Down, ARunThatAClockWhichWasAheadBeganBeginsAnew)
{
    const store::GoneRun ahead{at(hours(9'000)), 1, 0, 0};
    const auto run = after(ahead, StillUp::gone, at(hours(1)));
    EXPECT_EQ(run.since, at(hours(1)));
    EXPECT_FALSE(is_down(run, at(hours(1))));
    EXPECT_TRUE(is_down(after(run, StillUp::gone, at(hours(7))), at(hours(7))));
}

TEST(Down, SomethingElseInItsPlaceTakesThreeChecksAndADay)
{
    using enum StillUp;
    EXPECT_FALSE(is_down_after({replaced, replaced}, hours(48)));
    EXPECT_FALSE(is_down_after({gone, replaced}, hours(48)));
    EXPECT_FALSE(is_down_after({replaced, replaced, replaced}, hours(6)));
    EXPECT_TRUE(is_down_after({replaced, gone, replaced}, hours(12)));
}

} // namespace
} // namespace stillwatch::followup
