#pragma once

#include "control/protocol.hpp"
#include "core/async.hpp"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace stillwatch::control {

// Runs one command for the operator named; called on the loop.
using Handler = std::function<Task<Result<json::value>>(Command, std::string)>;

// Accepts connections on a Unix socket and answers each command in turn. The peer's user, told by the kernel,
// names the operator. A line over max_line_bytes gets an error and ends its connection. The socket file has mode
// 0660: who may connect is decided by its group; a socket that an earlier run left there is replaced. Errors of
// the constructor (path too long, directory missing, another file there) throw std::runtime_error.
class Server {
public:
    Server(asio::io_context& loop, std::filesystem::path socket_file, Handler handler);
    ~Server(); // closes everything and removes the socket file
    Server(const Server&) = delete;

    // Refuses new connections and ends idle ones; commands that run are answered.
    void stop();

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace stillwatch::control
