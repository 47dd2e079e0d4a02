#include "pool_fixture.hpp"

#include "core/url.hpp"
#include "sandbox/messages.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

namespace stillwatch::sandbox {
namespace {

using namespace std::chrono_literals;
using namespace test;

TEST_F(Pool, AnswersARequest)
{
    WorkerPool pool(io_, settings());
    EXPECT_EQ(first_url(ask(pool, "echo:", "https://a.example/")), "https://a.example/");
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 1}));
}

TEST_F(Pool, ManyRequestsShareFewWorkers)
{
    auto two = settings();
    two.workers = 2;
    WorkerPool pool(io_, two);
    const auto answers = ask_all(pool, std::vector<std::string>(200, "echo:"), "x");
    for (const auto& answer : answers)
        EXPECT_EQ(first_url(answer), "x");
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 200}));
    EXPECT_EQ(workers().size(), 2U);
}

TEST_F(Pool, ADeathCostsOneDocumentOnly)
{
    WorkerPool pool(io_, settings());
    const auto answers = ask_all(pool, {"echo:", "crash:", "echo:", "abort:", "echo:"}, "x");
    EXPECT_EQ(first_url(answers[0]), "x");
    expect_lost(answers[1], "killed by SIG");
    EXPECT_EQ(first_url(answers[2]), "x");
    expect_lost(answers[3], "killed by SIGABRT");
    EXPECT_EQ(first_url(answers[4]), "x");
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 3, .crashed = 4, .replaced = 4, .retried = 2}));
}

TEST_F(Pool, AKillFromOutsideCostsNoDocument)
{
    WorkerPool pool(io_, settings());
    asio::steady_timer timer(io_, 300ms);
    timer.async_wait([](boost::system::error_code) {
        for (const auto pid : children())
            (void)::kill(pid, SIGKILL);
    });
    const auto answers = ask_all(pool, {"nap:", "echo:"}, "x");
    EXPECT_EQ(first_url(answers[0]), "awake");
    EXPECT_EQ(first_url(answers[1]), "x");
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 2, .crashed = 1, .replaced = 1, .retried = 1}));
}

TEST_F(Pool, ALateWorkerIsKilledAndReplaced)
{
    auto hurried = settings();
    hurried.deadline = 100ms;
    WorkerPool pool(io_, hurried);
    const auto answers = ask_all(pool, {"spin:", "echo:"}, "x");
    expect_lost(answers[0], "deadline of 100 ms passed");
    EXPECT_EQ(first_url(answers[1]), "x");
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 1, .late = 2, .replaced = 2, .retried = 1}));
}

TEST_F(Pool, LiesAreRefused)
{
    WorkerPool pool(io_, settings());
    expect_lost(ask(pool, "huge:"), "answer: length");
    expect_lost(ask(pool, "garbage:"), "answer: mark");
    expect_lost(ask(pool, "wrong-number:"), "answer: number");
    expect_lost(ask(pool, "wrong-kind:"), "answer: kind");
    expect_lost(ask(pool, "mute:"), "killed by SIGKILL");
    EXPECT_EQ(first_url(ask(pool, "echo:", "x")), "x");
    EXPECT_EQ(pool.counters().crashed, 10U) << "each of them was asked of a second worker";
}

TEST_F(Pool, HalfAnAnswerEndsAtTheDeadline)
{
    auto hurried = settings();
    hurried.deadline = 100ms;
    WorkerPool pool(io_, hurried);
    expect_lost(ask(pool, "half:"), "deadline");
}

TEST_F(Pool, AStrayAnswerNeverReachesTheNextRequest)
{
    WorkerPool pool(io_, settings());
    EXPECT_EQ(first_url(ask(pool, "stray:")), "first");
    EXPECT_EQ(first_url(ask(pool, "echo:", "mine")), "mine");
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 2, .crashed = 1, .replaced = 1}));
}

TEST_F(Pool, AWorkerCannotPretendThatWeStop)
{
    WorkerPool pool(io_, settings());
    const auto answer = ask(pool, "cancelled:");
    EXPECT_EQ(answer.error(), (Error{Errc::undecodable, "as if we stopped"}));
}

TEST_F(Pool, AWorkerThatDiesIdleCostsNothing)
{
    WorkerPool pool(io_, settings());
    EXPECT_EQ(first_url(ask(pool, "echo:", "x")), "x");
    ASSERT_EQ(workers().size(), 1U);
    const auto pid = workers().front();
    (void)::kill(pid, SIGKILL);
    siginfo_t dead{};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(pid), &dead, WEXITED | WNOWAIT), 0);
    EXPECT_EQ(first_url(ask(pool, "echo:", "y")), "y");
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 2, .crashed = 1, .replaced = 1}));
}

