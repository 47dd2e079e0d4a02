#include "crawler/polite_fetcher.hpp"

#include "scripted_fetcher.hpp"
#include "simulated_time.hpp"

#include <boost/asio/co_spawn.hpp>

#include <gtest/gtest.h>

namespace stillwatch::crawler {

namespace {

using namespace std::chrono_literals;
using test::ScriptedFetcher;

class PoliteFetcherTest : public testing::Test {
protected:
    PoliteFetcherTest()
    {
        SiteRules rules;
        rules.name = "board";
        rules.hosts = {"board.example", "img.example"};
        rules.pace = {1s, 2};
        site = std::make_shared<const SiteRules>(rules);
        web.pages["https://board.example/robots.txt"] =
            ScriptedFetcher::text("user-agent: *\ndisallow: /private\n");
    }

    Task<> fetch_into(std::optional<Result<PoliteAnswer>>& out, std::string url, Purpose purpose)
    {
        auto parsed = Url::parse(url).value();
        FetchLimits limits;
        out = co_await polite.fetch(site, std::move(parsed), conditions, referrer, limits, purpose);
    }
    Result<PoliteAnswer> fetch(std::string url, Purpose purpose = Purpose::page)
    {
        std::optional<Result<PoliteAnswer>> out;
        asio::co_spawn(io, fetch_into(out, std::move(url), purpose),
                       [](std::exception_ptr problem) { EXPECT_FALSE(problem); });
        time.run();
        return out.value();
    }
    std::string error_of(std::string url)
    {
        const auto answer = fetch(std::move(url));
        return answer ? "no error" : to_string(answer.error());
    }

