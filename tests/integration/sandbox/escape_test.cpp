#include "sandbox/descriptor.hpp"
#include "sandbox/restrict.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

namespace stillwatch::sandbox {
namespace {

constexpr int inherited_fd = 9;

// Runs the escape worker and gives the status of waitpid. It gets what a worker gets, and one descriptor more
// that somebody forgot to close. Standard error goes nowhere.
int end_of(const char* attempt, std::vector<char*> environment = {})
{
    std::array<int, 2> requests{};
    std::array<int, 2> answers{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, requests.data()), 0);
    EXPECT_EQ(pipe2(answers.data(), O_CLOEXEC), 0);
    const Descriptor forgotten(open("/tmp", O_TMPFILE | O_RDWR, 0600));
    EXPECT_TRUE(forgotten);
    environment.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        const int socket = fcntl(requests[1], F_DUPFD, 20);
        const int pipe = fcntl(answers[1], F_DUPFD, 20);
        const int file = fcntl(forgotten.get(), F_DUPFD, 20);
        dup2(socket, request_fd);
        dup2(pipe, answer_fd);
        dup2(file, inherited_fd);
        (void)std::freopen("/dev/null", "w", stderr);
        execle(SANDBOX_ESCAPE_WORKER, SANDBOX_ESCAPE_WORKER, attempt, nullptr, environment.data());
        _exit(127);
    }
    for (const int fd : {requests[0], requests[1], answers[0], answers[1]})
        (void)close(fd);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
}

std::string told(int status)
{
    if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
    return "code " + std::to_string(WEXITSTATUS(status));
}

TEST(RestrictedProcess, LivesWhenItTriesNothing)
{
    EXPECT_EQ(told(end_of("nothing")), "code 0");
}

class ForbiddenCall : public testing::TestWithParam<const char*> {};

TEST_P(ForbiddenCall, KillsTheProcess)
{
    EXPECT_EQ(told(end_of(GetParam())), "signal " + std::to_string(SIGSYS));
}

INSTANTIATE_TEST_SUITE_P(Escape, ForbiddenCall,
                         testing::Values("open", "openat", "openat2", "stat", "socket", "socketpair",
                                         "send_to_parent", "fork", "vfork", "thread", "execve", "ptrace",
                                         "read_other_memory", "kill_parent", "tgkill_parent",
                                         "pidfd_of_parent", "write_inherited", "write_standard_error",
                                         "read_answers", "duplicate", "new_memory_file", "executable_memory",
                                         "turn_executable", "raise_limit", "dumpable", "seccomp", "io_uring",
                                         "bpf", "keyctl", "unshare", "chdir", "handler", "x32"),
                         [](const auto& forbidden) { return std::string(forbidden.param); });

TEST(RestrictedProcess, DiesAtThe32BitEntry)
{
    // A kernel without that entry answers with SIGSEGV.
    const auto end = end_of("32_bit");
    EXPECT_TRUE(WIFSIGNALED(end) && (WTERMSIG(end) == SIGSYS || WTERMSIG(end) == SIGSEGV)) << told(end);
}

TEST(RestrictedProcess, GetsNoMemoryOverItsLimit)
{
    EXPECT_EQ(told(end_of("memory")), "code 10");
}

TEST(RestrictedProcess, HasNoInheritedDescriptor)
{
    EXPECT_EQ(told(end_of("close_inherited")), "code 10");
}

TEST(RestrictedProcess, DiesWhenItsProcessorTimeIsUsed)
{
    const auto end = end_of("cpu");
    EXPECT_TRUE(WIFSIGNALED(end) && (WTERMSIG(end) == SIGXCPU || WTERMSIG(end) == SIGKILL)) << told(end);
}

TEST(RestrictedProcess, FindsNoFileWhereItsLibrariesLookForSome)
{
    EXPECT_EQ(told(end_of("finds_nothing openat")), "code 10");
    EXPECT_EQ(told(end_of("finds_nothing nothing")), "code 0");
    for (const auto* other : {"finds_nothing open", "finds_nothing openat2", "finds_nothing stat",
                              "finds_nothing socket", "finds_nothing execve", "finds_nothing thread"})
        EXPECT_EQ(told(end_of(other)), "signal " + std::to_string(SIGSYS)) << other;
}

TEST(RestrictedProcess, RefusesAnEnvironment)
{
    std::string variable = "HOME=/root";
    EXPECT_EQ(told(end_of("nothing", {variable.data()})), "code 71");
}

} // namespace
} // namespace stillwatch::sandbox
