#include "socks_server.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <array>

namespace stillwatch::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Passes on what comes until one side ends.
void pump(tcp::socket& from, tcp::socket& to)
{
    std::array<char, 16'384> buffer;
    boost::system::error_code error;
    while (!error) {
        const auto count = from.read_some(asio::buffer(buffer), error);
        if (count > 0) asio::write(to, asio::buffer(buffer, count), error);
    }
    to.shutdown(tcp::socket::shutdown_send, error);
}

} // namespace

SocksServer::SocksServer(std::uint16_t target_port)
    : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}), port_(acceptor_.local_endpoint().port()),
      target_port_(target_port), thread_([this] {
          for (;;) {
              tcp::socket client(io_);
              boost::system::error_code error;
              acceptor_.accept(client, error);
              if (error || stopping_) return;
              serve(std::move(client));
          }
      })
{
}

SocksServer::~SocksServer()
{
    stopping_ = true;
    boost::system::error_code ignored;
    tcp::socket last(io_);
    last.connect({asio::ip::address_v4::loopback(), port_}, ignored); // wakes accept()
    thread_.join();
}

std::string SocksServer::proxy() const
{
    return fmt::format("socks5h://127.0.0.1:{}", port_);
}

std::vector<std::string> SocksServer::asked() const
{
    const std::lock_guard lock(mutex_);
    return asked_;
}

void SocksServer::serve(Socket client)
{
    boost::system::error_code error;
    std::array<unsigned char, 512> bytes{};
    const auto read = [&](std::size_t count) { asio::read(client, asio::buffer(bytes, count), error); };
    read(2);
    read(bytes[1]); // methods
    asio::write(client, asio::buffer(std::array<unsigned char, 2>{5, 0}), error);
    read(4);
    std::string what;
    if (bytes[3] == 3) {
        read(1);
        const std::size_t size = bytes[0];
        read(size);
        what = "name:" + std::string(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    } else {
        read(bytes[3] == 1 ? 4 : 16);
        what = "address:" + fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
    }
    read(2);
    if (error) return;
    {
        const std::lock_guard lock(mutex_);
        asked_.push_back(fmt::format("{}:{}", what, bytes[0] * 256 + bytes[1]));
    }
    tcp::socket server(io_);
    server.connect({asio::ip::address_v4::loopback(), target_port_}, error);
    asio::write(client, asio::buffer(std::array<unsigned char, 10>{5, 0, 0, 1, 127, 0, 0, 1, 0, 0}), error);
    std::thread back([&] { pump(server, client); });
    pump(client, server);
    server.shutdown(Socket::shutdown_both, error); // the server may wait for another request
    back.join();
}

} // namespace stillwatch::net