    asio::io_context io{1};
    test::SimulatedTime time{io};
    ScriptedFetcher web{time};
    test::MemoryRobots store;
    Conditions conditions;
    std::optional<Referrer> referrer;
    std::shared_ptr<const SiteRules> site;
    PoliteFetcher polite{web, store, time, time.clock()};
};

TEST_F(PoliteFetcherTest, AsksRobotsFirstAndOnce)
{
    web.pages["https://board.example/a"] = ScriptedFetcher::text("a");
    EXPECT_EQ(fetch("https://board.example/a").value().answer.status, 200);
    EXPECT_EQ(fetch("https://board.example/b").value().answer.status, 404);
    ASSERT_EQ(web.asked.size(), 3U);
    EXPECT_EQ(web.asked[0].url, "https://board.example/robots.txt");
    EXPECT_EQ(web.asked[1].at - web.asked[0].at, 1s);
    EXPECT_EQ(web.asked[2].at - web.asked[1].at, 1s);
    EXPECT_EQ(store.rows.at("https://board.example").http_status, 200);
}

TEST_F(PoliteFetcherTest, ARedirectToWhatIsVisitedAnywayIsNotFollowedButForEvidence)
{
    web.pages["https://board.example/old"] = ScriptedFetcher::redirect("/new");
    web.pages["https://board.example/new"] = ScriptedFetcher::text("new");
    polite.leave_to_themselves(
        [](Url from, Url to) -> Task<bool> { co_return from.path() == "/old" && to.path() == "/new"; });
    const auto answer = fetch("https://board.example/old").value();
    EXPECT_EQ(answer.answer.status, 302);
    ASSERT_TRUE(answer.led_to);
    EXPECT_EQ(answer.led_to->text(), "https://board.example/new");
    EXPECT_EQ(web.times_asked("https://board.example/new"), 0U);
    const auto evidence = fetch("https://board.example/old", Purpose::evidence).value();
    EXPECT_EQ(evidence.answer.status, 200);
    EXPECT_FALSE(evidence.led_to);
}

TEST_F(PoliteFetcherTest, NamesTheLineThatForbids)
{
    EXPECT_EQ(error_of("https://board.example/private/1"), "refused: robots: line 2 'Disallow: /private'");
    EXPECT_EQ(web.asked.size(), 1U);
}

TEST_F(PoliteFetcherTest, DoesNotAskRobotsWhereTheSiteSaysSo)
{
    auto rules = *site;
    rules.robots = RobotsPolicy::ignore;
    site = std::make_shared<const SiteRules>(rules);
    EXPECT_TRUE(fetch("https://board.example/private/1").has_value());
    EXPECT_EQ(web.times_asked("https://board.example/robots.txt"), 0U);
}

TEST_F(PoliteFetcherTest, RobotsAreObeyedAgainWhenTheOverrideHasEnded)
{
    auto rules = *site;
    rules.robots = RobotsPolicy::ignore;
    rules.robots_until = time.clock().now() + 1h;
    site = std::make_shared<const SiteRules>(rules);
    EXPECT_TRUE(fetch("https://board.example/private/1").has_value());
    time.pass(1h);
    EXPECT_EQ(error_of("https://board.example/private/1"), "refused: robots: line 2 'Disallow: /private'");
}

TEST_F(PoliteFetcherTest, CookiesDoNotGoOverClearHttpWhereTheSeedIsHttps)
{
    auto rules = *site;
    rules.headers = {{"Cookie", "session=1"}, {"X-Token", "secret"}, {"User-Agent", "Stillwatch (agreed)"}};
    rules.seeds = {Url::parse("https://board.example/").value()};
    site = std::make_shared<const SiteRules>(rules);
    web.pages["https://board.example/a"] = ScriptedFetcher::redirect("http://board.example/b");
    EXPECT_TRUE(fetch("https://board.example/a").has_value());
    const auto has = [](const ScriptedFetcher::Asked& asked, std::string_view name) {
        return std::ranges::find(asked.headers, name, &HeaderField::name) != asked.headers.end();
    };
    ASSERT_EQ(web.times_asked("http://board.example/b"), 1U);
    for (const auto& asked : web.asked) {
        EXPECT_EQ(has(asked, "Cookie"), asked.url.starts_with("https://")) << asked.url;
        EXPECT_EQ(has(asked, "X-Token"), asked.url.starts_with("https://")) << asked.url;
        EXPECT_TRUE(has(asked, "User-Agent")) << asked.url;
    }
}

TEST_F(PoliteFetcherTest, HeadersOfASiteAreSecretsButForWhoWeAre)
{
    auto rules = *site;
    rules.headers = {{"X-Api-Key", "k"}, {"Cookie", "age=18"}, {"User-Agent", "Stillwatch"}};
    site = std::make_shared<const SiteRules>(rules);
    EXPECT_TRUE(fetch("https://board.example/a").has_value());
    ASSERT_FALSE(web.asked.empty());
    EXPECT_EQ(web.asked.back().secrets, (std::vector<std::string>{"X-Api-Key", "Cookie"}));
}

TEST_F(PoliteFetcherTest, AStoppedHostGetsNoRequestUntilItResumes)
{
    polite.set_stopped({"board.example"});
    EXPECT_TRUE(error_of("https://board.example/a").starts_with("cancelled"));
    EXPECT_TRUE(fetch("https://img.example/a.jpg", Purpose::image).has_value());
    for (const auto& asked : web.asked)
        EXPECT_TRUE(asked.url.starts_with("https://img.example/")) << asked.url;
    polite.set_stopped({});
    EXPECT_TRUE(fetch("https://board.example/a").has_value());
}

TEST_F(PoliteFetcherTest, WhoWaitsForATurnLearnsThatTheHostWasStopped)
{
    EXPECT_TRUE(fetch("https://board.example/a").has_value());
    web.pages["https://board.example/busy"] = ScriptedFetcher::status(503, {{"Retry-After", "3600"}});
    EXPECT_TRUE(fetch("https://board.example/busy").has_value());
    std::optional<Result<PoliteAnswer>> out;
    asio::co_spawn(io, fetch_into(out, "https://board.example/b", Purpose::page),
                   [](std::exception_ptr problem) { EXPECT_FALSE(problem); });
    time.run(1s);
    EXPECT_FALSE(out.has_value());
    polite.set_stopped({"board.example"});
    time.run(1ms);
    ASSERT_TRUE(out.has_value());
    EXPECT_EQ(out->error().code, Errc::cancelled);
}

TEST_F(PoliteFetcherTest, ManyWaitForOneRobotsFile)
{
    std::vector<std::optional<Result<PoliteAnswer>>> out(5);
    for (std::size_t i = 0; i < out.size(); ++i)
        asio::co_spawn(io, fetch_into(out[i], "https://board.example/" + std::to_string(i), Purpose::page),
                       [](std::exception_ptr problem) { EXPECT_FALSE(problem); });
    time.run();
    for (const auto& answer : out)
        EXPECT_TRUE(answer.has_value() && answer->has_value());
    EXPECT_EQ(web.times_asked("https://board.example/robots.txt"), 1U);
}

TEST_F(PoliteFetcherTest, FollowsRedirectsAndKeepsThem)
{
    web.pages["https://board.example/a"] = ScriptedFetcher::redirect("/b");
    web.pages["https://board.example/b"] = ScriptedFetcher::redirect("//img.example/c.jpg");
    web.pages["https://img.example/c.jpg"] = ScriptedFetcher::text("picture");
    const auto answer = fetch("https://board.example/a", Purpose::image).value();
    EXPECT_EQ(answer.answer.url.text(), "https://img.example/c.jpg");
    ASSERT_EQ(answer.hops.size(), 2U);
    EXPECT_EQ(answer.hops[1].url.text(), "https://board.example/b");
    EXPECT_EQ(web.times_asked("https://img.example/robots.txt"), 1U);
}

TEST_F(PoliteFetcherTest, RedirectsPassScopeAndRobots)
{
    web.pages["https://board.example/out"] = ScriptedFetcher::redirect("https://other.example/x");
    web.pages["https://board.example/in"] = ScriptedFetcher::redirect("/private/x");
    web.pages["https://board.example/search"] = ScriptedFetcher::redirect("https://tineye.com/search");
    web.pages["https://board.example/end"] = ScriptedFetcher::redirect("/logout");
    web.pages["https://board.example/file"] = ScriptedFetcher::redirect("file:///etc/passwd");
    EXPECT_EQ(error_of("https://board.example/out"), "refused: scope: off_site other.example");
    EXPECT_EQ(error_of("https://board.example/in"), "refused: robots: line 2 'Disallow: /private'");
    EXPECT_EQ(error_of("https://board.example/search"), "refused: scope: denied_host tineye.com");
    EXPECT_EQ(error_of("https://board.example/end"), "refused: scope: side_effect board.example");
    EXPECT_TRUE(error_of("https://board.example/file").starts_with("refused: redirects: "));
    for (const auto& asked : web.asked)
        EXPECT_TRUE(asked.url.starts_with("https://board.example/")) << asked.url;
}

TEST_F(PoliteFetcherTest, CirclesAndEndlessChainsEnd)
{
    web.pages["https://board.example/self"] = ScriptedFetcher::redirect("/self");
    EXPECT_EQ(error_of("https://board.example/self"), "malformed: redirects: in circles after 1");
    for (int i = 0; i < 100; ++i)
        web.pages["https://board.example/" + std::to_string(i)] =
            ScriptedFetcher::redirect("/" + std::to_string(i + 1));
    EXPECT_EQ(error_of("https://board.example/0"), "malformed: redirects: more than 20");
    EXPECT_EQ(web.times_asked("https://board.example/20"), 1U);
    EXPECT_EQ(web.times_asked("https://board.example/21"), 0U);
}

TEST_F(PoliteFetcherTest, ARedirectWithoutTargetIsAnAnswer)
{
    web.pages["https://board.example/a"] = ScriptedFetcher::status(302);
    EXPECT_EQ(fetch("https://board.example/a").value().answer.status, 302);
}

TEST_F(PoliteFetcherTest, TheGuardsRefusalPassesThrough)
{
    web.pages["https://board.example/a"] = ScriptedFetcher::fails(Errc::refused);
    EXPECT_EQ(error_of("https://board.example/a"), "refused: as scripted");
}

TEST_F(PoliteFetcherTest, SendsConditionsThatThereAre)
{
    conditions = {"\"v1\"", "Mon, 23 Nov 2026 02:00:00 GMT"};
    web.pages["https://board.example/a"] = ScriptedFetcher::status(304);
    EXPECT_EQ(fetch("https://board.example/a").value().answer.status, 304);
    EXPECT_EQ(web.asked[1].headers,
              (std::vector<HeaderField>{{"If-None-Match", "\"v1\""},
                                        {"If-Modified-Since", "Mon, 23 Nov 2026 02:00:00 GMT"}}));
    EXPECT_EQ(web.asked[0].headers, (std::vector<HeaderField>{{"Accept-Encoding", "identity"}}));
}

TEST_F(PoliteFetcherTest, CrawlDelayCounts)
{
    web.pages["https://board.example/robots.txt"] = ScriptedFetcher::text("user-agent: *\ncrawl-delay: 7\n");
    (void)fetch("https://board.example/a");
    (void)fetch("https://board.example/b");
    EXPECT_EQ(web.asked[2].at - web.asked[1].at, 7s);
}

TEST_F(PoliteFetcherTest, RetryAfterOfAYearHoldsTheHostForADay)
{
    web.pages["https://board.example/a"] = ScriptedFetcher::status(429, {{"Retry-After", "31536000"}});
    EXPECT_EQ(fetch("https://board.example/a").value().answer.status, 429);
    const auto standing = polite.standing("https://board.example");
    EXPECT_EQ(standing.earliest_start - web.asked[1].at, 24h);
    EXPECT_EQ(standing.errors_in_a_row, 1);
    EXPECT_LE(polite.standing("https://img.example").earliest_start, time.now());
}

TEST_F(PoliteFetcherTest, NeitherARecaptureNorAChainWaitsForAHostThatRests)
{
    web.pages["https://img.example/1.jpg"] = ScriptedFetcher::status(429, {{"Retry-After", "3600"}});
    (void)fetch("https://img.example/1.jpg", Purpose::image);
    web.pages["https://board.example/a"] = ScriptedFetcher::redirect("https://img.example/2.jpg");
    const auto before = time.now();
    EXPECT_EQ(error_of("https://board.example/a"), "unreachable: img.example rests");
    EXPECT_EQ(fetch("https://img.example/1.jpg", Purpose::evidence).error().code, Errc::unreachable);
    EXPECT_LT(time.now() - before, 60s);
}

TEST_F(PoliteFetcherTest, TimeoutsSlowTheHostDown)
{
    web.pages["https://board.example/a"] = ScriptedFetcher::fails(Errc::timed_out);
    (void)fetch("https://board.example/a");
    EXPECT_EQ(polite.standing("https://board.example").earliest_start - web.asked[1].at, 2s);
}

TEST_F(PoliteFetcherTest, UnreachableRobotsCloseTheHost)
{
    web.pages["https://board.example/robots.txt"] = ScriptedFetcher::status(503);
    EXPECT_EQ(error_of("https://board.example/a"),
              "unreachable: robots: the file is answered with status 503");
    EXPECT_EQ(error_of("https://board.example/b"),
              "unreachable: robots: the file is answered with status 503");
    EXPECT_EQ(web.asked.size(), 1U);
    time.pass(5min);
    web.pages["https://board.example/robots.txt"] = ScriptedFetcher::status(404);
    EXPECT_TRUE(fetch("https://board.example/a").has_value());
}

TEST_F(PoliteFetcherTest, UnreachableForThirtyDaysCountsAsNoFile)
{
    web.pages["https://board.example/robots.txt"] = ScriptedFetcher::fails(Errc::unreachable);
    EXPECT_EQ(error_of("https://board.example/a"), "unreachable: robots: the file is unreachable");
    // The host rests until robots.txt is asked for again.
    EXPECT_GT(polite.standing("https://board.example").earliest_start, time.now() + 4min);
    EXPECT_LE(polite.standing("https://board.example").earliest_start, time.now() + 5min);
    time.pass(std::chrono::days(29));
    EXPECT_FALSE(fetch("https://board.example/a").has_value());
    time.pass(std::chrono::days(1));
    EXPECT_TRUE(fetch("https://board.example/a").has_value());
}

TEST_F(PoliteFetcherTest, AHostThatTheGuardClosesIsRefusedAndNotUnreachable)
{
    store.rows["https://board.example"] = {"https://board.example", time.clock().now(), 0, ""}; // of earlier
    web.pages["https://board.example/robots.txt"] = ScriptedFetcher::fails(Errc::refused);
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(error_of("https://board.example/a"), "refused: as scripted");
        EXPECT_LE(polite.standing("https://board.example").earliest_start, time.now() + 1min)
            << "does not rest";
    }
    web.pages["https://board.example/robots.txt"] = ScriptedFetcher::status(404);
    EXPECT_TRUE(fetch("https://board.example/a").has_value()) << "once it is opened";
}

TEST_F(PoliteFetcherTest, OnlyTheTransportsRefusalIsTheGuards)
{
    EXPECT_TRUE(
        is_guard_refusal({Errc::refused, "GET http://127.0.0.77: 127.0.0.77 is not a public address"}));
    EXPECT_FALSE(is_guard_refusal({Errc::refused, "robots: line 2 'Disallow: /private'"}));
    EXPECT_FALSE(is_guard_refusal({Errc::refused, "scope: off_site other.example"}));
    EXPECT_FALSE(is_guard_refusal({Errc::unreachable, "GET http://127.0.0.77"}));
}

TEST_F(PoliteFetcherTest, AnEarlierRobotsFileOutlivesAnOutage)
{
    EXPECT_FALSE(fetch("https://board.example/private/1").has_value());
    web.pages["https://board.example/robots.txt"] = ScriptedFetcher::status(500);
    time.pass(25h);
    EXPECT_TRUE(fetch("https://board.example/a").has_value());
    EXPECT_EQ(error_of("https://board.example/private/1"), "refused: robots: line 2 'Disallow: /private'");
    EXPECT_EQ(web.times_asked("https://board.example/robots.txt"), 2U);
    EXPECT_EQ(store.rows.at("https://board.example").http_status, 200);
}

TEST_F(PoliteFetcherTest, RobotsAreReadAgainAfterADay)
{
    (void)fetch("https://board.example/a");
    time.pass(23h);
    (void)fetch("https://board.example/a");
    EXPECT_EQ(web.times_asked("https://board.example/robots.txt"), 1U);
    time.pass(1h);
    (void)fetch("https://board.example/a");
    EXPECT_EQ(web.times_asked("https://board.example/robots.txt"), 2U);
}

TEST_F(PoliteFetcherTest, StoredRobotsSpareARequest)
{
    store.rows["https://board.example"] = {"https://board.example", time.clock().now(), 200,
                                           "user-agent: *\ndisallow: /a\n"};
    EXPECT_EQ(error_of("https://board.example/a"), "refused: robots: line 2 'Disallow: /a'");
    EXPECT_TRUE(web.asked.empty());
}

TEST_F(PoliteFetcherTest, RobotsMayBeKeptOnAnotherHostOfTheSite)
{
    web.pages["https://board.example/robots.txt"] = ScriptedFetcher::redirect("http://img.example/rules.txt");
    web.pages["http://img.example/rules.txt"] = ScriptedFetcher::text("user-agent: *\ndisallow: /x\n");
    EXPECT_EQ(error_of("https://board.example/x"), "refused: robots: line 2 'Disallow: /x'");
}

TEST_F(PoliteFetcherTest, RobotsRedirectsElsewhereAreNotFollowed)
{
    web.pages["https://board.example/robots.txt"] =
        ScriptedFetcher::redirect("https://other.example/search?image=https://board.example/a.jpg");
    EXPECT_TRUE(fetch("https://board.example/x").has_value());
    EXPECT_EQ(web.asked.size(), 2U);
    time.pass(24h);
    web.pages["https://board.example/robots.txt"] =
        ScriptedFetcher::redirect("https://other.example/robots.txt");
    EXPECT_TRUE(fetch("https://board.example/x").has_value());
    EXPECT_EQ(web.times_asked("https://other.example/robots.txt"), 0U)
        << "a stranger, whatever the file is called";
}

TEST_F(PoliteFetcherTest, FiveRedirectsOfRobotsAreFollowed)
{
    for (int i = 0; i < 5; ++i)
        web.pages[i == 0 ? "https://board.example/robots.txt"
                         : "https://board.example/r" + std::to_string(i)] =
            ScriptedFetcher::redirect("/r" + std::to_string(i + 1));
    web.pages["https://board.example/r5"] = ScriptedFetcher::text("user-agent: *\ndisallow: /x\n");
    EXPECT_EQ(error_of("https://board.example/x"), "refused: robots: line 2 'Disallow: /x'");
    web.pages["https://board.example/r5"] = ScriptedFetcher::redirect("/r6");
    time.pass(24h);
    EXPECT_TRUE(fetch("https://board.example/x").has_value());
    EXPECT_EQ(web.times_asked("https://board.example/r6"), 0U);
}

TEST_F(PoliteFetcherTest, EncodedOrBrokenOffRobotsCountAsUnreachable)
{
    web.pages["https://board.example/robots.txt"] =
        ScriptedFetcher::status(200, {{"Content-Encoding", "gzip"}}, "\x1f\x8b");
    EXPECT_FALSE(fetch("https://board.example/x").has_value());
    web.pages["https://img.example/robots.txt"] = [](const FetchRequest& request) -> Result<Fetched> {
        Fetched answer{.url = request.url};
        answer.status = 200;
        answer.cut = Cut::disconnect;
        return answer;
    };
    EXPECT_FALSE(fetch("https://img.example/x").has_value());
}

TEST_F(PoliteFetcherTest, StopEndsWaits)
{
    auto rules = *site;
    rules.pace = {1h, 1};
    site = std::make_shared<const SiteRules>(rules);
    std::vector<std::optional<Result<PoliteAnswer>>> out(4);
    for (std::size_t i = 0; i < out.size(); ++i)
        asio::co_spawn(io, fetch_into(out[i], "https://board.example/" + std::to_string(i), Purpose::page),
                       [](std::exception_ptr problem) { EXPECT_FALSE(problem); });
    time.run(1min);
    polite.stop();
    time.run(1s);
    for (const auto& answer : out) {
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->error().code, Errc::cancelled);
    }
    EXPECT_EQ(fetch("https://img.example/x").error().code, Errc::cancelled);
}

} // namespace

} // namespace stillwatch::crawler
