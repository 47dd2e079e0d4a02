#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Challenges, log-ins and age gates in place of pages and pictures.
namespace stillwatch::pipeline {
namespace {

using namespace test;
using namespace std::chrono_literals;
using store::Outcome;
using testing::IsEmpty;
using testing::SizeIs;

class WallTest : public testing::Test, protected World {
protected:
    WallTest() { use_settings(); }

    store::VisitResult visit() { return run(pipeline.visit(seed)).value(); }
    // How long the host is left alone from now.
    std::chrono::milliseconds rest() const
    {
        return std::chrono::ceil<std::chrono::milliseconds>(
            fetcher.standing("https://board.example").earliest_start - time.now());
    }

    store::Visit seed = claim().at(0);
};

TEST_F(WallTest, AChallengeInTheHeadersIsNotReadAndItsHostRests)
{
    for (const int status : {200, 202, 403, 503}) {
        SCOPED_TRACE(status);
        web.pages[start] =
            ScriptedFetcher::status(status, {{"cf-mitigated", "challenge"}}, "a https://board.example/t\n");
        World other;
        other.use_settings();
        other.web.pages = web.pages;
        const auto result = other.run(other.pipeline.visit(other.claim().at(0))).value();
        EXPECT_EQ(result.outcome, Outcome::unreachable);
        EXPECT_EQ(result.wall, Wall::challenge);
        EXPECT_THAT(result.discovered, IsEmpty());
        EXPECT_FALSE(result.content);
        EXPECT_EQ(other.inspector.pages_read, 0);
        EXPECT_GT(other.fetcher.standing("https://board.example").earliest_start - other.time.now(), 100s);
    }
}

TEST_F(WallTest, AChallengeInTheTextIsNotReadAndItsHostRests)
{
    serve(start, "wall challenge\na https://board.example/t\n");
    const auto result = visit();
    EXPECT_EQ(result.outcome, Outcome::unreachable);
    EXPECT_EQ(result.wall, Wall::challenge);
    EXPECT_THAT(result.discovered, IsEmpty());
    EXPECT_FALSE(result.content);
    EXPECT_GT(rest(), 100s);
    EXPECT_LE(rest(), 120s);
}

TEST_F(WallTest, ARiddleInAPageIsNoneAndInARefusalIsOne)
{
    serve(start, "wall riddle\na https://board.example/t\n");
    const auto page = visit();
    EXPECT_EQ(page.outcome, Outcome::page);
    EXPECT_THAT(page.discovered, SizeIs(1));
    EXPECT_LT(rest(), 1s);
    web.pages[start] = ScriptedFetcher::status(403, {{"Content-Type", "text/html"}}, "wall riddle\n");
    EXPECT_EQ(visit().wall, Wall::challenge);
}

TEST_F(WallTest, WhatAWallInPlaceOfAPictureNamesIsTaken)
{
    seed.kind = LinkKind::image;
    serve(start, "wall login\nimg https://board.example/full.jpg\n");
    const auto result = visit();
    EXPECT_EQ(result.outcome, Outcome::unreachable);
    EXPECT_THAT(result.discovered, SizeIs(1));
}

TEST_F(WallTest, TheTextOfARefusalIsLookedAtForAChallenge)
{
    web.pages[start] = ScriptedFetcher::status(403, {{"Content-Type", "text/html"}}, "wall challenge\n");
    EXPECT_EQ(visit().wall, Wall::challenge);
}

TEST_F(WallTest, ARefusalWithoutAChallengeIsJustThat)
{
    web.pages[start] = ScriptedFetcher::status(403, {{"Content-Type", "text/html"}},
                                               "wall login\na https://board.example/t\n");
    const auto result = visit();
    EXPECT_EQ(result.outcome, Outcome::unreachable);
    EXPECT_FALSE(result.wall);
    EXPECT_THAT(result.discovered, IsEmpty());
    EXPECT_LT(rest(), 1s);
}

TEST_F(WallTest, APageBehindALoginCountsAsOne)
{
    serve(start, "wall login\na https://board.example/t\n");
    const auto result = visit();
    EXPECT_EQ(result.outcome, Outcome::page);
    EXPECT_EQ(result.wall, Wall::login);
    EXPECT_LT(rest(), 1s);
}

TEST_F(WallTest, ARedirectToALoginCountsWhateverStandsThere)
{
    web.pages[start] = ScriptedFetcher::redirect("/login?next=/");
    serve("https://board.example/login?next=/", "img https://board.example/photo.jpg\n");
    EXPECT_EQ(visit().wall, Wall::login);
}

TEST_F(WallTest, TheLoginPageOfASiteUnderItsOwnAddressTellsNothing)
{
    serve("https://board.example/login", "wall login\n");
    seed.url = url("https://board.example/login");
    EXPECT_FALSE(visit().wall);
}

TEST_F(WallTest, AnOpenPageSaysSo)
{
    serve(start, "img https://board.example/photo.jpg\n");
    EXPECT_EQ(visit().wall, Wall::none);
}

TEST_F(WallTest, APictureBehindAWallIsAskedForAgain)
{
    seed.kind = LinkKind::image;
    for (const auto* body : {"wall login\n", "wall age\n", "wall challenge\n"}) {
        serve(start, body);
        const auto result = visit();
        EXPECT_EQ(result.outcome, Outcome::unreachable) << body;
        EXPECT_FALSE(result.content) << body;
    }
}

} // namespace
} // namespace stillwatch::pipeline
