#include "daemon/metrics.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

namespace stillwatch::daemon {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

std::string gauge_text(std::string_view name, double value)
{
    return fmt::format("# TYPE stillwatch_{0} gauge\nstillwatch_{0} {1}\n", name, value);
}

namespace {

tcp::endpoint endpoint_of(std::string_view listen)
{
    const auto colon = listen.rfind(':');
    unsigned port = 65536;
    boost::system::error_code error;
    asio::ip::address address;
    if (colon != std::string_view::npos) {
        auto host = listen.substr(0, colon);
        if (host.size() > 2 && host.front() == '[' && host.back() == ']')
            host = host.substr(1, host.size() - 2);
        address = asio::ip::make_address(std::string(host), error);
        const auto read = std::from_chars(listen.data() + colon + 1, listen.data() + listen.size(), port);
        if (read.ptr != listen.data() + listen.size()) port = 65536;
    }
    if (colon == std::string_view::npos || error || port > 65535)
        throw std::runtime_error(fmt::format("metrics.listen \"{}\": not ADDRESS:PORT", listen));
    if (!address.is_loopback())
        throw std::runtime_error(
            fmt::format("metrics.listen \"{}\": only loopback addresses are served", listen));
    return {address, static_cast<std::uint16_t>(port)};
}

http::response<http::string_body> respond(const http::request<http::empty_body>& request,
                                          const MetricsServer::Answers& answers)
{
    http::response<http::string_body> response;
    response.version(request.version());
    response.keep_alive(false);
    response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    response.result(http::status::ok);
    if (request.method() != http::verb::get) {
        response.result(http::status::method_not_allowed);
        response.body() = "only GET\n";
    } else if (request.target() == "/metrics") {
        response.body() = answers.metrics();
    } else if (request.target() == "/healthz") {
        auto health = answers.health();
        if (!health.is_fine) response.result(http::status::service_unavailable);
        response.body() = std::move(health.text);
    } else {
        response.result(http::status::not_found);
        response.body() = "there are /metrics and /healthz\n";
    }
    response.prepare_payload();
    return response;
}

} // namespace

class MetricsServer::Impl {
public:
    Impl(asio::io_context& loop, std::string_view listen, Answers answers)
        : acceptor_(loop), answers_(std::move(answers))
    {
        const auto endpoint = endpoint_of(listen);
        try {
            acceptor_.open(endpoint.protocol());
            acceptor_.set_option(tcp::acceptor::reuse_address(true));
            acceptor_.bind(endpoint);
            acceptor_.listen();
        } catch (const boost::system::system_error& error) {
            throw std::runtime_error(
                fmt::format("metrics.listen \"{}\": {}", listen, error.code().message()));
        }
    }

    static Task<> accept(std::shared_ptr<Impl> self)
    {
        for (;;) {
            boost::system::error_code error;
            auto token = asio::redirect_error(asio::use_awaitable, error);
            auto socket = co_await self->acceptor_.async_accept(token);
            if (!self->acceptor_.is_open()) co_return;
            if (error) {
                // What stands in the way, such as a lack of descriptors, is still there at once.
                asio::steady_timer pause(self->acceptor_.get_executor(), std::chrono::milliseconds(200));
                co_await pause.async_wait(token);
                continue;
            }
            asio::co_spawn(self->acceptor_.get_executor(), serve(self, std::move(socket)), asio::detached);
        }
    }

    void close()
    {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    // One request a connection, with little time: a scraper comes back.
    static Task<> serve(std::shared_ptr<Impl> self, tcp::socket socket)
    {
        beast::tcp_stream stream(std::move(socket));
        stream.expires_after(std::chrono::seconds(5));
        beast::flat_buffer buffer(8U << 10U);
        http::request<http::empty_body> request;
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await http::async_read(stream, buffer, request, token);
        if (error || !self->acceptor_.is_open()) co_return;
        const auto response = respond(request, self->answers_);
        co_await http::async_write(stream, response, token);
    }

    tcp::acceptor acceptor_;
    Answers answers_;
};

MetricsServer::MetricsServer(asio::io_context& loop, std::string_view listen, Answers answers)
    : impl_(std::make_shared<Impl>(loop, listen, std::move(answers)))
{
    asio::co_spawn(loop, Impl::accept(impl_), asio::detached);
}

MetricsServer::~MetricsServer()
{
    impl_->close();
}

std::uint16_t MetricsServer::port() const
{
    return impl_->port();
}

} // namespace stillwatch::daemon
