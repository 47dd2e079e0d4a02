#include "crawler/revisit.hpp"

#include <gtest/gtest.h>

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

TEST(Revisit, NewPagesComeAgainSoonest)
{
    EXPECT_EQ(next_visit(visit_of(LinkKind::page, Outcome::unvisited), Outcome::page, true, now, settings),
              (Revisit{now + 1h, 0, 0}));
    EXPECT_EQ(next_visit(visit_of(LinkKind::page, Outcome::unvisited), Outcome::page, false, now, settings),
              (Revisit{now + 1h, 0, 0}));
}

TEST(Revisit, UnchangedPagesComeHalfAsLongLater)
{
    EXPECT_EQ(next_visit(visit_of(LinkKind::page, Outcome::page), Outcome::unchanged, false, now, settings),
              (Revisit{now + 90min, 0, 1}));
    EXPECT_EQ(next_visit(visit_of(LinkKind::page, Outcome::page, 1), Outcome::page, false, now, settings),
              (Revisit{now + 135min, 0, 2}));
}

TEST(Revisit, NewPicturesAboutHalveTheInterval)
{
    const auto before =
        next_visit(visit_of(LinkKind::page, Outcome::page, 7), Outcome::page, false, now, settings);
    const auto after =
        next_visit(visit_of(LinkKind::page, Outcome::page, 8), Outcome::page, true, now, settings);
    EXPECT_EQ(after.unchanged_in_a_row, 6);
    EXPECT_NEAR(static_cast<double>((after.due - now).count()) /
                    static_cast<double>((before.due - now).count()),
                0.45, 0.01);
}

TEST(Revisit, IntervalsStayWithinTheSettings)
{
    auto visit = visit_of(LinkKind::page, Outcome::page);
    Revisit next;
    for (int i = 0; i < 1'000; ++i) {
        next = next_visit(visit, Outcome::unchanged, false, now, settings);
        visit.unchanged_in_a_row = next.unchanged_in_a_row;
    }
    EXPECT_EQ(next.due, now + std::chrono::days(14));
    EXPECT_LE(next.unchanged_in_a_row, 20);
    visit.unchanged_in_a_row = 1'000'000'000;
    EXPECT_EQ(next_visit(visit, Outcome::unchanged, false, now, settings).due, now + std::chrono::days(14));
}

TEST(Revisit, PicturesComeAgainMuchLater)
{
    const auto image = visit_of(LinkKind::image, Outcome::unvisited);
    EXPECT_EQ(next_visit(image, Outcome::compared, true, now, settings).due, now + 24h);
    EXPECT_EQ(
        next_visit(visit_of(LinkKind::image, Outcome::compared, 30), Outcome::unchanged, false, now, settings)
            .due,
        now + std::chrono::days(28));
}

TEST(Revisit, FailuresPauseLongerAndLonger)
{
    auto visit = visit_of(LinkKind::page, Outcome::page, 5);
    for (const std::chrono::minutes expected :
         {5min, 15min, 45min, 135min, 405min, 1215min, 1440min, 1440min}) {
        const auto next = next_visit(visit, Outcome::unreachable, false, now, settings);
        EXPECT_EQ(next.due, now + expected);
        EXPECT_EQ(next.unchanged_in_a_row, 5);
        visit.tries = next.tries;
    }
    EXPECT_EQ(next_visit(visit, Outcome::page, false, now, settings).tries, 0);
}

TEST(Revisit, WhatIsGoneOrRefusedComesSeldom)
{
    EXPECT_EQ(next_visit(visit_of(LinkKind::page, Outcome::page), Outcome::gone, false, now, settings).due,
              now + std::chrono::days(1));
    EXPECT_EQ(
        next_visit(visit_of(LinkKind::page, Outcome::gone, 0, 5), Outcome::gone, false, now, settings).due,
        now + std::chrono::days(30));
    EXPECT_EQ(
        next_visit(visit_of(LinkKind::page, Outcome::refused, 0, 1), Outcome::refused, false, now, settings)
            .due,
        now + std::chrono::days(7));
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
