#include "control/server.hpp"

#include "control/client.hpp"
#include "raw_client.hpp"
#include "tests/support/files.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pwd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <ctime>
#include <future>
#include <list>
#include <optional>
#include <thread>

namespace stillwatch::control {
namespace {

using namespace std::chrono_literals;
using test::RawClient;
using testing::HasSubstr;

// A server on a loop thread of its own. It knows "echo", "hold" (answered once somebody says "free"), "free",
// "who", and "throw".
class ServerTest : public testing::Test {
protected:
    ServerTest()
    {
        start();
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~ServerTest() override
    {
        on_loop([this] {
            server_.reset();
            hold_.cancel();
        });
        work_.reset();
        thread_.join(); // every connection has ended: nothing keeps the loop
    }

    // The same with less patience.
    void hasten(ServerLimits limits)
    {
        on_loop([this, limits] {
            server_.reset();
            limits_ = limits;
            start();
        });
    }
    void start()
    {
        auto handler = [this](Command command, cases::Peer peer) {
            return handle(std::move(command), std::move(peer));
        };
        server_.emplace(loop_, file, std::move(handler), limits_);
    }
    template <class Work>
    std::invoke_result_t<Work&> on_loop(Work work)
    {
        std::packaged_task<std::invoke_result_t<Work&>()> task(std::move(work));
        auto done = task.get_future();
        asio::post(loop_, std::move(task));
        return done.get();
    }
    void wait_until_held(int count)
    {
        while (on_loop([this] { return held_; }) < count)
            std::this_thread::sleep_for(1ms);
    }
    static std::string line_of(const std::string& name) { return write_command({name, {{"n", 1}}}) + "\n"; }

    stillwatch::test::TemporaryDirectory directory;
    std::filesystem::path file = directory / "control.sock";
    ServerLimits limits_;
    std::optional<Server> server_;
    std::optional<Server> next_;

    asio::io_context& loop() { return loop_; }
    void free() { hold_.cancel(); }

private:
    Task<Result<json::value>> handle(Command command, cases::Peer peer)
    {
        if (command.name == "echo") co_return json::value(command.arguments);
        if (command.name == "who") co_return json::value(peer.user);
        if (command.name == "throw") throw std::runtime_error("the database is damaged");
        if (command.name == "hold") {
            ++held_;
            boost::system::error_code error;
            auto token = asio::redirect_error(asio::use_awaitable, error);
            co_await hold_.async_wait(token);
            co_return json::value("held");
        }
        if (command.name == "free") hold_.cancel();
        co_return json::value(command.name);
    }

    asio::io_context loop_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
    asio::steady_timer hold_{loop_, asio::steady_timer::time_point::max()};
    int held_ = 0;
    std::thread thread_;
};

TEST_F(ServerTest, AnswersACommand)
{
    EXPECT_EQ(ask(file, {"echo", {{"text", "ü\n"}}}).value(), (json::value{{"text", "ü\n"}}));
}

TEST_F(ServerTest, TheKernelNamesTheOperator)
{
    const auto* user = getpwuid(getuid());
    EXPECT_EQ(ask(file, {"who", {}}).value(),
              json::value(user ? user->pw_name : "uid-" + std::to_string(getuid())));
}

TEST_F(ServerTest, AWaitingClientHoldsUpNoOther)
{
    auto first = std::async(std::launch::async, [this] { return ask(file, {"hold", {}}); });
    wait_until_held(1);
    EXPECT_EQ(ask(file, {"free", {}}).value(), "free");
    EXPECT_EQ(first.get().value(), "held");
}

TEST_F(ServerTest, OneConnectionCarriesManyCommandsInTurn)
{
    RawClient client(file);
    client.send(line_of("echo") + line_of("who") + line_of("free"));
    EXPECT_THAT(client.line(), HasSubstr(R"({"n":1})"));
    EXPECT_THAT(client.line(), HasSubstr("result"));
    EXPECT_EQ(client.line(), R"({"result":"free"})");
}

TEST_F(ServerTest, ALineMayComeInPieces)
{
    RawClient client(file);
    for (const char letter : line_of("free"))
        client.send({&letter, 1});
    EXPECT_EQ(client.line(), R"({"result":"free"})");
}

TEST_F(ServerTest, AGarbageLineGetsAnErrorAndTheConnectionLivesOn)
{
    RawClient client(file);
    client.send("GET / HTTP/1.1\r\n\n\xff\xfe\n" + line_of("free"));
    for (int i = 0; i < 3; ++i)
        EXPECT_THAT(client.line(), HasSubstr(R"("code":"malformed")"));
    EXPECT_EQ(client.line(), R"({"result":"free"})");
}

TEST_F(ServerTest, AnOverLongLineIsRefusedAndEndsItsConnection)
{
    RawClient client(file);
    client.send(std::string(max_line_bytes + 1, 'x'));
    EXPECT_THAT(client.line(), HasSubstr(R"("code":"too_large")"));
    EXPECT_TRUE(client.is_closed_by_server());
    EXPECT_EQ(ask(file, {"free", {}}).value(), "free");
}

TEST_F(ServerTest, TheLongestLineIsTaken)
{
    const auto empty = write_command({"echo", {{"a", ""}}});
    const Command command{"echo", {{"a", std::string(max_line_bytes - empty.size() - 1, 'x')}}};
    ASSERT_EQ(write_command(command).size() + 1, max_line_bytes);
    EXPECT_EQ(ask(file, command).value(), json::value(command.arguments));
}

TEST_F(ServerTest, TheClientHearsWhyItsLineWasTooLong)
{
    const auto reply = ask(file, {"echo", {{"a", std::string(4 * max_line_bytes, 'x')}}});
    EXPECT_EQ(reply.error().code, Errc::too_large);
}

TEST_F(ServerTest, AClientThatHangsUpHarmsNobody)
{
    {
        RawClient midway(file);
        midway.send(R"({"command": "ec)");
        RawClient waiting(file);
        waiting.send(line_of("hold"));
        wait_until_held(1);
    }
    EXPECT_EQ(ask(file, {"free", {}}).value(), "free");
    EXPECT_EQ(ask(file, {"free", {}}).value(), "free");
}

TEST_F(ServerTest, AHandlerThatThrowsIsAnswered)
{
    RawClient client(file);
    client.send(line_of("throw") + line_of("free"));
    EXPECT_THAT(client.line(),
                testing::AllOf(HasSubstr(R"("code":"io")"), HasSubstr("the database is damaged")));
    EXPECT_EQ(client.line(), R"({"result":"free"})");
}

TEST_F(ServerTest, StopAnswersWhatRunsAndRefusesTheRest)
{
    RawClient idle(file);
    RawClient running(file);
    idle.send(line_of("free"));
    EXPECT_EQ(idle.line(), R"({"result":"free"})");
    running.send(line_of("hold") + line_of("echo"));
    wait_until_held(1);
    on_loop([this] { server_->stop(); });
    EXPECT_TRUE(idle.is_closed_by_server());
    EXPECT_FALSE(exists(file));
    EXPECT_EQ(ask(file, {"free", {}}).error().code, Errc::not_found);
    on_loop([this] { free(); });
    EXPECT_EQ(running.line(), R"({"result":"held"})");
    EXPECT_EQ(running.line(), "");
}

TEST_F(ServerTest, AStoppedServerLeavesTheNextOnesSocketAlone)
{
    on_loop([this] {
        Server& old = *server_;
        old.stop();
        auto handler = [](Command, cases::Peer) -> Task<Result<json::value>> {
            co_return json::value("next");
        };
        next_.emplace(loop(), file, std::move(handler));
        server_.reset();
    });
    EXPECT_EQ(ask(file, {"free", {}}).value(), "next");
    on_loop([this] { next_.reset(); });
}

TEST_F(ServerTest, OnlyOwnerAndGroupMayConnect)
{
    struct stat status {};
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_TRUE(S_ISSOCK(status.st_mode));
    EXPECT_EQ(status.st_mode & 0777U, 0660U);
}

TEST_F(ServerTest, ASocketLeftByAKilledDaemonIsReplaced)
{
    const auto stale = directory / "stale.sock";
    {
        const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, stale.c_str(), sizeof address.sun_path - 1);
        ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        ::close(left);
    }
    EXPECT_EQ(ask(stale, {"free", {}}).error().code, Errc::not_found); // nobody listens there
    on_loop([&] {
        auto handler = [](Command, cases::Peer) -> Task<Result<json::value>> {
            co_return json::value("next");
        };
        next_.emplace(loop(), stale, std::move(handler));
    });
    EXPECT_EQ(ask(stale, {"free", {}}).value(), "next");
    on_loop([this] { next_.reset(); });
}

TEST_F(ServerTest, AFileThatIsNoSocketStays)
{
    const auto precious = directory / "stillwatch.toml";
    stillwatch::test::write_file(precious, as_bytes("[organisation]"));
    asio::io_context loop;
    EXPECT_THROW(Server(loop, precious, {}), std::runtime_error);
    EXPECT_TRUE(is_regular_file(precious));
}

TEST_F(ServerTest, APathThatCannotBeIsNamed)
{
    asio::io_context loop;
    for (const auto& path : {directory / "absent" / "control.sock", directory / std::string(200, 'x')}) {
        try {
            const Server server(loop, path, {});
            FAIL() << path;
        } catch (const std::runtime_error& error) {
            EXPECT_THAT(error.what(), HasSubstr(path.string()));
        }
    }
    EXPECT_EQ(ask(directory / std::string(200, 'x'), {"status", {}}).error().code, Errc::invalid_argument);
}

TEST_F(ServerTest, TwoHundredSilentClientsOfOneUserLockOutNobody)
{
    std::list<RawClient> silent;
    for (int i = 0; i < 200; ++i)
        silent.emplace_back(file);
    EXPECT_EQ(ask(file, {"free", {}}).value(), "free");
    EXPECT_TRUE(silent.front().is_closed_by_server());
}

TEST_F(ServerTest, ManyThatRunCommandsLeaveTheOthersOfTheirUserOut)
{
    std::list<RawClient> busy;
    for (int i = 0; i < 16; ++i)
        busy.emplace_back(file).send(line_of("hold"));
    wait_until_held(16);
    RawClient one_too_many(file);
    EXPECT_TRUE(one_too_many.is_closed_by_server());
    on_loop([this] { free(); });
    for (auto& client : busy)
        EXPECT_EQ(client.line(), R"({"result":"held"})");
    EXPECT_EQ(ask(file, {"free", {}}).value(), "free");
}

TEST_F(ServerTest, AUserIsLockedOutByNoOtherAndRootByNobody)
{
    if (geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
    // The child keeps the group of root.
    const auto may_pass = std::filesystem::perms::group_exec | std::filesystem::perms::others_exec;
    std::filesystem::permissions(directory.path(), may_pass, std::filesystem::perm_options::add);
    std::filesystem::permissions(file, std::filesystem::perms::all);
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) { // only system calls: the parent has threads
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, file.c_str(), sizeof address.sun_path - 1);
        bool connected = setuid(65534) == 0;
        for (int i = 0; i < 200 && connected; ++i) {
            const int client = ::socket(AF_UNIX, SOCK_STREAM, 0);
            connected = ::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        }
        const char byte = connected ? 'y' : 'n';
        (void)!write(ready[1], &byte, 1);
        pause();
        _exit(0);
    }
    char byte = 0;
    ASSERT_EQ(read(ready[0], &byte, 1), 1);
    EXPECT_EQ(byte, 'y');
    const auto reply = ask(file, {"who", {}});
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(ready[0]);
    close(ready[1]);
    EXPECT_EQ(reply.value(), "root");
}

TEST_F(ServerTest, ASilentClientIsHungUpOn)
{
    hasten({50ms, 10s});
    RawClient silent(file);
    RawClient midway(file);
    midway.send(R"({"command": "ec)");
    EXPECT_TRUE(silent.is_closed_by_server());
    EXPECT_TRUE(midway.is_closed_by_server());
}

TEST_F(ServerTest, ACommandMayTakeLongerThanAClientMayBeSilent)
{
    hasten({50ms, 10s});
    RawClient client(file);
    client.send(line_of("hold"));
    wait_until_held(1);
    std::this_thread::sleep_for(200ms);
    on_loop([this] { free(); });
    EXPECT_EQ(client.line(), R"({"result":"held"})");
}

TEST_F(ServerTest, AClientThatDoesNotReadItsAnswerIsHungUpOn)
{
    hasten({10s, 50ms});
    RawClient slow(file);
    // More than the kernel keeps between the two.
    slow.send(write_command({"echo", {{"a", std::string(max_line_bytes / 2, 'x')}}}) + "\n");
    std::this_thread::sleep_for(500ms);
    EXPECT_EQ(slow.line(), ""); // the end came before that of the line
}

TEST_F(ServerTest, AProcessWithoutDescriptorsWaitsForSome)
{
    RawClient client;
    const int lowest_free = dup(0);
    close(lowest_free);
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{static_cast<rlim_t>(lowest_free), before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    client.connect(file);
    client.send(line_of("free"));
    const auto used = std::clock();
    std::this_thread::sleep_for(300ms);
    const auto seconds = static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_LT(seconds, 0.15);
    EXPECT_EQ(client.line(), R"({"result":"free"})");
}

TEST(Ask, WhoIsNotInTheGroupIsToldSo)
{
    if (geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
    const stillwatch::test::TemporaryDirectory directory;
    std::filesystem::permissions(directory.path(), std::filesystem::perms::owner_all);
    const pid_t child = fork();
    if (child == 0) {
        if (setuid(65534) != 0) _exit(2);
        const auto reply = ask(directory / "control.sock", {"status", {}});
        _exit(reply.error().code == Errc::refused &&
                      reply.error().detail.find("you are not in the group") != std::string::npos
                  ? 0
                  : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

TEST(Ask, WithoutADaemonThereIsNoOneToAsk)
{
    const stillwatch::test::TemporaryDirectory directory;
    const auto reply = ask(directory / "control.sock", {"status", {}});
    EXPECT_EQ(reply.error().code, Errc::not_found);
    EXPECT_THAT(reply.error().detail, testing::StartsWith("connect to"));
}

} // namespace
} // namespace stillwatch::control
