#include "sandbox/fork_server.hpp"

#include "sandbox/channel_ends.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <utility>

namespace stillwatch::sandbox {

namespace {

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

Error no_more_workers()
{
    return Error{Errc::cancelled, "no more workers are made"};
}

Error no_greeting_in_time()
{
    return Error{Errc::io, "no greeting in time"};
}

// What a process that ended had said of itself, or how it ended.
Task<Error> last_words(std::shared_ptr<WorkerProcess> process, bool was_late)
{
    const auto said = co_await process->receive();
    const auto ending = co_await process->end();
    if (was_late) co_return no_greeting_in_time();
    const auto greeting = said ? decode_greeting(said->payload) : Result<void>();
    co_return greeting ? Error{Errc::io, to_string(ending)} : Error{Errc::io, to_string(greeting.error())};
}

// Waits for the greeting of a worker; one that does not greet is ended.
Task<Result<void>> greeting_of(std::shared_ptr<WorkerProcess> worker, std::chrono::milliseconds deadline)
{
    worker->kill_after(deadline);
    const auto greeting = co_await worker->receive();
    worker->finish_in_time();
    const auto ready = greeting ? decode_greeting(greeting->payload) : Result<void>(greeting.error());
    if (ready && greeting->number == 0) co_return ready;
    const auto ending = co_await worker->end();
    if (worker->was_late()) co_return no_greeting_in_time();
    if (!greeting) co_return Error{Errc::io, to_string(ending)};
    co_return Error{Errc::io, to_string(ready ? Error{Errc::malformed, "greeting"} : ready.error())};
}

} // namespace

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

// Why it made no worker, once it is gone.
Task<Error> ForkServer::failure(std::shared_ptr<ForkServer> self, Process server, bool was_late)
{
    server->kill();                // where only the worker is gone: else its last words would be waited for
    if (self->server_ != server) { // another call asks for its last words
        const auto ending = co_await server->end();
        co_return was_late ? no_greeting_in_time() : Error{Errc::io, to_string(ending)};
    }
    self->server_.reset();
    auto words = co_await last_words(std::move(server), was_late);
    co_return words;
}

// Ends a server that was replaced, once nobody waits for a worker of it.
Task<void> ForkServer::let_go(Process server)
{
    if (server && server.use_count() == 1) co_await server->end();
}

Task<Result<ForkServer::Process>> ForkServer::fork(std::shared_ptr<ForkServer> self, Process server)
{
    auto requests = request_socket();
    if (!requests) co_return requests.error();
    auto answers = answer_pipe();
    if (!answers) co_return answers.error();
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
    if (!worker) co_return worker.error();
    const auto greeted = co_await greeting_of(*worker, deadline);
    if (!greeted) co_return greeted.error();
    co_return worker;
}

Task<Result<ForkServer::Process>> ForkServer::worker(std::shared_ptr<ForkServer> self)
{
    Error reason = no_more_workers();
    // Twice, since whoever died may have been killed for want of memory: only the second time is it the
    // program's doing.
    for (int attempt = 0; attempt < 2 && !self->has_ended_; ++attempt) {
        auto server = self->server();
        if (!server) co_return server.error();
        if (++self->forks_ >= max_forks) self->server_.reset(); // this call has it still
        auto made = co_await fork(self, *server);
        if (self->server_ != *server) co_await let_go(std::move(*server));
        if (self->has_ended_) break; // what was made dies here
        if (made) co_return made;
        reason = made.error();
    }
    co_return self->has_ended_ ? no_more_workers() : reason;
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
