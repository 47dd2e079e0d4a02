#include "frontier_contract.hpp"

namespace stillwatch::crawler {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Walls : Frontier {
    void visit(Outcome outcome, std::optional<Wall> wall, std::int64_t seconds)
    {
        auto result = ended(seed, outcome, at(seconds));
        result.kind = LinkKind::page;
        result.wall = wall;
        EXPECT_TRUE(database.apply({result}));
    }
    SiteHealth health() { return database.site_health("board", 0, at(0)); }

    Visit seed = take("https://board.example/", at(0));
};
CONTRACT_OF(Walls);

TEST_P(Walls, AChallengedHostIsNamedUntilItShowsSomething)
{
    visit(Outcome::page, Wall::none, 1);
    EXPECT_THAT(health().challenged, IsEmpty());
    visit(Outcome::unreachable, Wall::challenge, 2);
    EXPECT_THAT(health().challenged, ElementsAre("https://board.example"));
    visit(Outcome::gone, std::nullopt, 3);
    EXPECT_THAT(health().challenged, ElementsAre("https://board.example"));
    visit(Outcome::page, Wall::none, 4);
    EXPECT_THAT(health().challenged, IsEmpty());
}

TEST_P(Walls, TheLastVisitsThatTellAreCounted)
{
    EXPECT_EQ(health().recent_visits, 0);
    for (int i = 0; i < 10; ++i)
        visit(Outcome::page, Wall::none, i);
    for (int i = 10; i < 13; ++i)
        visit(Outcome::page, Wall::login, i);
    visit(Outcome::page, std::nullopt, 13);
    visit(Outcome::unreachable, Wall::challenge, 14);
    EXPECT_EQ(health().recent_visits, 13);
    EXPECT_EQ(health().recent_walls, 3);
    EXPECT_EQ(health().last_wall, Wall::login);
    for (int i = 20; i < 28; ++i)
        visit(Outcome::page, Wall::age, i);
    EXPECT_EQ(health().recent_visits, SiteHealth::max_recent_visits);
    EXPECT_EQ(health().recent_walls, 11);
    EXPECT_EQ(health().last_wall, Wall::age);
    for (int i = 30; i < 46; ++i)
        visit(Outcome::page, Wall::none, i);
    EXPECT_EQ(health().recent_walls, 0);
}

TEST_P(Walls, AWallIsNoSuccess)
{
    visit(Outcome::page, Wall::login, 1);
    EXPECT_FALSE(health().last_success);
    visit(Outcome::page, Wall::none, 2);
    EXPECT_EQ(health().last_success, at(2));
}

TEST_P(Walls, PagesAreReadAgainWhenTheSiteIsAskedWithOtherCookies)
{
    auto site = sample_site();
    site.sent = Sha256::of(as_bytes(""));
    ASSERT_TRUE(database.set_sites({site}));
    seed.content = Sha256::of(as_bytes("log in, please"));
    visit(Outcome::page, Wall::login, 1);
    ASSERT_TRUE(database.set_sites({site})); // asked as before: nothing to look at again
    EXPECT_THAT(claimed(at(1)), IsEmpty());
    EXPECT_EQ(health().recent_walls, 1);
    site.sent = Sha256::of(as_bytes("Cookie: session=1\n"));
    ASSERT_TRUE(database.set_sites({site}));
    EXPECT_EQ(health().recent_walls, 0);
    EXPECT_EQ(health().recent_visits, 0);
    const auto again = claim(at(1));
    ASSERT_EQ(again.size(), 1U);
    EXPECT_FALSE(again[0].content);
}

TEST_P(Walls, ASiteOfAnEarlierVersionIsNotReadAgain)
{
    visit(Outcome::page, Wall::none, 1);
    auto site = sample_site();
    site.sent = Sha256::of(as_bytes("Cookie: session=1\n"));
    ASSERT_TRUE(database.set_sites({site}));
    EXPECT_THAT(claimed(at(1)), IsEmpty());
}

} // namespace
} // namespace stillwatch::crawler