TEST_F(Pool, AStopSignalToTheGroupLeavesWorkersAlive)
{
    WorkerPool pool(io_, settings());
    ask(pool, "echo:", "x");
    ASSERT_EQ(workers().size(), 1U);
    for (const auto child : children())
        for (const int number : {SIGTERM, SIGINT, SIGHUP})
            (void)::kill(child, number);
    EXPECT_EQ(first_url(ask(pool, "echo:", "y")), "y");
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 2}));
}

TEST_F(Pool, WornWorkersAreReplaced)
{
    auto short_lived = settings();
    short_lived.max_requests_per_worker = 3;
    WorkerPool pool(io_, short_lived);
    for (const auto& answer : ask_all(pool, std::vector<std::string>(10, "echo:"), "x"))
        EXPECT_EQ(first_url(answer), "x");
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 10, .replaced = 3}));
}

#ifndef STILLWATCH_SANITIZED
TEST_F(Pool, MemoryOverTheLimitIsRefusedToTheWorker)
{
    WorkerPool pool(io_, settings());
    const auto answer = ask(pool, "memory:");
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error(), (Error{Inspector::lost, "the worker's memory limit"}));
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 2, .replaced = 1, .retried = 1}));
}

TEST_F(Pool, AWorkerSeesNoDescriptorsAndNoEnvironment)
{
    const int inherited = dup(STDOUT_FILENO); // without close-on-exec
    WorkerPool pool(io_, settings());
    const auto answer = ask(pool, "inspect:", "x");
    const auto of_large_one = ask(pool, "inspect:", std::string(max_bytes_in_datagram + 1, 'x'));
    (void)::close(inherited);
    ASSERT_TRUE(answer.has_value());
    ASSERT_EQ(answer->links.size(), 1U) << "variables";
    EXPECT_EQ(answer->links.front().url, "descriptors ");
    ASSERT_TRUE(of_large_one.has_value());
    EXPECT_EQ(of_large_one->links.front().url, "descriptors 0 ") << "the document alone";
}
#endif

TEST_F(Pool, AWorkerIsRestrictedBeforeItsFirstRequest)
{
    WorkerPool pool(io_, settings());
    Result<void> started;
    run([&]() -> Task<void> {
        auto result = co_await pool.start();
        started = std::move(result);
    });
    ASSERT_TRUE(started.has_value());
    ASSERT_EQ(workers().size(), 1U);
    const auto pid = workers().front();
    EXPECT_EQ(status_line(pid, "Seccomp"), "2");
    EXPECT_EQ(status_line(pid, "NoNewPrivs"), "1");
    EXPECT_EQ(status_line(pid, "CapEff"), "0000000000000000");
    EXPECT_EQ(status_line(pid, "CapPrm"), "0000000000000000");
}

