#include "followup/route_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::followup {
namespace {

using std::chrono::hours;
using store::NoticeRow;
using store::NoticeState;

constexpr Timestamp begin{hours(480'000)};
constexpr Timestamp now = begin + hours(1'000);

// Findings with numbers from 1 on, and a notice by one way about them, of which the first `removed` went.
struct Past {
    std::vector<FindingFacts> findings{};
    std::vector<NoticeRow> notices{};

    void ask(std::string_view route, int asked, int removed, const std::string& host = "board.example",
             hours after = hours(20), Timestamp sent = begin)
    {
        NoticeRow notice;
        notice.route = route;
        notice.host = host;
        notice.state = NoticeState::sent;
        notice.sent_at = sent;
        notice.deadline_at = sent + hours(48);
        for (int i = 0; i < asked; ++i) {
            const FindingId id{static_cast<std::int64_t>(findings.size()) + 1};
            FindingFacts facts{id, CaseId{1}, host, FindingState::noticed, false, sent};
            if (i < removed) {
                facts.state = FindingState::down;
                facts.downs = {sent + after};
            }
            findings.push_back(std::move(facts));
            notice.findings.push_back(id);
        }
        notices.push_back(std::move(notice));
    }
    std::vector<RouteChoice> ranked() const { return rank_routes("board.example", findings, notices, now); }
    std::size_t place(Route route) const
    {
        const auto all = ranked();
        const auto found = std::ranges::find(all, route, &RouteChoice::route);
        EXPECT_NE(found, all.end());
        return static_cast<std::size_t>(found - all.begin());
    }
};

TEST(RouteChoice, WithoutAPastTheOrderIsThatOfTheLaws)
{
    const auto all = Past{}.ranked();
    ASSERT_EQ(all.size(), routes - 1); // the police are asked for no removal
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].route, static_cast<Route>(i));
        EXPECT_DOUBLE_EQ(all[i].likely, 0.5);
        EXPECT_FALSE(all[i].here);
    }
}

// The audit that found 25 of 25 gone by one way and none of 25 by the other (arXiv 2409.12138).
TEST(RouteChoice, WhatWorkedAtThisHostComesFirstAndWhatDidNotLast)
{
    Past past;
    past.ask("dmca", 25, 25);
    past.ask("take-it-down", 25, 0);
    EXPECT_EQ(past.place(Route::dmca), 0U);
    EXPECT_EQ(past.place(Route::take_it_down), routes - 2);
    const auto best = past.ranked().front();
    EXPECT_EQ(best.here->removed, 25);
    EXPECT_DOUBLE_EQ(best.likely, 26.0 / 27);
    EXPECT_EQ(describe(best).at("likely_percent"), 96);
    EXPECT_EQ(describe(best).at("here").at("median_hours"), 20.0);
    EXPECT_TRUE(describe(best).at("elsewhere").is_null());
}

TEST(RouteChoice, OtherHostsDecideWhereThisOneWasNotAsked)
{
    Past past;
    past.ask("registrar", 8, 8, "other.example");
    past.ask("host", 8, 0, "other.example");
    EXPECT_EQ(past.place(Route::registrar), 0U);
    EXPECT_EQ(past.place(Route::host), routes - 2);
    EXPECT_FALSE(past.ranked().front().here);
    EXPECT_EQ(past.ranked().front().elsewhere->removed, 8);
    // What this host did counts for more than what others do.
    past.ask("registrar", 6, 0);
    past.ask("host", 6, 6);
    EXPECT_LT(past.place(Route::host), past.place(Route::registrar));
}

TEST(RouteChoice, NobodyIsBlamedForWhatStillHasTime)
{
    Past past;
    past.ask("dmca", 3, 0, "board.example", hours(20), now - hours(1));
    EXPECT_FALSE(past.ranked()[past.place(Route::dmca)].here);
    EXPECT_EQ(past.place(Route::dmca), static_cast<std::size_t>(Route::dmca));
    past.notices.back().state = NoticeState::refused;
    EXPECT_EQ(past.ranked()[past.place(Route::dmca)].here->findings, 3);
    EXPECT_EQ(past.place(Route::dmca), routes - 2);
    // What went before its time was over counts at once.
    past.ask("cdn", 2, 1, "board.example", hours(0), now - hours(1));
    const auto cdn = past.ranked()[past.place(Route::cdn)];
    EXPECT_EQ(cdn.here->findings, 1);
    EXPECT_EQ(past.place(Route::cdn), 0U);
}

TEST(RouteChoice, OfTwoThatWorkTheFasterIsFirst)
{
    Past past;
    past.ask("dmca", 4, 4, "board.example", hours(20));
    past.ask("host", 4, 4, "board.example", hours(3));
    EXPECT_EQ(past.place(Route::host), 0U);
    EXPECT_EQ(past.place(Route::dmca), 1U);
}

} // namespace
} // namespace stillwatch::followup
