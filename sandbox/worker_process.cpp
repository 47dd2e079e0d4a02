#include "sandbox/worker_process.hpp"

#include "sandbox/channel_ends.hpp"
#include "sandbox/system_error.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

// glibc 2.36 forgets this around its declarations.
extern "C" {
#include <sys/pidfd.h>
}

#include <array>
#include <csignal>
#include <span>

namespace stillwatch::sandbox {

namespace {

// What the new process begins with: its two ends and standard error, for the line that says why it refuses to
// run.
class FileActions {
public:
    FileActions(const Descriptor& requests, const Descriptor& answers)
    {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addclose(&actions_, STDIN_FILENO);
        posix_spawn_file_actions_addclose(&actions_, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, requests.get(), request_fd);
        posix_spawn_file_actions_adddup2(&actions_, answers.get(), answer_fd);
        posix_spawn_file_actions_addclosefrom_np(&actions_, answer_fd + 1);
    }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

// A session of its own: a terminal's Ctrl-C goes to the daemon alone. Signals as a fresh program expects
// them.
class Attributes {
public:
    Attributes()
    {
        posix_spawnattr_init(&attributes_);
        sigset_t signals;
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes_, &signals);
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes_, &signals);
        posix_spawnattr_setflags(&attributes_,
                                 POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { posix_spawnattr_destroy(&attributes_); }
    const posix_spawnattr_t* get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

Result<pid_t> spawn(const std::string& program, const Restrictions& restrictions,
                    const std::vector<std::string>& more, const Descriptor& requests,
                    const Descriptor& answers)
{
    std::vector<std::string> words{program, "--max-memory-bytes",
                                   std::to_string(restrictions.max_memory_bytes), "--max-cpu-seconds",
                                   std::to_string(restrictions.max_cpu_seconds)};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> arguments;
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::array<char*, 1> no_environment{};
    const FileActions actions(requests, answers);
    const Attributes attributes;
    pid_t pid = 0;
    // posix_spawn shares the parent's memory until exec: nothing of a large, locked daemon is copied.
    const int failed = posix_spawn(&pid, program.c_str(), actions.get(), attributes.get(), arguments.data(),
                                   no_environment.data());
    if (failed != 0) return system_error("start " + program, failed);
    return pid;
}

} // namespace

std::string to_string(const Ending& ending)
{
    if (!ending.by_signal) return "ended with code " + std::to_string(ending.number);
    const char* name = sigabbrev_np(ending.number);
    return name == nullptr ? "killed by signal " + std::to_string(ending.number)
                           : std::string("killed by SIG") + name;
}

Result<std::shared_ptr<WorkerProcess>> WorkerProcess::start(asio::io_context& io,
                                                            const std::filesystem::path& program,
                                                            const Restrictions& restrictions,
                                                            const std::vector<std::string>& more)
{
    auto requests = request_socket();
    if (!requests) return requests.error();
    auto answers = answer_pipe();
    if (!answers) return answers.error();
    const auto pid = spawn(program.string(), restrictions, more, requests->theirs, answers->theirs);
    if (!pid) return pid.error();
    return of_child(io, *pid, std::move(requests->ours), std::move(answers->ours));
}

Result<std::shared_ptr<WorkerProcess>> WorkerProcess::of_child(asio::io_context& io, pid_t child,
                                                               Descriptor socket, Descriptor answers)
{
    Descriptor process(pidfd_open(child, 0));
    if (!process) {
        auto error = system_error("pidfd_open");
        (void)::kill(child, SIGKILL); // still ours: nobody has waited for it
        (void)waitpid(child, nullptr, 0);
        return error;
    }
    return std::shared_ptr<WorkerProcess>(
        new WorkerProcess(io, std::move(socket), std::move(answers), std::move(process)));
}

WorkerProcess::WorkerProcess(asio::io_context& io, Descriptor socket, Descriptor answers, Descriptor process)
    : socket_(std::move(socket)), answers_(io, answers.release()), process_(io, process.release()),
      deadline_(io)
{
}

WorkerProcess::~WorkerProcess()
{
    end_now();
}

bool WorkerProcess::is_waiting() noexcept
{
    if (ending_) return false;
    pollfd answers{answers_.native_handle(), POLLIN, 0};
    return ::poll(&answers, 1, 0) == 0;
}

// One datagram, as sandbox/messages.hpp says.
Result<void> WorkerProcess::send(ByteView message, const HandedDocument& document)
{
    const auto length = encode_request_length(message.size());
    const ByteView body = document.is_in_datagram() ? ByteView(*document.body) : ByteView();
    const auto part_of = [](ByteView bytes) {
        return iovec{const_cast<std::byte*>(bytes.data()), bytes.size()};
    };
    std::array<iovec, 3> parts{part_of(length), part_of(message), part_of(body)};
    const int memory = document.memory.get();
    const std::span<const int> handed(&memory, document.is_in_datagram() ? 0 : 1);
    // A waiting worker has read everything, so one message always fits.
    return send_datagram(socket_.get(), parts, handed);
}

Result<void> WorkerProcess::hand_ends(const Descriptor& requests, const Descriptor& answers)
{
    char order = 'f'; // a datagram of nothing would be an end
    const iovec part{&order, sizeof order};
    const std::array<int, 2> ends{requests.get(), answers.get()};
    return send_datagram(socket_.get(), {&part, 1}, ends);
}

Task<Result<WorkerProcess::Received>> WorkerProcess::receive()
{
    boost::system::error_code failed;
    std::array<std::byte, answer_header_bytes> head{};
    co_await asio::async_read(answers_, asio::buffer(head),
                              asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return Error{Errc::io, "the worker ended"};
    const auto header = decode_answer_header(head);
    if (!header) co_return header.error();
    Received received;
    received.number = header->number;
    received.payload.resize(header->payload_bytes);
    co_await asio::async_read(answers_, asio::buffer(received.payload),
                              asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return Error{Errc::io, "the worker ended within an answer"};
    co_return received;
}

void WorkerProcess::kill_after(std::chrono::milliseconds time)
{
    deadline_.expires_after(time);
    deadline_.async_wait([weak = weak_from_this(), round = ++round_](boost::system::error_code cancelled) {
        const auto self = weak.lock();
        if (cancelled || !self || self->round_ != round) return;
        self->late_ = true;
        self->kill();
    });
}

void WorkerProcess::finish_in_time()
{
    ++round_;
    deadline_.cancel();
}

void WorkerProcess::kill() noexcept
{
    if (!ending_)
        (void)pidfd_send_signal(process_.native_handle(), SIGKILL, nullptr, 0); // may be dead already
}

Task<Ending> WorkerProcess::end()
{
    kill();
    boost::system::error_code ignored;
    if (!ending_) {
        co_await process_.async_wait(asio::posix::stream_descriptor::wait_read,
                                     asio::redirect_error(asio::use_awaitable, ignored));
    }
    co_return end_now();
}

Ending WorkerProcess::end_now() noexcept
{
    kill();
    while (!ending_ && !reap()) {
    }
    return *ending_;
}

bool WorkerProcess::reap() noexcept
{
    siginfo_t info{};
    if (waitid(P_PIDFD, static_cast<id_t>(process_.native_handle()), &info, WEXITED) != 0) {
        if (errno == EINTR) return false;
        // Only when someone else in this process waited for it: how it ended is lost, that it ended is sure.
        ending_ = Ending{true, SIGKILL};
        return true;
    }
    ending_ = Ending{info.si_code != CLD_EXITED, info.si_status};
    return true;
}

} // namespace stillwatch::sandbox
