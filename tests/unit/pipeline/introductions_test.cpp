#include "world.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::pipeline {
namespace {

using namespace test;
using store::Outcome;
using testing::ElementsAre;

class IntroductionsTest : public testing::Test, protected World {
protected:
    IntroductionsTest() { use_settings(); }

    // Answers with `picture` where Referer is as `is_right` wants it, else with `refusal`.
    void guard(const std::string& address, std::function<bool(const std::string&)> is_right,
               ScriptedFetcher::Script refusal = ScriptedFetcher::status(403, {{"Content-Type", "text/html"}},
                                                                         "x y"))
    {
        web.pages[address] = [=](const FetchRequest& request) {
            std::string referer;
            for (const auto& field : request.headers)
                if (field.name == "Referer") referer = field.value;
            if (!is_right(referer)) return refusal(request);
            return ScriptedFetcher::status(200, {}, picture_file(address))(request);
        };
    }
    Outcome outcome_of(const std::string& address) { return crawl().at(address).outcome; }
    std::vector<std::string> told(const std::string& address)
    {
        std::vector<std::string> list;
        for (const auto& asked : web.asked) {
            if (asked.url != address) continue;
            list.emplace_back();
            for (const auto& field : asked.headers)
                if (field.name == "Referer") list.back() = field.value;
        }
        return list;
    }
};

TEST_F(IntroductionsTest, APictureIsAskedForAsThePageThatNamesItAsksForIt)
{
    serve(start, "img " + image + "\nimg https://board.example/2.jpg");
    guard(image, [](const std::string& referer) { return referer == "https://board.example/"; });
    EXPECT_EQ(outcome_of(image), Outcome::compared);
    EXPECT_THAT(told(image), ElementsAre("https://board.example/"));
    EXPECT_THAT(told(start), ElementsAre(""));
}

TEST_F(IntroductionsTest, WhoLetsInNobodyFromElsewhereIsAskedOnceMoreWithout)
{
    serve(start, "img " + image);
    guard(image, [](const std::string& referer) { return referer.empty(); });
    EXPECT_EQ(outcome_of(image), Outcome::compared);
    EXPECT_THAT(told(image), ElementsAre("https://board.example/", ""));
    EXPECT_EQ(counters.by_label("referer_retries_total").at("helped"), 1);
}

TEST_F(IntroductionsTest, WhatHelpedAgainAndAgainIsTriedFirst)
{
    std::string page;
    for (int i = 0; i < 12; ++i) {
        const auto address = fmt::format("https://img.board.example/{}.jpg", i);
        page += "img " + address + "\n";
        guard(address, [](const std::string& referer) { return referer.empty(); });
    }
    serve(start, page);
    const auto results = crawl();
    for (int i = 0; i < 12; ++i)
        EXPECT_EQ(results.at(fmt::format("https://img.board.example/{}.jpg", i)).outcome, Outcome::compared)
            << i;
    EXPECT_EQ(web.asked.size(), 1U + 12U + 5U);
}

TEST_F(IntroductionsTest, APolicyOfThePageIsKeptAndThePageToldWhereThatIsRefused)
{
    serve(start, "img " + image, {{"Referrer-Policy", "no-referrer"}});
    guard(image, [](const std::string& referer) { return !referer.empty(); });
    EXPECT_EQ(outcome_of(image), Outcome::compared);
    EXPECT_THAT(told(image), ElementsAre("", "https://board.example/"));
}

TEST_F(IntroductionsTest, APageInPlaceOfThePictureIsARefusalToo)
{
    serve(start, "img " + image);
    guard(
        image, [](const std::string& referer) { return referer.empty(); },
        ScriptedFetcher::status(200, {{"Content-Type", "text/html; charset=utf-8"}}, "a /hotlinking"));
    EXPECT_EQ(outcome_of(image), Outcome::compared);
}

TEST_F(IntroductionsTest, ARedirectToAKnownPageIsARefusalToo)
{
    serve(start, "img " + image);
    guard(
        image, [](const std::string& referer) { return referer.empty(); },
        ScriptedFetcher::redirect("https://board.example/"));
    EXPECT_EQ(outcome_of(image), Outcome::compared);
}

TEST_F(IntroductionsTest, WhatHelpsNobodyIsNotTriedForEver)
{
    std::string page;
    for (int i = 0; i < 30; ++i) {
        const auto address = fmt::format("https://img.board.example/{}.jpg", i);
        page += "img " + address + "\n";
        guard(address, [](const std::string&) { return false; });
    }
    serve(start, page);
    crawl();
    EXPECT_EQ(counters.by_label("referer_retries_total").at("in_vain"), 5);
    EXPECT_EQ(web.asked.size(), 1U + 30U + 5U);
}

TEST_F(IntroductionsTest, WhereNothingIsToldNothingIsTriedEither)
{
    auto rules = *settings.crawl->sites.at("board");
    rules.referer = crawler::RefererUse::none;
    auto crawl_settings = std::make_shared<crawler::CrawlSettings>();
    crawl_settings->sites["board"] = std::make_shared<const crawler::SiteRules>(rules);
    settings.crawl = crawl_settings;
    use_settings();
    serve(start, "img " + image);
    guard(image, [](const std::string& referer) { return !referer.empty(); });
    EXPECT_EQ(outcome_of(image), Outcome::unreachable);
    EXPECT_THAT(told(image), ElementsAre(""));
}

TEST(Introductions, ABurstAsksForNoMoreThanAreNeededToDecide)
{
    Introductions introductions;
    const auto address = url("https://img.board.example/1.jpg");
    for (int i = 0; i < 5; ++i) {
        EXPECT_FALSE(introductions.is_undecided(address, 403)) << i;
        EXPECT_TRUE(introductions.is_worth_another(address, 403)) << i;
    }
    EXPECT_TRUE(introductions.is_undecided(address, 403));
    EXPECT_FALSE(introductions.is_undecided(address, 200)) << "told apart by status";
    for (int i = 0; i < 4; ++i) {
        introductions.learn(address, 403, {}, false);
        EXPECT_TRUE(introductions.is_undecided(address, 403)) << "the last may help yet";
    }
    introductions.learn(address, 403, {}, false);
    EXPECT_FALSE(introductions.is_undecided(address, 403));
    EXPECT_FALSE(introductions.is_worth_another(address, 403));
}

TEST(Introductions, WhoWaitedIsAskedForWhereOneHelped)
{
    Introductions introductions;
    const auto address = url("https://img.board.example/1.jpg");
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(introductions.is_worth_another(address, 403));
    introductions.learn(address, 403, {}, true);
    EXPECT_FALSE(introductions.is_undecided(address, 403));
    EXPECT_TRUE(introductions.is_worth_another(address, 403));
    // One that was broken off holds up nobody.
    EXPECT_TRUE(introductions.is_undecided(address, 403));
    introductions.broken_off(address, 403);
    EXPECT_FALSE(introductions.is_undecided(address, 403));
}

} // namespace
} // namespace stillwatch::pipeline
