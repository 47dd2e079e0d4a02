#include "followup/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::followup {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using store::NoticeRow;
using store::NoticeState;
using testing::ElementsAre;
using testing::Field;

constexpr Timestamp begin{hours(480'000)};

FindingFacts finding(std::int64_t id, FindingState state, std::vector<int> down_after = {},
                     std::vector<int> back_after = {}, const std::string& host = "board.example")
{
    FindingFacts facts{FindingId{id}, CaseId{1}, host, state, false, begin};
    for (const int hour : down_after)
        facts.downs.push_back(begin + hours(hour));
    for (const int hour : back_after)
        facts.returns.push_back(begin + hours(hour));
    return facts;
}

NoticeRow notice(const std::string& route, int sent_after, std::vector<std::int64_t> findings,
                 NoticeState state = NoticeState::sent, const std::string& host = "board.example")
{
    NoticeRow row;
    row.route = route;
    row.host = host;
    row.state = state;
    if (state != NoticeState::draft) row.sent_at = begin + hours(sent_after);
    for (const auto id : findings)
        row.findings.push_back(FindingId{id});
    return row;
}

TEST(Report, CountsWhatCameOfNoticesAsByHand)
{
    const std::vector findings{finding(1, FindingState::down, {10}), finding(2, FindingState::down, {30}),
                               finding(3, FindingState::down, {100}), finding(4, FindingState::noticed),
                               finding(5, FindingState::dismissed)};
    const auto results = route_results(findings, {notice("dmca", 0, {1, 2}), notice("dmca", 4, {3, 4, 5})});
    ASSERT_EQ(results.size(), 1U);
    const auto& dmca = results[0];
    EXPECT_EQ(dmca.notices, 2);
    EXPECT_EQ(dmca.findings, 4); // the dismissed one is left out
    EXPECT_EQ(dmca.removed, 3);
    EXPECT_EQ(dmca.still_up(), 1);
    EXPECT_EQ(dmca.within_48_hours, 2); // after 10, 30 and 96 hours
    EXPECT_EQ(dmca.median, hours(30));
    EXPECT_EQ(dmca.ninetieth, hours(96));
    EXPECT_EQ(describe(dmca).at("median_hours"), json::value(30.0));
}

TEST(Report, MedianAndNinetiethPercentileAreThoseOfTheTextbook)
{
    std::vector<milliseconds> times;
    EXPECT_FALSE(median_of(times));
    EXPECT_FALSE(ninetieth_of(times));
    for (int i = 10; i >= 1; --i)
        times.push_back(hours(i));
    EXPECT_EQ(median_of(times), hours(5) + std::chrono::minutes(30));
    EXPECT_EQ(ninetieth_of(times), hours(9)); // nearest rank: the ninth of ten
    times.push_back(hours(11));
    EXPECT_EQ(median_of(times), hours(6));
    EXPECT_EQ(ninetieth_of(times), hours(10)); // the tenth of eleven
    EXPECT_EQ(ninetieth_of({hours(7)}), hours(7));
}

TEST(Report, ARemovalBeforeTheNoticeIsNotItsWork)
{
    const std::vector findings{finding(1, FindingState::down, {5, 60}, {20})};
    const auto results = route_results(findings, {notice("host", 30, {1})});
    EXPECT_EQ(results.at(0).median, hours(30)); // the second time
    EXPECT_EQ(route_results(findings, {notice("host", 70, {1})}).at(0).removed, 0);
}

TEST(Report, DraftsAndNoticesTakenBackCountForNothing)
{
    const std::vector findings{finding(1, FindingState::down, {10})};
    EXPECT_TRUE(route_results(findings, {notice("osa", 0, {1}, NoticeState::draft),
                                         notice("osa", 0, {1}, NoticeState::withdrawn)})
                    .empty());
}

TEST(Report, TheWayThatWorkedBestStandsFirst)
{
    const std::vector findings{finding(1, FindingState::down, {40}), finding(2, FindingState::noticed),
                               finding(3, FindingState::down, {10}), finding(4, FindingState::down, {20})};
    const auto results =
        route_results(findings, {notice("osa", 0, {1, 2}), notice("dmca", 0, {3}), notice("host", 0, {4}),
                                 notice("search", 0, {2}, NoticeState::refused)});
    EXPECT_THAT(results,
                ElementsAre(Field(&RouteResult::route, "dmca"), Field(&RouteResult::route, "host"),
                            Field(&RouteResult::route, "osa"), Field(&RouteResult::route, "search")));
    EXPECT_EQ(results[3].refused, 1);
}

TEST(Report, HostsWithMostStillUpStandFirst)
{
    auto lead = finding(5, FindingState::fresh, {}, {}, "b.example");
    lead.is_lead = true;
    const std::vector findings{finding(1, FindingState::down, {10}, {}, "a.example"),
                               finding(2, FindingState::reappeared, {10}, {50}, "b.example"),
                               finding(3, FindingState::confirmed, {}, {}, "b.example"), lead,
                               finding(6, FindingState::dismissed, {}, {}, "c.example")};
    const auto hosts = host_results(findings, {notice("host", 0, {2, 3}, NoticeState::refused, "b.example"),
                                               notice("host", 0, {1}, NoticeState::sent, "a.example")});
    ASSERT_EQ(hosts.size(), 2U);
    EXPECT_EQ(hosts[0].host, "b.example");
    EXPECT_EQ(hosts[0].findings, 2);
    EXPECT_EQ(hosts[0].still_up, 2);
    EXPECT_EQ(hosts[0].reappearances, 1);
    EXPECT_EQ(hosts[0].refusals, 1);
    EXPECT_EQ(hosts[1].removed, 1);
    EXPECT_EQ(hosts[1].routes.at(0).median, hours(10));
}

TEST(Report, FactsOfAFindingFollowItsHistory)
{
    using enum FindingState;
    Finding found{{},
                  {},
                  {},
                  Url::parse("https://board.example/t").value(),
                  Url::parse("https://board.example/a").value()};
    found.state = down;
    const auto change = [](int hour, const std::string& event, FindingState from, FindingState to) {
        return store::FindingChange{FindingId{1}, begin + hours(hour), "anna", event, from, to, ""};
    };
    const std::vector history{
        change(1, "confirm", fresh, confirmed), change(2, "down", confirmed, down),
        change(3, "undo", down, confirmed),     change(4, "down", confirmed, down),
        change(5, "note", down, down),          change(6, "reappeared", down, reappeared),
        change(9, "down", reappeared, down)};
    const auto facts = facts_of(found, history);
    EXPECT_THAT(facts.downs, ElementsAre(begin + hours(4), begin + hours(9)));
    EXPECT_THAT(facts.returns, ElementsAre(begin + hours(6)));
    EXPECT_EQ(facts.host, "board.example");
}

} // namespace
} // namespace stillwatch::followup
