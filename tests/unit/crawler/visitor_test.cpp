#include "crawler/polite_fetcher.hpp"

#include "scripted_fetcher.hpp"
#include "simulated_time.hpp"

#include <boost/asio/co_spawn.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// What a site learns of its visitor: the cookies it handed out, which page led to a request.
namespace stillwatch::crawler {
namespace {

using namespace std::chrono_literals;
using test::ScriptedFetcher;
using testing::ElementsAre;

class Visitor : public testing::Test {
protected:
    Visitor()
    {
        rules.name = "board";
        rules.hosts = {"board.example", "img.example"};
        rules.pace = {0s, 2};
        rules.robots = RobotsPolicy::ignore;
    }

    Task<> fetch_into(std::optional<Result<PoliteAnswer>>& out, std::string url)
    {
        auto parsed = Url::parse(url).value();
        auto site = std::make_shared<const SiteRules>(rules);
        Conditions conditions;
        FetchLimits limits;
        out = co_await polite.fetch(site, std::move(parsed), conditions, from, limits, Purpose::page);
    }
    Result<PoliteAnswer> fetch(std::string url)
    {
        std::optional<Result<PoliteAnswer>> out;
        asio::co_spawn(io, fetch_into(out, std::move(url)),
                       [](std::exception_ptr problem) { EXPECT_FALSE(problem); });
        time.run();
        return out.value();
    }
    static std::string header(const std::vector<HeaderField>& headers, std::string_view name)
    {
        std::string values;
        for (const auto& field : headers)
            if (field.name == name) values += "[" + field.value + "]";
        return values;
    }
    // What the addresses asked so far were sent under that name.
    std::vector<std::string> sent(std::string_view name)
    {
        std::vector<std::string> list;
        for (const auto& asked : web.asked)
            list.push_back(asked.url.substr(asked.url.find("example") + 7) + header(asked.headers, name));
        return list;
    }
    // Sends whoever comes without the cookie `name` to `gate`, which sets it and sends him to `back`.
    void guard(const std::string& address, const std::string& name, const std::string& gate,
               const std::string& back)
    {
        web.pages[address] = [=](const FetchRequest& request) {
            if (header(request.headers, "Cookie").find(name + "=") == std::string::npos)
                return ScriptedFetcher::status(
                    302, {{"Location", gate}, {"Set-Cookie", name + "=1; Path=/"}})(request);
            return ScriptedFetcher::text("inside")(request);
        };
        if (gate != back)
            web.pages[gate] =
                ScriptedFetcher::status(302, {{"Location", back}, {"Set-Cookie", name + "=2; Path=/"}});
    }

