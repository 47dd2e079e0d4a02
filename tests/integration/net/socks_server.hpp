#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace stillwatch::net {

// A SOCKS5 proxy (RFC 1928) on 127.0.0.1 that leads every name to one port of 127.0.0.1 and keeps what it was
// asked for. One connection at a time, on a thread of its own.
class SocksServer {
public:
    explicit SocksServer(std::uint16_t target_port);
    SocksServer(const SocksServer&) = delete;
    SocksServer& operator=(const SocksServer&) = delete;
    ~SocksServer();

    std::string proxy() const; // "socks5h://127.0.0.1:PORT"
    // "name:host.test:80" or "address:192.0.2.1:80", in order.
    std::vector<std::string> asked() const;

private:
    using Socket = boost::asio::ip::tcp::socket;
    void serve(Socket client);

    boost::asio::io_context io_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::uint16_t port_;
    std::uint16_t target_port_;
    std::atomic<bool> stopping_ = false;
    mutable std::mutex mutex_;
    std::vector<std::string> asked_;
    std::thread thread_;
};

} // namespace stillwatch::net
