#include "crawler/scheduler.hpp"

#include "memory_frontier.hpp"
#include "simulated_time.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <set>
#include <stdexcept>

namespace stillwatch::crawler {

namespace {

using namespace std::chrono_literals;
using store::Outcome;

// Hosts that are never slow, but for those named.
class FreePace final : public HostPace {
public:
    explicit FreePace(const Timekeeper& time) : time_(time) {}
    HostStanding standing(const std::string& origin) const override
    {
        const auto found = held.find(origin);
        return found == held.end() ? HostStanding{time_.now(), 0} : found->second;
    }
    std::map<std::string, HostStanding> held;

private:
    const Timekeeper& time_;
};

class SchedulerTest : public testing::Test {
protected:
    std::shared_ptr<const CrawlSettings> settings_with(int concurrency, int max_visits = 512)
    {
        CrawlSettings settings;
        SiteRules board;
        board.name = "board";
        board.pace = {0ms, concurrency};
        settings.sites["board"] = std::make_shared<const SiteRules>(board);
        settings.max_visits = max_visits;
        return std::make_shared<const CrawlSettings>(settings);
    }
    void add_pages(int hosts, int pages)
    {
        for (int host = 0; host < hosts; ++host)
            for (int page = 0; page < pages; ++page)
                frontier.add("board",
                             "https://h" + std::to_string(host) + ".example/" + std::to_string(page));
    }
    // Pages that each name the next one.
    static constexpr int listed = 50;
    void add_list()
    {
        frontier.add("board", "https://a.example/0");
        discover = [](const store::Visit& visit, store::VisitResult& result) {
            const int number = std::stoi(std::string(visit.url.path().substr(1)));
            if (number == listed) return;
            auto url = Url::parse("https://a.example/" + std::to_string(number + 1)).value();
            result.discovered.push_back({.url = url, .site = "board"});
        };
        visit_lasts = 1ms;
    }
    Task<Result<store::VisitResult>> visit(store::Visit visit)
    {
        ++on_all;
        most_on_all = std::max(most_on_all, on_all);
        most_on_host = std::max(most_on_host, ++on_host[visit.host]);
        const auto alarm = time.alarm();
        const auto end = time.now() + visit_lasts;
        while (time.now() < end && !cancel_visits) {
            under_way.insert(alarm.get());
            co_await alarm->wait_until(end);
            under_way.erase(alarm.get());
        }
        --on_all;
        --on_host[visit.host];
        if (cancel_visits) co_return Error{Errc::cancelled, "stopping"};
        ++visited[visit.url.text()];
        if (on_visit) on_visit(visit);
        store::VisitResult result{
            .id = visit.id, .host = visit.host, .at = time.clock().now(), .outcome = Outcome::page};
        result.due = time.clock().now() + revisit_after;
        if (discover) discover(visit, result);
        co_return result;
    }
    VisitFunction visitor()
    {
        return [this](store::Visit next) { return visit(std::move(next)); };
    }
    Task<> run_once_into(std::optional<Result<CrawlProgress>>& out)
    {
        out = co_await scheduler->run_once(visitor());
    }
    void start_single(std::shared_ptr<const CrawlSettings> settings)
    {
        scheduler.emplace(io.get_executor(), time, time.clock(), frontier, pace, std::move(settings));
        asio::co_spawn(io, run_once_into(progress), [this](std::exception_ptr problem) { ended(problem); });
    }
    void start_endless(std::shared_ptr<const CrawlSettings> settings)
    {
        scheduler.emplace(io.get_executor(), time, time.clock(), frontier, pace, std::move(settings));
        asio::co_spawn(io, scheduler->run(visitor()), [this](std::exception_ptr problem) { ended(problem); });
    }
    void ended(std::exception_ptr problem)
    {
        has_ended = true;
        ended_with = problem;
        ended_at = time.now();
    }