    asio::io_context io{1};
    test::SimulatedTime time{io};
    ScriptedFetcher web{time};
    test::MemoryRobots store;
    SiteRules rules;
    std::optional<Referrer> from;
    PoliteFetcher polite{web, store, time, time.clock()};
};

TEST_F(Visitor, ASessionByRedirectToTheSameAddressIsLetIn)
{
    guard("https://board.example/", "sid", "https://board.example/", "https://board.example/");
    const auto came = fetch("https://board.example/").value();
    EXPECT_EQ(came.answer.status, 200);
    EXPECT_EQ(came.hops.size(), 1U);
    EXPECT_THAT(sent("Cookie"), ElementsAre("/", "/[sid=1]"));
}

TEST_F(Visitor, ASessionByADetourIsLetIn)
{
    guard("https://board.example/t/1", "sid", "https://board.example/check?to=/t/1",
          "https://board.example/t/1");
    EXPECT_EQ(fetch("https://board.example/t/1").value().answer.status, 200);
    EXPECT_EQ(fetch("https://board.example/t/1").value().hops.size(), 0U);
    EXPECT_THAT(sent("Cookie"), ElementsAre("/t/1", "/check?to=/t/1[sid=1]", "/t/1[sid=2]", "/t/1[sid=2]"));
}

TEST_F(Visitor, ACookieAtEachTurnEndsInCirclesAllTheSame)
{
    int turn = 0;
    web.pages["https://board.example/"] = [&turn](const FetchRequest& request) {
        return ScriptedFetcher::status(
            302, {{"Location", "/"}, {"Set-Cookie", "turn=" + std::to_string(++turn)}})(request);
    };
    EXPECT_EQ(fetch("https://board.example/").error().code, Errc::malformed);
    EXPECT_EQ(web.asked.size(), 3U);
}

TEST_F(Visitor, WithoutANewCookieTheSameAddressIsACircle)
{
    web.pages["https://board.example/"] =
        ScriptedFetcher::status(302, {{"Location", "/"}, {"Set-Cookie", "a=1; Path=/elsewhere"}});
    EXPECT_EQ(fetch("https://board.example/").error().code, Errc::malformed);
    EXPECT_EQ(web.asked.size(), 1U);
}

TEST_F(Visitor, OfASiteThatMaySetNoneNoCookieIsKept)
{
    rules.cookie_jar = CookieUse::none;
    guard("https://board.example/", "sid", "https://board.example/", "https://board.example/");
    EXPECT_EQ(fetch("https://board.example/").error().code, Errc::malformed);
    EXPECT_THAT(sent("Cookie"), ElementsAre("/"));
}

TEST_F(Visitor, NoSiteIsSentWhatAnotherHandedOut)
{
    guard("https://board.example/", "sid", "https://board.example/", "https://board.example/");
    EXPECT_TRUE(fetch("https://board.example/"));
    rules.name = "other";
    web.asked.clear();
    EXPECT_TRUE(fetch("https://board.example/x"));
    EXPECT_THAT(sent("Cookie"), ElementsAre("/x"));
}

TEST_F(Visitor, RobotsAreAskedWithTheCookiesToo)
{
    rules.robots = RobotsPolicy::obey;
    guard("https://board.example/robots.txt", "sid", "https://board.example/robots.txt",
          "https://board.example/robots.txt");
    EXPECT_TRUE(fetch("https://board.example/a"));
    EXPECT_THAT(sent("Cookie"), ElementsAre("/robots.txt", "/robots.txt[sid=1]", "/a[sid=1]"));
    EXPECT_EQ(store.rows.at("https://board.example").http_status, 200);
}

TEST_F(Visitor, TheOperatorsCookiesStandBeforeThoseOfTheSameName)
{
    rules.headers = {{"Cookie", "sid=hers; age=18"}};
    web.pages["https://board.example/a"] =
        ScriptedFetcher::status(200, {{"Set-Cookie", "sid=theirs"}, {"Set-Cookie", "seen=1"}});
    EXPECT_TRUE(fetch("https://board.example/a"));
    EXPECT_TRUE(fetch("https://board.example/b"));
    EXPECT_THAT(sent("Cookie"), ElementsAre("/a[sid=hers; age=18]", "/b[sid=hers; age=18; seen=1]"));
    EXPECT_THAT(web.asked.back().secrets, ElementsAre("Cookie"));
}

TEST_F(Visitor, WhatTheOperatorsCookiesOpenedDoesNotGoInClear)
{
    rules.headers = {{"Cookie", "login=hers"}};
    rules.seeds = {Url::parse("https://board.example/").value()};
    web.pages["https://board.example/a"] = ScriptedFetcher::status(200, {{"Set-Cookie", "session=renewed"}});
    EXPECT_TRUE(fetch("https://board.example/a"));
    EXPECT_TRUE(fetch("http://board.example/b"));
    EXPECT_THAT(sent("Cookie"), ElementsAre("/a[login=hers]", "/b"));
}

TEST_F(Visitor, WhatOldHeadersOpenedIsForgottenWithThem)
{
    rules.headers = {{"Cookie", "login=one"}};
    web.pages["https://board.example/a"] = ScriptedFetcher::status(200, {{"Set-Cookie", "session=of-one"}});
    EXPECT_TRUE(fetch("https://board.example/a"));
    rules.headers = {{"Cookie", "login=two"}};
    EXPECT_TRUE(fetch("https://board.example/b"));
    EXPECT_THAT(sent("Cookie"), ElementsAre("/a[login=one]", "/b[login=two]"));
}

TEST_F(Visitor, ARedirectWithANewCookieIsFollowedThoughTheEndIsVisitedAnyway)
{
    polite.leave_to_themselves([](Url, Url) -> Task<bool> { co_return true; });
    guard("https://board.example/t/1", "sid", "https://board.example/known", "https://board.example/t/1");
    EXPECT_EQ(fetch("https://board.example/t/1").value().answer.status, 200);
    web.pages["https://board.example/last"] =
        ScriptedFetcher::status(302, {{"Location", "/t/1"}, {"Set-Cookie", "sid=3"}});
    EXPECT_EQ(fetch("https://board.example/last").value().led_to,
              Url::parse("https://board.example/t/1").value());
}

TEST_F(Visitor, ThePageThatNamesAnAddressIsToldAsBrowsersTellIt)
{
    from = Referrer{Url::parse("https://board.example/t/1").value()};
    web.pages["https://board.example/1.jpg"] = ScriptedFetcher::redirect("https://img.example/1.jpg");
    EXPECT_TRUE(fetch("https://board.example/1.jpg"));
    EXPECT_THAT(sent("Referer"),
                ElementsAre("/1.jpg[https://board.example/t/1]", "/1.jpg[https://board.example/]"));
}

TEST_F(Visitor, NobodyIsToldOfAnotherSitesPages)
{
    from = Referrer{Url::parse("https://elsewhere.example/t/1").value()};
    EXPECT_TRUE(fetch("https://board.example/a"));
    from = Referrer{Url::parse("https://board.example/t/1").value()};
    rules.referer = RefererUse::none;
    EXPECT_TRUE(fetch("https://board.example/b"));
    rules.referer = RefererUse::send;
    rules.headers = {{"Referer", "https://agreed.example/"}};
    EXPECT_TRUE(fetch("https://board.example/c"));
    EXPECT_THAT(sent("Referer"), ElementsAre("/a", "/b", "/c[https://agreed.example/]"));
}

} // namespace
} // namespace stillwatch::crawler
