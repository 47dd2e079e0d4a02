#include "followup/schedule.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace stillwatch::followup {
namespace {

using std::chrono::hours;

constexpr Timestamp begin{hours(1'000)};
constexpr hours day{24};

// Hours after the beginning at which a place that stays up is checked, within so many days.
std::vector<std::int64_t> checked_at(std::int64_t days)
{
    std::vector<std::int64_t> times;
    for (auto now = next_scheduled(begin, begin); now <= begin + days * day;
         now = next_check({StillUp::up, StillUp::up, {}, now}, begin))
        times.push_back(std::chrono::duration_cast<hours>(now - begin).count());
    return times;
}

TEST(Schedule, HasTheMomentsThatWerePromised)
{
    const auto times = checked_at(400);
    for (const std::int64_t promised : {1, 6, 24, 48, 7 * 24, 30 * 24, 90 * 24, 120 * 24, 150 * 24, 390 * 24})
        EXPECT_TRUE(std::ranges::find(times, promised) != times.end()) << promised;
}

TEST(Schedule, LeavesNoPlaceAloneForMoreThanAFortnight)
{
    const auto times = checked_at(400);
    for (std::size_t i = 1; i < times.size(); ++i) {
        EXPECT_GT(times[i], times[i - 1]);
        EXPECT_LE(times[i] - times[i - 1], 14 * 24);
    }
    EXPECT_LT(times.size(), 45U); // and bothers nobody for nothing
}

TEST(Schedule, WhatSeemsGoneIsLookedAtAgainWhenASecondCheckCounts)
{
    const auto now = begin + 50 * day;
    const store::GoneRun first{now, 1};
    EXPECT_EQ(next_check({StillUp::gone, StillUp::up, first, now}, begin), now + hours(6));
    const store::GoneRun both{now - hours(6), 2};
    EXPECT_EQ(next_check({StillUp::gone, StillUp::gone, both, now}, begin), now + 14 * day); // it is down
}

TEST(Schedule, SomethingElseInItsPlaceIsLookedAtThreeTimesInADay)
{
    const auto now = begin + 50 * day;
    EXPECT_EQ(next_check({StillUp::replaced, StillUp::up, {now, 1, 1}, now}, begin), now + hours(6));
    EXPECT_EQ(next_check({StillUp::replaced, StillUp::replaced, {now - hours(6), 2, 2}, now}, begin),
              now + hours(18));
}

TEST(Schedule, WhatDoesNotTellIsTriedAgainEverMoreRarely)
{
    const auto now = begin + 50 * day;
    const auto after_unknown = [&](int times) {
        store::GoneRun run;
        run.unclear = times;
        return next_check({StillUp::unclear, StillUp::unclear, run, now}, begin) - now;
    };
    EXPECT_EQ(after_unknown(1), hours(1));
    EXPECT_EQ(after_unknown(3), hours(4));
    EXPECT_EQ(after_unknown(1'000), day);
}

TEST(Schedule, ACheckAfterALongPauseMakesUpForNothing)
{
    const auto now = begin + 100 * day; // nobody ran for a hundred days
    EXPECT_EQ(next_scheduled(begin, now), now + 14 * day);
    EXPECT_EQ(next_scheduled(begin, begin + 110 * day), begin + 120 * day);
}

} // namespace
} // namespace stillwatch::followup
