#include "crawler/policy/family.hpp"
#include "crawler/policy/trail.hpp"
#include "crawler/policy/wall_history.hpp"

#include <gtest/gtest.h>

namespace stillwatch::crawler {
namespace {

using Width = Family::Width;

constexpr Timestamp now{std::chrono::days(20'000)};
constexpr std::chrono::milliseconds pause = std::chrono::minutes(10);

Sha256 content(int number)
{
    return Sha256::of(as_bytes(std::to_string(number)));
}

TEST(Family, FallsAsleepAfter350PagesWithoutANewPicture)
{
    Family list;
    Family folder;
    for (int page = 0; page < 349; ++page)
        learn_page(list, folder, 0);
    EXPECT_FALSE(list.is_asleep(Width::narrow));
    learn_page(list, folder, 0);
    EXPECT_TRUE(list.is_asleep(Width::narrow));
    EXPECT_EQ(list.visits, 350);
}

TEST(Family, OfAFolderNeedsMoreThanOneKindOfPageToFallAsleep)
{
    Family folder;
    for (int kind = 0; kind < 4; ++kind) {
        EXPECT_FALSE(folder.is_asleep(Width::wide)) << kind;
        Family list;
        for (int page = 0; page < 300; ++page)
            learn_page(list, folder, 0);
    }
    EXPECT_TRUE(folder.is_asleep(Width::wide));
}

TEST(Family, WakesWithAPageThatNamesANewPicture)
{
    Family list{.idle = 400, .waiting = 3, .next_at = now};
    Family folder{.idle = 400};
    learn_page(list, folder, 1);
    EXPECT_FALSE(list.is_asleep(Width::narrow));
    EXPECT_FALSE(folder.is_asleep(Width::wide));
    EXPECT_EQ(list.next_at, Timestamp{}); // what waits has its turn at once
}

TEST(Family, OfPicturesFallsAsleepOverTheSameFewBytes)
{
    Family pictures{.kind = LinkKind::image};
    for (int i = 0; i < 4 + 200; ++i)
        pictures.learn_picture(content(i % 4));
    EXPECT_TRUE(pictures.is_asleep(Width::narrow));
    EXPECT_FALSE(pictures.is_asleep(Width::wide));
    pictures.learn_picture(content(99));
    EXPECT_FALSE(pictures.is_asleep(Width::narrow));
}

TEST(Family, WithPicturesOfTheirOwnBytesNeverFallsAsleep)
{
    Family pictures{.kind = LinkKind::image};
    for (int i = 0; i < 2'000; ++i)
        pictures.learn_picture(content(i));
    EXPECT_FALSE(pictures.is_asleep(Width::narrow));
}

TEST(Family, SamplesAtItsPauseAndMakesUpForADayAtMost)
{
    Family list;
    list.set_aside(now, pause);
    EXPECT_EQ(list.next_at, now + pause);
    list.set_aside(now + pause / 2, pause);
    EXPECT_EQ(list.next_at, now + pause);
    EXPECT_EQ(list.waiting, 2);
    list.sampled(now + pause, pause);
    EXPECT_EQ(list.next_at, now + 2 * pause);
    list.sampled(now + std::chrono::days(30), pause);
    EXPECT_EQ(list.next_at, now + std::chrono::days(29) + pause);
    list.take_out();
    list.take_out();
    list.take_out();
    EXPECT_EQ(list.waiting, 0);
}

TEST(Family, GivesASixteenthOfTheDaysPagesToSamples)
{
    EXPECT_EQ(pause_of_samples(1'600), std::chrono::milliseconds(std::chrono::days(1)) / 100);
    EXPECT_EQ(pause_of_samples(0), pause_of_samples(400));
    EXPECT_EQ(pause_of_samples(9'000'000), pause_of_samples(50'000));
}

TEST(Trail, ThatBringsNothingTakesNoMoreThanItLeaves)
{
    Trail trail;
    EXPECT_TRUE(trail.may_grow(0)); // every trail may take a few
    trail.pages = 50;
    EXPECT_TRUE(trail.may_grow(51));
    EXPECT_FALSE(trail.may_grow(50));
    trail.learn(1);
    EXPECT_TRUE(trail.may_grow(0));
    for (int page = 0; page < 50; ++page)
        trail.learn(0);
    EXPECT_TRUE(trail.is_dry());
    EXPECT_FALSE(trail.may_grow(50));
}

TEST(WallHistory, RemembersTheLastSixteenVisitsThatTell)
{
    WallHistory history;
    EXPECT_EQ(history.visits(), 0);
    history.add(Wall::login);
    history.add(Wall::challenge); // told apart
    history.add(Wall::none);
    EXPECT_EQ(history.visits(), 2);
    EXPECT_EQ(history.walls(), 1);
    EXPECT_EQ(history.last, Wall::login);
    for (int visit = 0; visit < 16; ++visit)
        history.add(Wall::age);
    EXPECT_EQ(history.visits(), 16);
    EXPECT_EQ(history.walls(), 16);
    history.add(Wall::none);
    EXPECT_EQ(history.walls(), 15);
    EXPECT_EQ(history.last, Wall::age);
}

TEST(Families, CombinationsShareOne)
{
    const auto family = [](std::string_view target) { return families_of(target, LinkKind::page)[0]; };
    EXPECT_EQ(family("/shop?a=1&c=0"), family("/shop?b=1"));
    EXPECT_EQ(family("/tag/a+b+c"), family("/tag/d+e"));
    EXPECT_EQ(family("/tag/s1-s3-s7"), family("/tag/s2-s3"));
    EXPECT_NE(family("/tag/red"), family("/tag/blue"));
    EXPECT_EQ(families_of("/tag/red", LinkKind::page)[1], families_of("/tag/blue", LinkKind::page)[1]);
    EXPECT_NE(family("/viewtopic.php?t=1"), family("/viewforum.php?f=1"));
}

TEST(Families, PicturesAreToldApartByFolderAndEnding)
{
    const auto family = [](std::string_view target) { return families_of(target, LinkKind::image)[0]; };
    EXPECT_EQ(family("/i/2026/05/one.jpg"), family("/i/2027/11/other.jpg"));
    EXPECT_NE(family("/i/one.jpg"), family("/i/one.png"));
    EXPECT_NE(family("/i/one.jpg"), family("/thumbs/one.jpg"));
    EXPECT_EQ(family("/image.php?id=1"), family("/image.php?id=2&x=3"));
}

} // namespace
} // namespace stillwatch::crawler
