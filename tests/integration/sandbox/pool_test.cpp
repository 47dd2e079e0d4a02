#include "sandbox/worker_pool.hpp"

#include "core/url.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

namespace stillwatch::sandbox {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<const Bytes> body(std::string_view text)
{
    return std::make_shared<const Bytes>(to_bytes(text));
}

std::vector<pid_t> children()
{
    std::ifstream list("/proc/self/task/" + std::to_string(getpid()) + "/children");
    std::vector<pid_t> pids;
    for (pid_t pid = 0; list >> pid;)
        pids.push_back(pid);
    return pids;
}

std::string status_line(pid_t pid, const std::string& name)
{
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name + ":")) return line.substr(line.find_first_not_of(" \t", name.size() + 1));
    return {};
}

class Pool : public testing::Test {
protected:
    static PoolSettings settings()
    {
        PoolSettings settings;
        settings.worker_program = SANDBOX_TEST_WORKER;
        settings.workers = 1;
        settings.deadline = 10s;
        settings.max_memory_bytes = 256U << 20U;
        return settings;
    }

    // Runs the loop until every request is answered.
    std::vector<Result<PageLinks>> ask_all(WorkerPool& pool, const std::vector<std::string>& bases,
                                           std::string_view text = "")
    {
        std::vector<std::optional<Result<PageLinks>>> answers(bases.size());
        for (std::size_t i = 0; i < bases.size(); ++i)
            asio::co_spawn(io_, ask_into(pool, bases[i], std::string(text), answers[i]), asio::detached);
        io_.restart();
        io_.run();
        std::vector<Result<PageLinks>> all;
        for (auto& answer : answers)
            all.push_back(answer.value());
        return all;
    }
    Result<PageLinks> ask(WorkerPool& pool, const std::string& base, std::string_view text = "")
    {
        return ask_all(pool, std::vector{base}, text).front();
    }

    static Task<void> ask_into(WorkerPool& pool, std::string base, std::string text,
                               std::optional<Result<PageLinks>>& into)
    {
        Document document{body(text)};
        auto answer = co_await pool.links(std::move(document), std::move(base));
        into = std::move(answer);
    }

    template <class Work>
    void run(Work work)
    {
        asio::co_spawn(io_, std::move(work), [](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
        io_.restart();
        io_.run();
    }

    asio::io_context io_{1};
};

std::string first_url(const Result<PageLinks>& answer)
{
    return answer && !answer->links.empty() ? answer->links.front().url : "nothing";
}

void expect_lost(const Result<PageLinks>& answer, std::string_view reason)
{
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Errc::undecodable);
    EXPECT_NE(answer.error().detail.find(reason), std::string::npos) << answer.error().detail;
}

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
    EXPECT_EQ(children().size(), 2U);
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
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 3, .crashed = 2, .replaced = 2}));
}

TEST_F(Pool, AKillFromOutsideCostsOneDocumentOnly)
{
    WorkerPool pool(io_, settings());
    asio::steady_timer timer(io_, 50ms);
    timer.async_wait([](boost::system::error_code) {
        for (const auto pid : children())
            (void)::kill(pid, SIGSEGV);
    });
    const auto answers = ask_all(pool, {"spin:", "echo:"}, "x");
    expect_lost(answers[0], "killed by SIG");
    EXPECT_EQ(first_url(answers[1]), "x");
}

TEST_F(Pool, ALateWorkerIsKilledAndReplaced)
{
    auto hurried = settings();
    hurried.deadline = 100ms;
    WorkerPool pool(io_, hurried);
    const auto answers = ask_all(pool, {"spin:", "echo:"}, "x");
    expect_lost(answers[0], "deadline of 100 ms passed");
    EXPECT_EQ(first_url(answers[1]), "x");
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 1, .late = 1, .replaced = 1}));
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
    EXPECT_EQ(pool.counters().crashed, 5U);
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
    expect_lost(ask(pool, "cancelled:"), "as if we stopped");
}

TEST_F(Pool, AWorkerThatDiesIdleCostsNothing)
{
    WorkerPool pool(io_, settings());
    EXPECT_EQ(first_url(ask(pool, "echo:", "x")), "x");
    ASSERT_EQ(children().size(), 1U);
    const auto pid = children().front();
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
    ASSERT_EQ(children().size(), 1U);
    for (const int number : {SIGTERM, SIGINT, SIGHUP})
        (void)::kill(children().front(), number);
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
    EXPECT_EQ(answer.error(), (Error{Errc::too_large, "the worker's memory limit"}));
    EXPECT_EQ(pool.counters().crashed, 0U);
}

TEST_F(Pool, AWorkerSeesNoDescriptorsAndNoEnvironment)
{
    const int inherited = dup(STDOUT_FILENO); // without close-on-exec
    WorkerPool pool(io_, settings());
    const auto answer = ask(pool, "inspect:", "x");
    (void)::close(inherited);
    ASSERT_TRUE(answer.has_value());
    ASSERT_EQ(answer->links.size(), 1U) << "variables";
    EXPECT_EQ(answer->links.front().url, "descriptors 0 ") << "the document alone";
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
    ASSERT_EQ(children().size(), 1U);
    const auto pid = children().front();
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
        EXPECT_EQ(children().size(), 1U);
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
        const pid_t worker = children().at(0);
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
