#pragma once

#include "core/async.hpp"
#include "core/bytes.hpp"
#include "core/result.hpp"
#include "sandbox/descriptor.hpp"
#include "sandbox/messages.hpp"
#include "sandbox/restrict.hpp"
#include "sandbox/sealed_memory.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::sandbox {

// How a process ended.
struct Ending {
    bool by_signal = false;
    int number = 0; // of the signal, or the exit code

    friend bool operator==(const Ending&, const Ending&) = default;
};

// "killed by SIGSEGV", "ended with code 71".
std::string to_string(const Ending& ending);

// One running worker, or the server that forks them (sandbox/fork_server.hpp), seen from the daemon's loop.
// The destructor kills it and waits for it.
class WorkerProcess : public std::enable_shared_from_this<WorkerProcess> {
public:
    // Starts `program` with an empty environment, in a session of its own; `more` stands behind the arguments
    // that every worker has. Errors: io (it cannot be started).
    static Result<std::shared_ptr<WorkerProcess>> start(asio::io_context& io,
                                                        const std::filesystem::path& program,
                                                        const Restrictions& restrictions,
                                                        const std::vector<std::string>& more = {});

    // A child of this process that has the other ends already. Errors: io (it cannot be watched).
    static Result<std::shared_ptr<WorkerProcess>> of_child(asio::io_context& io, pid_t child,
                                                           Descriptor socket, Descriptor answers);

    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;
    ~WorkerProcess();

    // Whether it lives and says nothing unasked; one that does not must not get a request.
    bool is_waiting() noexcept;
    // Hands over a request with the bytes to read. Errors: io (it is gone or does not listen).
    Result<void> send(ByteView message, const HandedDocument& document);
    // Hands over the two ends of a worker that is to be forked. Errors: io.
    Result<void> hand_ends(const Descriptor& requests, const Descriptor& answers);
    // What it says next: one header and payload. Errors: io (it ended), malformed (header).
    struct Received {
        std::uint64_t number = 0;
        Bytes payload;
    };
    Task<Result<Received>> receive();

    // Kills it after `time` unless finish_in_time() comes first.
    void kill_after(std::chrono::milliseconds time);
    void finish_in_time();
    bool was_late() const noexcept { return late_; }

    void kill() noexcept;
    // Kills it and waits without blocking the loop.
    Task<Ending> end();
    // Kills it and waits; for destructors.
    Ending end_now() noexcept;

private:
    WorkerProcess(asio::io_context& io, Descriptor socket, Descriptor answers, Descriptor process);
    bool reap() noexcept;

    Descriptor socket_;
    asio::posix::stream_descriptor answers_;
    asio::posix::stream_descriptor process_; // a pidfd
    asio::steady_timer deadline_;
    std::uint64_t round_ = 0; // tells an expiry of this request from one that came too late to be cancelled
    bool late_ = false;
    std::optional<Ending> ending_; // once waited for
};

} // namespace stillwatch::sandbox
