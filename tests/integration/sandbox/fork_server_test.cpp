#include "sandbox/fork_server.hpp"

#include "tests/integration/sandbox/pool_fixture.hpp"

#include <csignal>
#include <functional>
#include <string>
#include <vector>

namespace stillwatch::sandbox {
namespace {

using namespace std::chrono_literals;
using namespace test;

class ForkServers : public Pool {
protected:
    // A pool whose every request has a fresh worker.
    static PoolSettings fresh_each_time()
    {
        auto settings = Pool::settings();
        settings.max_requests_per_worker = 1;
        return settings;
    }
};

TEST_F(ForkServers, OneServerMakesManyWorkers)
{
    WorkerPool pool(io_, fresh_each_time());
    EXPECT_EQ(first_url(ask(pool, "echo:", "x")), "x");
    const auto first = fork_servers();
    ASSERT_EQ(first.size(), 1U);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(first_url(ask(pool, "echo:", "y")), "y");
    EXPECT_EQ(fork_servers(), first);
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 6, .replaced = 5}));
}

TEST_F(ForkServers, AServerThatIsGoneIsReplacedAndCostsNoDocument)
{
    WorkerPool pool(io_, fresh_each_time());
    EXPECT_EQ(first_url(ask(pool, "echo:", "x")), "x");
    const auto first = fork_servers();
    ASSERT_EQ(first.size(), 1U);
    (void)::kill(first.front(), SIGKILL);
    EXPECT_EQ(first_url(ask(pool, "echo:", "y")), "y");
    const auto second = fork_servers();
    ASSERT_EQ(second.size(), 1U);
    EXPECT_NE(second, first);
    EXPECT_TRUE(pool.start_failure().empty());
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 2, .replaced = 1}));
}

// As where memory is short for a while: nobody is told that the program cannot start.
TEST_F(ForkServers, AServerThatIsKilledAgainAndAgainIsNoProgramThatCannotStart)
{
    WorkerPool pool(io_, fresh_each_time());
    int kills = 0;
    asio::steady_timer timer(io_);
    std::function<void()> kill_soon = [&] {
        timer.expires_after(500us);
        timer.async_wait([&](boost::system::error_code) {
            for (const auto pid : fork_servers())
                kills += ::kill(pid, SIGKILL) == 0 ? 1 : 0;
            if (kills < 5) kill_soon();
        });
    };
    kill_soon();
    for (const auto& answer : ask_all(pool, std::vector<std::string>(20, "echo:"), "x"))
        EXPECT_EQ(first_url(answer), "x");
    EXPECT_GE(kills, 5);
    EXPECT_TRUE(pool.start_failure().empty());
}

// Whoever crashed a worker has no second try at the same layout of memory.
TEST_F(ForkServers, AfterACrashWorkersComeOfAFreshServer)
{
    WorkerPool pool(io_, settings());
    EXPECT_EQ(first_url(ask(pool, "echo:", "x")), "x");
    const auto first = fork_servers();
    expect_lost(ask(pool, "crash:"), "SIGSEGV");
    EXPECT_EQ(first_url(ask(pool, "echo:", "y")), "y");
    const auto second = fork_servers();
    ASSERT_EQ(second.size(), 1U);
    EXPECT_NE(second, first);
}

TEST_F(ForkServers, AServerThatMadeManyWorkersIsReplaced)
{
    WorkerPool pool(io_, fresh_each_time());
    EXPECT_EQ(first_url(ask(pool, "echo:", "x")), "x");
    const auto first = fork_servers();
    for (std::size_t i = 0; i < ForkServer::max_forks; ++i)
        EXPECT_EQ(first_url(ask(pool, "echo:", "y")), "y");
    const auto second = fork_servers();
    ASSERT_EQ(second.size(), 1U);
    EXPECT_NE(second, first);
    EXPECT_EQ(pool.counters().crashed, 0U);
}

TEST_F(ForkServers, ManyCallersAtOnceHaveAWorkerEach)
{
    auto many = fresh_each_time();
    many.workers = 8;
    WorkerPool pool(io_, many);
    for (const auto& answer : ask_all(pool, std::vector<std::string>(200, "echo:"), "x"))
        EXPECT_EQ(first_url(answer), "x");
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 200, .replaced = 192}));
    EXPECT_TRUE(workers().empty());
    EXPECT_EQ(fork_servers().size(), 1U);
}

TEST_F(ForkServers, AfterItsEndItMakesNone)
{
    const auto server = std::make_shared<ForkServer>(
        io_, WorkerProgram{settings().worker_program, {settings().max_memory_bytes, 10}});
    server->end();
    Errc told{};
    run([&]() -> Task<void> {
        const auto worker = co_await ForkServer::worker(server);
        told = worker ? Errc{} : worker.error().code;
    });
    EXPECT_EQ(told, Errc::cancelled);
    EXPECT_TRUE(children().empty());
}

} // namespace
} // namespace stillwatch::sandbox
