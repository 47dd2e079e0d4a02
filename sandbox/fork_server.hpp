#pragma once

#include "core/async.hpp"
#include "core/result.hpp"
#include "sandbox/restrict.hpp"
#include "sandbox/worker_process.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace stillwatch::sandbox {

// A program whose processes run behind the worker's walls.
struct WorkerProgram {
    std::filesystem::path file;
    Restrictions restrictions;
    std::vector<std::string> arguments{};                                // behind those that all of them have
    std::chrono::milliseconds start_deadline = std::chrono::seconds(20); // to a worker's greeting
};

// Makes workers: one process of the program loads and warms up everything, sees nothing from the network, and
// forks a worker for each call, which costs a fortieth of a program's start
// (docs/decisions/0028-fork-server.md). Workers of one server share the layout of their memory, so it serves
// few of them and ends where one crashed: nobody tries an attack on the same layout twice. It starts with the
// first call that needs it. Belongs to the thread that runs `io`; its processes die with that thread.
class ForkServer {
public:
    static constexpr std::size_t max_forks =
        64; // of one server; its start comes to two thirds of a millisecond a worker

    ForkServer(asio::io_context& io, WorkerProgram program);

    // A fresh worker, restricted and ready for its first request. Errors: io (the program cannot start or
    // restrict itself, with the reason), cancelled (after end()).
    static Task<Result<std::shared_ptr<WorkerProcess>>> worker(std::shared_ptr<ForkServer> self);
    // The next worker comes of a fresh server; those that are awaited come of the old one.
    static Task<void> renew(std::shared_ptr<ForkServer> self);
    // Makes no worker any more; the workers that live are their owners'.
    void end() noexcept;

private:
    using Process = std::shared_ptr<WorkerProcess>;

    // A worker, or why there is none.
    struct Made {
        Process worker{};
        Error why{Errc::io, {}};
        bool was_killed = false; // by somebody else
    };

    Result<Process> server();
    static Task<Made> fork(std::shared_ptr<ForkServer> self, Process server);
    static Made nothing(const Ending& ending, bool was_late, std::string said);
    static Task<Made> greeted(Process worker, std::chrono::milliseconds deadline);
    static Task<Made> failure(std::shared_ptr<ForkServer> self, Process server, bool was_late);
    static Task<void> let_go(Process server);

    asio::io_context& io_;
    WorkerProgram program_;
    Process server_;
    std::size_t forks_ = 0; // of this server
    bool has_ended_ = false;
};

} // namespace stillwatch::sandbox
