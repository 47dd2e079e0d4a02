#pragma once

#include "cases/accounts.hpp"
#include "control/protocol.hpp"
#include "core/async.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace stillwatch::control {

// Runs one command for the user at the other end; called on the loop.
using Handler = std::function<Task<Result<json::value>>(Command, cases::Peer)>;

// How long and how many. A user who keeps many connections open locks out nobody, not even themselves: a new
// one takes the place of their oldest that has not asked yet.
struct ServerLimits {
    std::chrono::milliseconds request{5'000}; // from the connection, or the last answer, to a whole command
    std::chrono::milliseconds reply{30'000};  // until the answer is taken
    std::size_t of_a_user = 16;
    std::size_t of_all =
        64; // root and the user of the daemon are not counted in and have places of their own
};

// Accepts connections on a Unix socket and answers each command in turn. The peer's user, told by the kernel,
// names the operator. A line over max_line_bytes gets an error and ends its connection. The socket file has
// mode 0660: who may connect is decided by its group; a socket that an earlier run left there is replaced.
// Errors of the constructor (path too long, directory missing, another file there) throw std::runtime_error.
class Server {
public:
    Server(asio::io_context& loop, std::filesystem::path socket_file, Handler handler,
           ServerLimits limits = {});
    ~Server(); // closes everything and removes the socket file
    Server(const Server&) = delete;

    // Refuses new connections and ends idle ones; commands that run are answered.
    void stop();

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace stillwatch::control