TEST_F(Pool, NothingIsLeftBehind)
{
    {
        auto three = settings();
        three.workers = 3;
        WorkerPool pool(io_, three);
        ask_all(pool, {"echo:", "echo:", "crash:"});
        EXPECT_FALSE(children().empty());
    }
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

TEST_F(Pool, StopEndsWhatIsUnderWayAndWhatWaits)
{
    WorkerPool pool(io_, settings());
    std::optional<Result<PageLinks>> under_way;
    std::optional<Result<PageLinks>> waiting;
    asio::co_spawn(io_, ask_into(pool, "spin:", "", under_way), asio::detached);
    asio::co_spawn(io_, ask_into(pool, "echo:", "", waiting), asio::detached);
    run([&]() -> Task<void> {
        asio::steady_timer timer(io_, 100ms);
        co_await timer.async_wait(asio::use_awaitable);
        co_await pool.stop();
        EXPECT_TRUE(children().empty());
    });
    ASSERT_TRUE(under_way && waiting);
    EXPECT_EQ(under_way->error().code, Errc::cancelled);
    EXPECT_EQ(waiting->error().code, Errc::cancelled);
    EXPECT_EQ(ask(pool, "echo:").error().code, Errc::cancelled) << "also what comes later";
}

TEST_F(Pool, DestructionUnderWayKillsAndCancels)
{
    std::optional<Result<PageLinks>> under_way;
    std::optional<Result<PageLinks>> waiting;
    auto pool = std::make_unique<WorkerPool>(io_, settings());
    asio::co_spawn(io_, ask_into(*pool, "spin:", "", under_way), asio::detached);
    asio::co_spawn(io_, ask_into(*pool, "echo:", "", waiting), asio::detached);
    io_.run_for(200ms);
    pool.reset();
    EXPECT_TRUE(children().empty());
    io_.restart();
    io_.run();
    ASSERT_TRUE(under_way && waiting);
    EXPECT_EQ(under_way->error().code, Errc::cancelled);
    EXPECT_EQ(waiting->error().code, Errc::cancelled);
}

TEST_F(Pool, RequestsUnderWayMayDieWithTheLoop)
{
    std::optional<Result<PageLinks>> under_way;
    std::optional<Result<PageLinks>> waiting;
    {
        asio::io_context loop{1};
        WorkerPool pool(loop, settings());
        asio::co_spawn(loop, ask_into(pool, "spin:", "", under_way), asio::detached);
        asio::co_spawn(loop, ask_into(pool, "echo:", "", waiting), asio::detached);
        loop.run_for(200ms);
        EXPECT_EQ(workers().size(), 1U);
    }
    EXPECT_TRUE(children().empty());
    EXPECT_FALSE(under_way || waiting);
}

// A process that was killed and whose new parent may not have waited for it yet.
bool is_gone(pid_t pid)
{
    const auto state = status_line(pid, "State");
    return state.empty() || state.starts_with('Z') || state.starts_with('X');
}

TEST_F(Pool, WorkersDieWithAKilledDaemon)
{
    std::array<int, 2> told{};
    ASSERT_EQ(pipe(told.data()), 0);
    const auto daemon = fork();
    if (daemon == 0) {
        asio::io_context loop{1};
        WorkerPool pool(loop, settings());
        std::optional<Result<PageLinks>> never;
        asio::co_spawn(loop, ask_into(pool, "spin:", "", never), asio::detached);
        loop.run_for(200ms); // then the worker is at work, and would not see that its socket ended
        const pid_t worker = workers().at(0);
        (void)!write(told[1], &worker, sizeof worker);
        (void)::raise(SIGKILL);
    }
    pid_t worker = 0;
    ASSERT_EQ(read(told[0], &worker, sizeof worker), static_cast<ssize_t>(sizeof worker));
    ASSERT_EQ(waitpid(daemon, nullptr, 0), daemon);
    for (const int end : told)
        (void)::close(end);
    const auto began = std::chrono::steady_clock::now();
    while (!is_gone(worker) && std::chrono::steady_clock::now() - began < 5s)
        std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(is_gone(worker));
}

TEST_F(Pool, AMissingProgramFailsAtOnceAndSaysWhich)
{
    auto missing = settings();
    missing.worker_program = "/nonexistent/stillwatch-worker";
    WorkerPool pool(io_, missing);
    for (const auto& answer : ask_all(pool, std::vector<std::string>(50, "echo:"))) {
        ASSERT_FALSE(answer.has_value());
        EXPECT_EQ(answer.error().code, Errc::io);
        EXPECT_NE(answer.error().detail.find("/nonexistent/stillwatch-worker"), std::string::npos);
    }
}

TEST_F(Pool, AProgramThatIsNoWorkerFailsWithoutEndlessStarts)
{
    auto other = settings();
    other.worker_program = "/bin/false";
    WorkerPool pool(io_, other);
    const auto began = std::chrono::steady_clock::now();
    const auto answers = ask_all(pool, std::vector<std::string>(50, "echo:"));
    for (const auto& answer : answers)
        EXPECT_EQ(answer.error().code, Errc::io);
    EXPECT_NE(answers.front().error().detail.find("ended with code 1"), std::string::npos);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
    EXPECT_EQ(pool.counters(), PoolCounters{});
}

TEST_F(Pool, WorkersThatCannotRestrictThemselvesSayWhy)
{
    auto cramped = settings();
    cramped.worker_program = SANDBOX_THREADED_WORKER;
    WorkerPool pool(io_, cramped);
    const auto answer = ask(pool, "echo:");
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Errc::io);
    EXPECT_NE(answer.error().detail.find("threads run, where one is allowed"), std::string::npos)
        << answer.error().detail;
}

TEST_F(Pool, ValuesOverTheirBoundsAreNotSent)
{
    WorkerPool pool(io_, settings());
    EXPECT_EQ(ask(pool, std::string(Url::max_bytes + 1, 'x')).error().code, Errc::invalid_argument);
    EXPECT_TRUE(children().empty());
}

} // namespace
} // namespace stillwatch::sandbox
