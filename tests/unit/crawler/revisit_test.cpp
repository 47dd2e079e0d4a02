#include "crawler/revisit.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace stillwatch::crawler {

namespace {

using namespace std::chrono_literals;
using store::Outcome;

const Timestamp now = parse_utc("2026-11-23T02:00:00Z").value();
constexpr RevisitSettings settings{1h, std::chrono::days(14)};

store::Visit visit_of(LinkKind kind, Outcome last, int unchanged = 0, int tries = 0)
{
    store::Visit visit{
        .id = {1}, .host = {1}, .site = "board", .url = Url::parse("https://board.example/").value()};
    visit.kind = kind;
    visit.last_outcome = last;
    visit.unchanged_in_a_row = unchanged;
    visit.tries = tries;
    return visit;
}

TEST(Revisit, WhatAFirstVisitFindsSaysNothingAboutTheRate)
{
    const auto next =
        next_visit(visit_of(LinkKind::page, Outcome::unvisited), Outcome::page, 50, now, settings, 0.5);
    EXPECT_EQ(next,
              next_visit(visit_of(LinkKind::page, Outcome::unvisited), Outcome::page, 0, now, settings, 0.5));
    EXPECT_EQ(next.due, now + page_interval(2.5, 0.5, settings)) << "2.5 a day until there is evidence";
    EXPECT_EQ(next.rate, (store::PageRate{0, 0, level_of(2.5)}));
}

TEST(Revisit, APageIsVisitedWithTheSquareRootOfItsRate)
{
    EXPECT_EQ(page_interval(1, 0.5, settings), 12h);
    EXPECT_EQ(page_interval(4, 0.5, settings), 6h);
    EXPECT_EQ(page_interval(0.25, 0.5, settings), 24h);
    EXPECT_EQ(page_interval(1e9, 0.5, settings), 1h) << "revisit_min";
    EXPECT_EQ(page_interval(1e-9, 0.5, settings), std::chrono::days(14)) << "revisit_max";
}

TEST(Revisit, RatesFollowWhatIsFound)
{
    store::PageRate rate;
    for (int day = 0; day < 30; ++day)
        rate = observed(rate, 24h, 4);
    EXPECT_NEAR(pictures_a_day(rate), 4, 0.1);
    for (int day = 0; day < 7; ++day)
        rate = observed(rate, 24h, 0);
    EXPECT_NEAR(pictures_a_day(rate), 2, 0.15) << "a half-life";
    for (int day = 0; day < 300; ++day)
        rate = observed(rate, 24h, 0);
    EXPECT_NEAR(pictures_a_day(rate), 0.5 / 10.3, 0.001);
    EXPECT_EQ(rate.level, level_of(pictures_a_day(rate)));
}

TEST(Revisit, OneLongIntervalTellsAboutWhatManyShortOnesDo)
{
    const auto once = observed({}, std::chrono::days(14), 28);
    store::PageRate often;
    for (int i = 0; i < 28; ++i)
        often = observed(often, 12h, 1);
    EXPECT_NEAR(once.days, often.days, 1e-6);
    EXPECT_NEAR(once.news, often.news, 0.03 * often.news);
}

TEST(Revisit, LevelsHoldRatesApartByAFactorOfTheSquareRootOfTwo)
{
    EXPECT_NEAR(rate_at(level_of(1)), 1, 1e-9);
    EXPECT_EQ(level_of(2), level_of(1) + 2);
    EXPECT_EQ(level_of(0), 1);
    EXPECT_EQ(level_of(1e30), max_rate_level);
    for (double per_day = 0.001; per_day < 1'000; per_day *= 1.1)
        EXPECT_NEAR(std::log2(rate_at(level_of(per_day)) / per_day), 0, 0.25001);
}

TEST(Revisit, TheScaleKeepsTheBudget)
{
    const std::vector<store::RateCount> pages{
        {level_of(0.01), 5'000}, {level_of(1), 1'000}, {level_of(64), 50}};
    for (const double budget : {1'000.0, 3'000.0, 10'000.0}) {
        const auto scale = revisit_scale(pages, budget, settings);
        double visits = 0;
        for (const auto& [level, count] : pages)
            visits += static_cast<double>(count) * 86'400'000.0 /
                      static_cast<double>(page_interval(rate_at(level), scale, settings).count());
        EXPECT_NEAR(visits, budget, 0.001 * budget);
    }
}

TEST(Revisit, AnAmpleBudgetIsNotSpentOnPagesThatBringNothing)
{
    EXPECT_DOUBLE_EQ(revisit_scale({}, 1'000, settings), 1.0 / 24);
    const std::vector<store::RateCount> few{{level_of(1.0 / 64), 10}};
    const auto scale = revisit_scale(few, 1'000'000, settings);
    EXPECT_EQ(page_interval(1.0 / 64, scale, settings), 8h);
}

TEST(Revisit, ABudgetTooSmallForTheLongestIntervalIsOverdrawn)
{
    const std::vector<store::RateCount> many{{level_of(1), 1'000'000}};
    const auto scale = revisit_scale(many, 1, settings);
    EXPECT_EQ(page_interval(1, scale, settings), std::chrono::days(14)); // what is late then waits its turn
}

TEST(Revisit, RevisitsTakeNineTenthsOfTheSmallerBudget)
{
    SiteRules site;
    site.pace.delay = 2s;
    site.max_pages_per_day = 1'000'000;
    EXPECT_DOUBLE_EQ(revisits_a_day(site), 0.9 * 21'600);
    site.max_pages_per_day = 1'000;
    EXPECT_DOUBLE_EQ(revisits_a_day(site), 900);
    site.pace.delay = 0ms;
    EXPECT_DOUBLE_EQ(revisits_a_day(site), 900);
}

TEST(Revisit, AFailureCountsAsTimeInWhichNothingWasSeenYet)
{
    auto visit = visit_of(LinkKind::page, Outcome::page);
    visit.last_visit = now - 24h;
    visit.rate = observed({}, std::chrono::days(2), 2);
    const auto failed = next_visit(visit, Outcome::unreachable, 0, now, settings, 1);
    EXPECT_GT(failed.rate.days, visit.rate.days);
    EXPECT_LT(failed.rate.news, visit.rate.news);
    EXPECT_EQ(next_visit(visit, Outcome::gone, 0, now, settings, 1).rate.level, 0);
}

TEST(Revisit, PicturesComeAgainMuchLater)
{
    const auto image = visit_of(LinkKind::image, Outcome::unvisited);
    EXPECT_EQ(next_visit(image, Outcome::compared, 1, now, settings, 1).due, now + 24h);
    EXPECT_EQ(
        next_visit(visit_of(LinkKind::image, Outcome::compared, 30), Outcome::unchanged, 0, now, settings, 1)
            .due,
        now + std::chrono::days(28));
}

TEST(Revisit, FailuresPauseLongerAndLonger)
{
    auto visit = visit_of(LinkKind::page, Outcome::page, 5);
    for (const std::chrono::minutes expected :
         {5min, 15min, 45min, 135min, 405min, 1215min, 1440min, 1440min}) {
        const auto next = next_visit(visit, Outcome::unreachable, 0, now, settings, 1);
        EXPECT_EQ(next.due, now + expected);
        EXPECT_EQ(next.unchanged_in_a_row, 5);
        visit.tries = next.tries;
    }
    EXPECT_EQ(next_visit(visit, Outcome::page, 0, now, settings, 1).tries, 0);
}

TEST(Revisit, WhatMovedIsAskedForOnceADayAndThenLessOften)
{
    const auto first =
        next_visit(visit_of(LinkKind::page, Outcome::unvisited), Outcome::moved, 0, now, settings, 1);
    EXPECT_EQ(first.due, now + 24 * settings.revisit_min);
    EXPECT_EQ(first.rate.level, 0) << "takes no part of the budget";
    auto visit = visit_of(LinkKind::page, Outcome::moved);
    visit.unchanged_in_a_row = 50;
    EXPECT_EQ(next_visit(visit, Outcome::moved, 0, now, settings, 1).due, now + settings.revisit_max);
}

TEST(Revisit, WhatIsGoneOrRefusedComesSeldom)
{
    EXPECT_EQ(next_visit(visit_of(LinkKind::page, Outcome::page), Outcome::gone, 0, now, settings, 1).due,
              now + std::chrono::days(1));
    EXPECT_EQ(
        next_visit(visit_of(LinkKind::page, Outcome::gone, 0, 5), Outcome::gone, 0, now, settings, 1).due,
        now + std::chrono::days(30));
    EXPECT_EQ(next_visit(visit_of(LinkKind::page, Outcome::disallowed, 0, 1), Outcome::disallowed, 0, now,
                         settings, 1)
                  .due,
              now + std::chrono::days(7));
}

// A network that resolves names to inside addresses for an hour must not cost the pictures behind them a
// week.
TEST(Revisit, WhatTheGuardRefusedComesSoonAndThenSeldom)
{
    const std::array<std::chrono::hours, 5> pauses{1h, 6h, 24h, 24h * 7, 24h * 7};
    for (int tries = 0; tries < 5; ++tries)
        EXPECT_EQ(next_visit(visit_of(LinkKind::image, Outcome::refused, 0, tries), Outcome::refused, 0, now,
                             settings, 1)
                      .due,
                  now + pauses[static_cast<std::size_t>(tries)]);
}

TEST(Revisit, ConditionsNeedValidatorsAndACurrentUnmatchedVerdict)
{
    auto page = visit_of(LinkKind::page, Outcome::page);
    EXPECT_FALSE(may_be_conditional(page, false));
    page.etag = "\"1\"";
    EXPECT_TRUE(may_be_conditional(page, false));
    auto image = visit_of(LinkKind::image, Outcome::compared);
    image.last_modified = "Mon, 23 Nov 2026 02:00:00 GMT";
    EXPECT_FALSE(may_be_conditional(image, false));
    EXPECT_TRUE(may_be_conditional(image, true));
}

} // namespace

} // namespace stillwatch::crawler