    asio::io_context io{1};
    test::SimulatedTime time{io};
    test::MemoryFrontier frontier;
    FreePace pace{time};
    std::optional<Scheduler> scheduler;
    std::optional<Result<CrawlProgress>> progress;
    std::chrono::milliseconds visit_lasts{100};
    std::chrono::milliseconds revisit_after = std::chrono::hours(1);
    std::function<void(const store::Visit&)> on_visit;
    std::function<void(const store::Visit&, store::VisitResult&)> discover;
    std::map<std::string, int> visited;
    std::map<HostId, int> on_host;
    std::set<Alarm*> under_way;
    int on_all = 0;
    int most_on_all = 0;
    int most_on_host = 0;
    bool cancel_visits = false;
    bool has_ended = false;
    std::exception_ptr ended_with;
    Moment ended_at{};
};

TEST_F(SchedulerTest, OnePassVisitsEverythingOnceWithinTheConcurrency)
{
    add_pages(7, 50);
    start_single(settings_with(3));
    time.run();
    ASSERT_TRUE(progress && progress->has_value());
    EXPECT_EQ((*progress)->visits, 350);
    EXPECT_EQ((*progress)->pages, 350);
    EXPECT_EQ((*progress)->count(Outcome::page), 350);
    EXPECT_EQ((*progress)->in_flight, 0);
    EXPECT_EQ(visited.size(), 350U);
    for (const auto& [url, times] : visited)
        EXPECT_EQ(times, 1) << url;
    EXPECT_EQ(most_on_host, 3);
    EXPECT_EQ(most_on_all, 21);
    EXPECT_LE(frontier.largest_claim, 16U);
    EXPECT_EQ(frontier.leased(), 0U);
}

TEST_F(SchedulerTest, VisitsOfAllHostsTogetherAreBounded)
{
    add_pages(20, 10);
    start_single(settings_with(3, 5));
    time.run();
    EXPECT_EQ((*progress)->visits, 200);
    EXPECT_EQ(most_on_all, 5);
}

TEST_F(SchedulerTest, OnePassFollowsWhatItDiscoversToOtherHosts)
{
    frontier.add("board", "https://a.example/0");
    discover = [](const store::Visit& visit, store::VisitResult& result) {
        const auto path = std::string(visit.url.path());
        const int number = std::stoi(path.substr(1));
        if (number == 30) return;
        const std::string host = number % 2 == 0 ? "b" : "a";
        auto url = Url::parse("https://" + host + ".example/" + std::to_string(number + 1)).value();
        result.discovered.push_back({.url = url, .site = "board"});
    };
    start_single(settings_with(2));
    time.run();
    EXPECT_EQ((*progress)->visits, 31);
}

TEST_F(SchedulerTest, AListIsFollowedWithoutWaitingForABatchToFill)
{
    add_list();
    const auto began = time.now();
    start_single(settings_with(2));
    time.run();
    EXPECT_EQ((*progress)->visits, listed + 1);
    EXPECT_LT(ended_at - began, listed * ResultBatcher::max_age / 2);
}

// The share of the store's time that writing takes is bounded, whatever a batch costs.
TEST_F(SchedulerTest, WhereWritingTakesLongMoreResultsGoTogether)
{
    add_list();
    frontier.on_apply = [this] { time.pass(5ms); };
    const auto began = time.now();
    start_single(settings_with(2));
    time.run();
    EXPECT_EQ((*progress)->visits, listed + 1);
    EXPECT_GE(ended_at - began, listed * 40ms);
    EXPECT_LT(ended_at - began, listed * 60ms);
}

TEST_F(SchedulerTest, NoResultWaitsForLongHoweverLongWritingTakes)
{
    add_pages(1, 40);
    frontier.on_apply = [this] { time.pass(3s); };
    start_single(settings_with(2));
    Moment last = time.now();
    on_visit = [&](const store::Visit&) { last = time.now(); };
    time.run();
    EXPECT_EQ((*progress)->visits, 40);
    EXPECT_LE(ended_at - last, 3s + 2 * ResultBatcher::max_age);
}

TEST_F(SchedulerTest, AHostThatTakesManyAtOnceHasALargerWindowUpToABound)
{
    int hosts = 0;
    for (const auto& [concurrency, largest] : {std::pair{8, 32U}, std::pair{100, 64U}}) {
        add_pages(++hosts, 500);
        start_single(settings_with(concurrency));
        time.run();
        EXPECT_EQ(frontier.largest_claim, largest);
    }
}

TEST_F(SchedulerTest, OnePassEndsThoughPagesBecomeDueMeanwhile)
{
    add_pages(1, 100);
    revisit_after = 1s;
    visit_lasts = 500ms;
    start_single(settings_with(1));
    time.run();
    EXPECT_EQ((*progress)->visits, 100);
}

TEST_F(SchedulerTest, ResultsGoInBatches)
{
    add_pages(50, 40);
    start_single(settings_with(2));
    time.run();
    EXPECT_EQ((*progress)->visits, 2'000);
    EXPECT_LT(frontier.batches.size(), 60U);
    for (const auto size : frontier.batches)
        EXPECT_LE(size, 512U);
}

TEST_F(SchedulerTest, ResultsThatCannotBeStoredAreTriedAgain)
{
    add_pages(1, 20);
    frontier.failing_applies = 3;
    start_single(settings_with(2));
    time.run();
    ASSERT_TRUE(progress->has_value());
    EXPECT_EQ(visited.size(), 20U);
    for (const auto& [id, address] : frontier.addresses)
        EXPECT_EQ(address.visits, 1);
}

TEST_F(SchedulerTest, OnePassFailsWhereTheStoreFailsForGood)
{
    add_pages(1, 20);
    frontier.failing_applies = 1'000;
    start_single(settings_with(2));
    time.run();
    ASSERT_TRUE(progress.has_value());
    EXPECT_EQ(progress->error().code, Errc::io);
}

TEST_F(SchedulerTest, ComesBackWhenSomethingIsDue)
{
    add_pages(2, 3);
    start_endless(settings_with(2));
    time.run(59min);
    EXPECT_EQ(scheduler->progress().visits, 6);
    time.run(2min);
    EXPECT_EQ(scheduler->progress().visits, 12);
    EXPECT_LT(frontier.looks, 200);
    scheduler->stop();
    time.run();
    EXPECT_TRUE(has_ended);
}

TEST_F(SchedulerTest, WakeStartsNewWorkAtOnce)
{
    start_endless(settings_with(2));
    time.run(10s);
    frontier.add("board", "https://a.example/new");
    scheduler->wake();
    time.run(1s);
    EXPECT_EQ(visited.size(), 1U);
    scheduler->stop();
    time.run();
    EXPECT_TRUE(has_ended);
}

TEST_F(SchedulerTest, StopGivesBackWhatIsNotDone)
{
    add_pages(5, 100);
    visit_lasts = 1h;
    start_endless(settings_with(3));
    time.run(1s);
    EXPECT_EQ(on_all, 15);
    EXPECT_EQ(scheduler->progress().host_queues, 5);
    const auto stopped_at = time.now();
    scheduler->stop();
    cancel_visits = true;
    for (auto* alarm : under_way)
        alarm->ring();
    time.run(1min);
    ASSERT_TRUE(has_ended);
    EXPECT_LT(ended_at - stopped_at, 1s);
    EXPECT_EQ(frontier.leased(), 0U);
    EXPECT_TRUE(visited.empty());
}

TEST_F(SchedulerTest, StopKeepsResultsOfVisitsThatEnd)
{
    add_pages(2, 100);
    visit_lasts = 10s;
    start_endless(settings_with(3));
    time.run(1s);
    scheduler->stop();
    time.run();
    ASSERT_TRUE(has_ended);
    EXPECT_EQ(visited.size(), 6U);
    EXPECT_EQ(frontier.leased(), 0U);
    EXPECT_EQ(
        std::ranges::count_if(frontier.addresses, [](const auto& pair) { return pair.second.visits == 1; }),
        6);
}

TEST_F(SchedulerTest, StopDoesNotWaitForAFailingStore)
{
    add_pages(1, 20);
    frontier.failing_applies = 1'000;
    start_endless(settings_with(2));
    time.run(10s);
    EXPECT_FALSE(has_ended);
    const auto stopped_at = time.now();
    scheduler->stop();
    time.run();
    ASSERT_TRUE(has_ended);
    EXPECT_LT(ended_at - stopped_at, 2s);
}

TEST_F(SchedulerTest, CancellationStopsLikeStop)
{
    add_pages(2, 100);
    asio::cancellation_signal signal;
    scheduler.emplace(io.get_executor(), time, time.clock(), frontier, pace, settings_with(3));
    auto done = [this](std::exception_ptr problem) { ended(problem); };
    asio::co_spawn(io, scheduler->run(visitor()), asio::bind_cancellation_slot(signal.slot(), done));
    time.run(250ms);
    signal.emit(asio::cancellation_type::terminal);
    time.run(1min);
    ASSERT_TRUE(has_ended);
    EXPECT_FALSE(ended_with);
    EXPECT_EQ(frontier.leased(), 0U);
}

TEST_F(SchedulerTest, AHostThatAsksForALongPauseRests)
{
    add_pages(2, 30);
    pace.held["https://h0.example"] = {time.now() + 3h, 4};
    start_endless(settings_with(2));
    time.run(1min);
    EXPECT_EQ(visited.size(), 30U);
    const auto& host = frontier.hosts.at(HostId{1});
    EXPECT_EQ(host.errors_in_a_row, 4);
    EXPECT_GT(host.backoff_until, time.clock().now() + 2h);
    EXPECT_EQ(frontier.leased(), 0U);
    time.run(3h);
    EXPECT_EQ(visited.size(), 60U);
    scheduler->stop();
    time.run();
}

TEST_F(SchedulerTest, AShortPauseIsWaitedFor)
{
    add_pages(1, 2);
    pace.held["https://h0.example"] = {time.now() + 30s, 1};
    start_single(settings_with(2));
    time.run(29s);
    EXPECT_TRUE(visited.empty());
    time.run();
    EXPECT_EQ(visited.size(), 2U);
}

TEST_F(SchedulerTest, ALaneEndsWhenItsSiteLeavesTheWatchList)
{
    add_pages(2, 100);
    start_endless(settings_with(1));
    time.run(1s);
    scheduler->use(std::make_shared<const CrawlSettings>());
    time.run(1min);
    const auto seen = visited.size();
    EXPECT_LT(seen, 30U);
    EXPECT_EQ(frontier.leased(), 0U);
    scheduler->use(settings_with(1));
    time.run(1min);
    EXPECT_EQ(visited.size(), 200U);
    scheduler->stop();
    time.run();
}

TEST_F(SchedulerTest, AReloadChangesTheConcurrencyOfRunningHostQueues)
{
    add_pages(1, 100);
    visit_lasts = 10s;
    start_endless(settings_with(1));
    time.run(1s);
    scheduler->use(settings_with(4));
    time.run(1s);
    EXPECT_EQ(on_all, 4);
    scheduler->stop();
    time.run();
}

TEST_F(SchedulerTest, AVisitThatThrowsCostsOnlyItself)
{
    add_pages(1, 10);
    on_visit = [](const store::Visit& visit) {
        if (visit.url.path() == "/3") throw std::runtime_error("a bug");
    };
    start_single(settings_with(2));
    time.run();
    ASSERT_TRUE(progress->has_value());
    EXPECT_EQ((*progress)->visits, 9);
    EXPECT_EQ((*progress)->failed, 1);
    EXPECT_EQ(frontier.leased(), 1U); // until its lease ends
}

TEST_F(SchedulerTest, AnEmptyFrontierIsAPass)
{
    start_single(settings_with(2));
    time.run();
    ASSERT_TRUE(progress && progress->has_value());
    EXPECT_EQ((*progress)->visits, 0);
}

} // namespace

} // namespace stillwatch::crawler
