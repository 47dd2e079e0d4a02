#include "crawler/policy/window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace stillwatch::crawler {
namespace {

constexpr auto all_kinds = in_order_of_urgency;

constexpr std::int64_t plenty = 1'000'000;

// How many of each kind a window of `limit` holds where so many wait.
std::map<Due, std::size_t> planned(std::size_t limit, std::int64_t pages_left,
                                   std::map<Due, std::size_t> waiting)
{
    WindowPlan plan(limit, pages_left);
    std::map<Due, std::size_t> taken;
    for (int round = 0; round < WindowPlan::rounds; ++round) {
        for (const auto due : all_kinds) {
            const auto most = plan.most(due, round);
            if (most == 0) continue;
            const auto found = std::min(most, waiting[due]);
            waiting[due] -= found;
            if (found > 0) taken[due] += found;
            plan.took(due, most, found);
        }
    }
    return taken;
}

using Taken = std::map<Due, std::size_t>;

TEST(WindowPlan, GivesEachKindItsShareWhileAllWait)
{
    EXPECT_EQ(planned(16, plenty,
                      {{Due::new_picture, 99},
                       {Due::new_page, 99},
                       {Due::barren_page, 99},
                       {Due::stale_picture, 99},
                       {Due::revisit, 99}}),
              (Taken{{Due::new_picture, 8},
                     {Due::new_page, 2},
                     {Due::barren_page, 1},
                     {Due::stale_picture, 2},
                     {Due::revisit, 3}}));
}

TEST(WindowPlan, GivesWhatOthersLeaveOverInOrder)
{
    EXPECT_EQ(planned(16, plenty, {{Due::new_page, 99}, {Due::revisit, 3}}),
              (Taken{{Due::new_page, 13}, {Due::revisit, 3}}));
}

TEST(WindowPlan, VideosHaveASixteenthBesideWhateverWaitsAndTheRestWhereNothingDoes)
{
    const auto of_videos = [](std::map<Due, std::size_t> waiting) {
        waiting[Due::new_video] = 999;
        return planned(64, plenty, std::move(waiting))[Due::new_video];
    };
    EXPECT_EQ(of_videos({{Due::new_picture, 999}}), 4U);
    EXPECT_EQ(of_videos({{Due::new_picture, 999},
                         {Due::new_page, 999},
                         {Due::barren_page, 999},
                         {Due::stale_picture, 999},
                         {Due::revisit, 999}}),
              4U);
    EXPECT_EQ(of_videos({{Due::revisit, 999}}), 4U);
    EXPECT_EQ(of_videos({{Due::revisit, 3}}), 61U);
    EXPECT_EQ(of_videos({}), 64U);
    EXPECT_EQ(planned(64, 0, {{Due::new_video, 9}})[Due::new_video], 9U) << "they are no pages";
}

TEST(WindowPlan, LetsPicturesOfFindingsGoFirst)
{
    EXPECT_EQ(planned(4, plenty, {{Due::named_again, 4}, {Due::new_picture, 9}}),
              (Taken{{Due::named_again, 4}}));
}

TEST(WindowPlan, TakesNoMorePagesThanTheSiteMayHaveToday)
{
    EXPECT_EQ(planned(16, 3, {{Due::new_page, 99}, {Due::revisit, 99}, {Due::new_picture, 4}}),
              (Taken{{Due::new_picture, 4}, {Due::new_page, 2}, {Due::revisit, 1}}));
    EXPECT_EQ(planned(16, 0, {{Due::new_page, 99}, {Due::new_picture, 4}}), (Taken{{Due::new_picture, 4}}));
    EXPECT_EQ(planned(16, -7, {{Due::revisit, 99}}), (Taken{}));
}

TEST(WindowPlan, TakesOneOfEachKindAtLeast)
{
    EXPECT_EQ(planned(3, plenty, {{Due::new_page, 9}, {Due::barren_page, 9}, {Due::stale_picture, 9}}),
              (Taken{{Due::new_page, 1}, {Due::barren_page, 1}, {Due::stale_picture, 1}}));
}

TEST(WindowPlan, LeavesThreeQuartersBesideSamples)
{
    WindowPlan plan(16, plenty);
    EXPECT_EQ(plan.most_samples(), 4);
    plan.took_samples(4);
    EXPECT_EQ(plan.most(Due::named_again, 0), 12);
    EXPECT_EQ(WindowPlan(16, 1).most_samples(), 1);
    EXPECT_EQ(WindowPlan(16, 0).most_samples(), 0);
}

TEST(SiteDay, CountsOnlyWhatWasAskedForToday)
{
    const SiteDay day{.max_pages = 100, .max_bytes = 1'000, .day = 20'000, .pages = 30, .bytes = 400};
    EXPECT_EQ(day.pages_left(20'000), 70);
    EXPECT_EQ(day.bytes_left(20'000), 600);
    EXPECT_EQ(day.pages_left(20'001), 100);
    EXPECT_EQ(day.bytes_left(20'001), 1'000);
    EXPECT_EQ(day.pages_left(19'999), 70); // a pass that began yesterday
}

} // namespace
} // namespace stillwatch::crawler
