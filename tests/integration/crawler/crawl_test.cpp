// The crawler on real timers, with a frontier that answers from another thread.
#include "crawler/polite_fetcher.hpp"
#include "crawler/revisit.hpp"
#include "crawler/scheduler.hpp"
#include "tests/unit/crawler/memory_frontier.hpp"
#include "tests/unit/crawler/scripted_fetcher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

namespace stillwatch::crawler {

namespace {

using namespace std::chrono_literals;
using test::ScriptedFetcher;

// Crosses to a thread and back before each answer, as the store does.
class DistantFrontier final : public Frontier {
public:
    explicit DistantFrontier(test::MemoryFrontier& near) : near_(near) {}

    Task<std::vector<store::HostRow>> ready_hosts(Timestamp now) override
    {
        co_await cross();
        co_return co_await near_.ready_hosts(now);
    }
    Task<std::optional<Timestamp>> next_due(Timestamp now) override
    {
        co_await cross();
        co_return co_await near_.next_due(now);
    }
    Task<std::vector<store::Visit>> claim(HostId host, Timestamp now, Timestamp lease_until,
                                          std::size_t limit) override
    {
        co_await cross();
        co_return co_await near_.claim(host, now, lease_until, limit);
    }
    Task<Result<>> apply(std::shared_ptr<const std::vector<store::VisitResult>> results) override
    {
        co_await cross();
        co_return co_await near_.apply(std::move(results));
    }
    Task<Result<>> release(std::vector<UrlId> ids) override
    {
        co_await cross();
        co_return co_await near_.release(std::move(ids));
    }
    Task<Result<>> set_backoff(HostId host, Timestamp until, int errors_in_a_row) override
    {
        co_await cross();
        co_return co_await near_.set_backoff(host, until, errors_in_a_row);
    }

private:
    Task<> cross()
    {
        auto work = [this] { ++crossings_; };
        co_await offload(pool_, std::move(work));
    }

    test::MemoryFrontier& near_;
    asio::thread_pool pool_{1};
    int crossings_ = 0;
};

class CrawlTest : public testing::Test {
protected:
    CrawlTest()
    {
        SiteRules rules;
        rules.name = "board";
        rules.pace = {20ms, 2};
        for (int host = 0; host < 3; ++host) {
            const auto name = "h" + std::to_string(host) + ".example";
            rules.hosts.push_back(name);
            for (int page = 0; page < 15; ++page)
                frontier.add("board", "https://" + name + "/" + std::to_string(page));
        }
        site = std::make_shared<const SiteRules>(rules);
        auto all = std::make_shared<CrawlSettings>();
        all->sites["board"] = site;
        settings = all;
        web.duration = 5ms;
    }

    Task<Result<store::VisitResult>> visit(store::Visit visit)
    {
        FetchLimits limits;
        Conditions conditions;
        std::optional<Referrer> from;
        const auto answer =
            co_await polite.fetch(site, visit.url, std::move(conditions), from, limits, Purpose::page);
        if (!answer && answer.error().code == Errc::cancelled) co_return answer.error();
        const auto outcome = answer ? store::Outcome::gone : store::Outcome::unreachable;
        const auto next = next_visit(visit, outcome, 0, clock.now(), site->revisit, 1);
        store::VisitResult result{.id = visit.id, .host = visit.host, .at = clock.now(), .outcome = outcome};
        result.due = next.due;
        co_return result;
    }
    VisitFunction visitor()
    {
        return [this](store::Visit next) { return visit(std::move(next)); };
    }

    asio::io_context io{1};
    SteadyTimekeeper time{io.get_executor()};
    SystemClock clock;
    test::MemoryFrontier frontier;
    DistantFrontier distant{frontier};
    ScriptedFetcher web{time};
    test::MemoryRobots robots;
    PoliteFetcher polite{web, robots, time, clock};
    std::shared_ptr<const SiteRules> site;
    std::shared_ptr<const CrawlSettings> settings;
};

TEST_F(CrawlTest, RequestsToOneHostAreADelayApart)
{
    Scheduler scheduler(io.get_executor(), time, clock, distant, polite, settings);
    std::optional<CrawlProgress> progress;
    auto pass = [&]() -> Task<> {
        auto result = co_await scheduler.run_once(visitor());
        progress = result.value();
    };
    asio::co_spawn(io, pass(), [](std::exception_ptr problem) { EXPECT_FALSE(problem); });
    io.run();
    ASSERT_TRUE(progress);
    EXPECT_EQ(progress->visits, 45);
    EXPECT_EQ(web.asked.size(), 48U); // and a robots.txt each
    std::map<std::string, Moment> last;
    for (const auto& asked : web.asked) {
        const auto origin = Url::parse(asked.url).value().origin();
        const auto before = last.find(origin);
        if (before != last.end()) {
            EXPECT_GE(asked.at - before->second, 19ms) << asked.url; // 1 ms: the start is noted just before
        }
        last[origin] = asked.at;
    }
}

TEST_F(CrawlTest, StopEndsWithinASecond)
{
    Scheduler scheduler(io.get_executor(), time, clock, distant, polite, settings);
    asio::co_spawn(io, scheduler.run(visitor()), [](std::exception_ptr problem) { EXPECT_FALSE(problem); });
    asio::steady_timer timer(io, 100ms);
    auto stopped_at = Moment{};
    timer.async_wait([&](const boost::system::error_code&) {
        stopped_at = time.now();
        scheduler.stop();
        polite.stop();
    });
    io.run();
    EXPECT_LT(time.now() - stopped_at, 1s);
    EXPECT_EQ(frontier.leased(), 0U);
    EXPECT_FALSE(web.asked.empty());
}

} // namespace

} // namespace stillwatch::crawler
