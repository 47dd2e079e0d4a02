#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace stillwatch::net {

// A web server on 127.0.0.1 that misbehaves as the path asks; hostile_server.cpp lists the paths. One plain
// thread a connection.
class HostileServer {
public:
    HostileServer();
    HostileServer(const HostileServer&) = delete;
    HostileServer& operator=(const HostileServer&) = delete;
    ~HostileServer();

    std::uint16_t port() const noexcept { return port_; }
    std::string url(std::string_view path) const;
    // The heads of all requests so far, in order of arrival.
    std::vector<std::string> requests() const;
    std::size_t connections() const noexcept { return connections_; }

private:
    using Socket = boost::asio::ip::tcp::socket;

    void accept();
    void serve(Socket& socket);
    bool answer(Socket& socket, const std::string& head, std::string_view path, int requests_before);
    void send_large(Socket& socket, std::size_t bytes, bool in_chunks);
    bool break_off(Socket& socket, std::size_t sent_bytes);
    bool misbehave(Socket& socket, std::string_view path);
    void shut(Socket& socket);
    void reset(Socket& socket); // the client sees a RST
    void send_for_ever(Socket& socket, std::string_view part, int pause_ms);

    boost::asio::io_context io_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::uint16_t port_;
    std::atomic<bool> stopping_ = false;
    std::atomic<std::size_t> connections_ = 0;
    mutable std::mutex mutex_; // guards requests_, and sockets against being closed while they are shut
    std::vector<std::string> requests_;
    std::list<std::shared_ptr<Socket>> sockets_;
    std::list<std::thread> threads_;
    std::thread acceptor_thread_;
};

} // namespace stillwatch::net
