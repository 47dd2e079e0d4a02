#include "sandbox/fork_server.hpp"

#include "sandbox/channel_ends.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstdint>
#include <string>
#include <utility>

namespace stillwatch::sandbox {

namespace {

constexpr int most_failures = 2; // of one call, by the program itself
constexpr int most_kills = 8;    // and by others

// Kills a server that is silent for too long, and all that wait for it.
class Patience {
public:
    Patience(asio::io_context& io, std::chrono::milliseconds time, std::weak_ptr<WorkerProcess> process)
        : timer_(io, time)
    {
        timer_.async_wait([late = late_, process = std::move(process)](boost::system::error_code cancelled) {
            const auto server = process.lock();
            if (cancelled || !server) return;
            *late = true;
            server->kill();
        });
    }
    Patience(const Patience&) = delete;
    Patience& operator=(const Patience&) = delete;
    ~Patience() = default;
    bool is_over() const noexcept { return *late_; }

private:
    std::shared_ptr<bool> late_ = std::make_shared<bool>(false);
    asio::steady_timer timer_;
};

} // namespace

// Why a process that ended made no worker, or is none.
ForkServer::Made ForkServer::nothing(const Ending& ending, bool was_late, std::string said)
{
    if (was_late) return {nullptr, {Errc::io, "no greeting in time"}};
    const bool was_killed = ending == Ending{true, SIGKILL};
    return {nullptr, {Errc::io, said.empty() ? to_string(ending) : std::move(said)}, was_killed};
}

// Waits for the greeting of a worker; one that does not greet is ended.
Task<ForkServer::Made> ForkServer::greeted(Process worker, std::chrono::milliseconds deadline)
{
    worker->kill_after(deadline);
    const auto greeting = co_await worker->receive();
    worker->finish_in_time();
    const auto ready = greeting ? decode_greeting(greeting->payload) : Result<void>();
    if (greeting && ready && greeting->number == 0) co_return Made{std::move(worker)};
    const auto ending = co_await worker->end();
    auto said =
        !greeting ? std::string() : to_string(ready ? Error{Errc::malformed, "greeting"} : ready.error());
    co_return nothing(ending, worker->was_late(), std::move(said));
}

// Why a server made no worker, once it is gone.
Task<ForkServer::Made> ForkServer::failure(std::shared_ptr<ForkServer> self, Process server, bool was_late)
{
    server->kill(); // where only the worker is gone: else its last words would be waited for
    std::string words;
    if (self->server_ == server) { // otherwise another call asks for them
        self->server_.reset();
        const auto said = co_await server->receive();
        const auto greeting = said ? decode_greeting(said->payload) : Result<void>();
        if (!greeting) words = to_string(greeting.error());
    }
    const auto ending = co_await server->end();
    co_return nothing(ending, was_late, std::move(words));
}

ForkServer::ForkServer(asio::io_context& io, WorkerProgram program) : io_(io), program_(std::move(program)) {}

Result<ForkServer::Process> ForkServer::server()
{
    if (server_) return server_;
    auto started = WorkerProcess::start(io_, program_.file, program_.restrictions, program_.arguments);
    if (!started) return started.error();
    server_ = std::move(*started);
    forks_ = 0;
    return server_;
}

// Ends a server that was replaced, once nobody waits for a worker of it.
Task<void> ForkServer::let_go(Process server)
{
    if (server && server.use_count() == 1) co_await server->end();
}

Task<ForkServer::Made> ForkServer::fork(std::shared_ptr<ForkServer> self, Process server)
{
    auto requests = request_socket();
    if (!requests) co_return Made{nullptr, requests.error()};
    auto answers = answer_pipe();
    if (!answers) co_return Made{nullptr, answers.error()};
    const auto deadline = self->program_.start_deadline;
    const Patience patience(self->io_, deadline, server);
    const auto handed = server->hand_ends(requests->theirs, answers->theirs);
    requests->theirs.reset();
    answers->theirs.reset();
    // What a worker says first, before its greeting: its number.
    std::int32_t child = 0;
    asio::posix::stream_descriptor saying(self->io_, answers->ours.release());
    boost::system::error_code failed;
    if (handed)
        co_await asio::async_read(saying, asio::buffer(&child, sizeof child),
                                  asio::redirect_error(asio::use_awaitable, failed));
    if (!handed || failed || child <= 0) {
        auto why = co_await failure(self, std::move(server), patience.is_over());
        co_return why;
    }
    auto worker =
        WorkerProcess::of_child(self->io_, child, std::move(requests->ours), Descriptor(saying.release()));
    if (!worker) co_return Made{nullptr, worker.error()};
    auto made = co_await greeted(std::move(*worker), deadline);
    co_return made;
}

Task<Result<ForkServer::Process>> ForkServer::worker(std::shared_ptr<ForkServer> self)
{
    // Once more, since a program may have found no memory; and again where somebody killed it, as the kernel
    // does for want of memory: that is not the program's doing.
    int failures = 0;
    int kills = 0;
    while (!self->has_ended_) {
        auto server = self->server();
        if (!server) co_return server.error();
        if (++self->forks_ >= max_forks) self->server_.reset(); // this call has it still
        auto made = co_await fork(self, *server);
        if (self->server_ != *server) co_await let_go(std::move(*server));
        if (self->has_ended_) break; // what was made dies here
        if (made.worker) co_return std::move(made.worker);
        ++(made.was_killed ? kills : failures);
        if (failures == most_failures || kills == most_kills) co_return made.why;
    }
    co_return Error{Errc::cancelled, "no more workers are made"};
}

Task<void> ForkServer::renew(std::shared_ptr<ForkServer> self)
{
    co_await let_go(std::exchange(self->server_, nullptr));
}

void ForkServer::end() noexcept
{
    has_ended_ = true;
    if (server_) server_->kill(); // whoever waits for a worker of it hears so
    server_.reset();
}

} // namespace stillwatch::sandbox
