#include "commands_fixture.hpp"
#include <gtest/gtest.h>

namespace stillwatch::control {
namespace {

using stillwatch::test::ended;
using stillwatch::test::picture;
using stillwatch::test::sample_site;
using store::Outcome;

// board.example names pictures, half of them on img.board.example.
struct SiteHealthTest : testing::Test, test::Desk {
    SiteHealthTest()
    {
        EXPECT_TRUE(frontier.set_sites({sample_site()}));
        auto seed = frontier.next_visits("board", clock.time, 0, 1).at(0);
        auto page = ended(seed, Outcome::page, clock.time);
        for (const auto* name : {"1", "2", "3", "4"}) {
            page.discovered.push_back(picture("https://board.example/" + std::string(name) + ".jpg"));
            page.discovered.push_back(picture("https://img.board.example/" + std::string(name) + ".jpg"));
        }
        EXPECT_TRUE(frontier.apply({page}));
    }
    // Every picture of the host ends so.
    void visit(const std::string& origin, Outcome outcome, int status = 200)
    {
        std::vector<store::VisitResult> results;
        for (const auto& visit : frontier.next_visits("board", clock.time, 0, 100))
            if (visit.url.origin() == origin) {
                results.push_back(ended(visit, outcome, clock.time + std::chrono::seconds(1)));
                results.back().http_status = status;
            }
        EXPECT_EQ(results.size(), 4U);
        EXPECT_TRUE(frontier.apply(results));
    }
    json::object health() { return result_of("site.health").at(0).as_object(); }
    std::string state() { return std::string(health().at("state").as_string()); }
    std::string trouble()
    {
        return std::string(health().at("hosts_in_trouble").at(0).at("trouble").as_string());
    }
};

constexpr const char* own = "https://board.example";
constexpr const char* pictures = "https://img.board.example";

TEST_F(SiteHealthTest, IsFineWhereEveryHostAnswers)
{
    visit(own, Outcome::compared);
    visit(pictures, Outcome::compared);
    EXPECT_EQ(state(), "fine");
    EXPECT_TRUE(health().at("hosts_in_trouble").as_array().empty());
}

TEST_F(SiteHealthTest, NamesTheHostsThatTheWatchListLeavesOut)
{
    const auto name = [this](std::int64_t count) {
        auto page = ended(frontier.next_visits("board", clock.time, 0, 1).at(0), Outcome::page, clock.time);
        page.outside = {{"cdn.example", count, 0}};
        EXPECT_TRUE(frontier.apply({page}));
    };
    EXPECT_EQ(health().at("left_out"), "");
    name(1);
    EXPECT_EQ(health().at("left_out"), "cdn.example (1 picture)");
    EXPECT_EQ(health().at("leaves_out_much"), false);
    name(11);
    EXPECT_EQ(health().at("left_out"), "cdn.example (12 pictures)");
    EXPECT_EQ(health().at("hosts_left_out").at(0).at("host"), "cdn.example");
    EXPECT_EQ(health().at("leaves_out_much"), true);
}

TEST_F(SiteHealthTest, IsDegradedWhereThePictureHostIsStopped)
{
    visit(own, Outcome::compared);
    ASSERT_TRUE(run("site.stop", {{"host", "img.board.example"}, {"reason", "they asked"}}));
    EXPECT_EQ(state(), "degraded");
    EXPECT_EQ(trouble(), "stopped");
    EXPECT_EQ(health().at("hosts_in_trouble").at(0).at("host"), "img.board.example");
    EXPECT_EQ(health().at("hosts_in_trouble").at(0).at("images"), 4);
}

TEST_F(SiteHealthTest, IsDegradedWhereThePictureHostIsUnreachable)
{
    visit(own, Outcome::compared);
    visit(pictures, Outcome::unreachable, 0);
    EXPECT_EQ(state(), "degraded");
    EXPECT_EQ(trouble(), "unreachable");
}

TEST_F(SiteHealthTest, IsDegradedWhereRobotsForbidThePictures)
{
    visit(own, Outcome::compared);
    visit(pictures, Outcome::disallowed, 0);
    EXPECT_EQ(state(), "degraded");
    EXPECT_EQ(trouble(), "disallowed");
    EXPECT_EQ(health().at("disallowed"), 4);
    EXPECT_EQ(health().at("refused"), 0);
}

TEST_F(SiteHealthTest, IsFineWhereAHostOfFewPicturesIsStopped)
{
    auto site = sample_site();
    site.hosts.push_back("few.board.example");
    ASSERT_TRUE(frontier.set_sites({site}));
    auto page = ended(frontier.next_visits("board", clock.time, 0, 1).at(0), Outcome::page, clock.time);
    page.kind = LinkKind::page;
    for (int i = 0; i < 100; ++i)
        page.discovered.push_back(picture("https://board.example/more" + std::to_string(i) + ".jpg"));
    page.discovered.push_back(picture("https://few.board.example/1.jpg"));
    ASSERT_TRUE(frontier.apply({page}));
    ASSERT_TRUE(frontier.set_stopped_hosts({{"few.board.example", clock.time, "ada", "x"}}));
    EXPECT_EQ(state(), "fine");
    EXPECT_EQ(trouble(), "stopped") << "and says so all the same";
}

struct ClosedSiteTest : testing::Test, test::Desk {
    ClosedSiteTest() { EXPECT_TRUE(frontier.set_sites({sample_site()})); }
    std::string state_after(Outcome outcome)
    {
        clock.time += std::chrono::days(8);
        const auto seed = frontier.next_visits("board", clock.time, 0, 1);
        if (seed.empty() || !frontier.apply({ended(seed.front(), outcome, clock.time)})) return "not visited";
        return std::string(result_of("site.health").at(0).at("state").as_string());
    }
};

TEST_F(ClosedSiteTest, ASiteThatTheGuardClosesIsRefusedAlsoAfterFailuresOfEarlier)
{
    EXPECT_EQ(state_after(Outcome::unreachable), "unreachable");
    EXPECT_EQ(state_after(Outcome::refused), "refused");
}

} // namespace
} // namespace stillwatch::control
