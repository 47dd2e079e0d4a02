#pragma once

#include "core/byte_budget.hpp"
#include "core/fetch.hpp"
#include "net/http_settings.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string_view>

namespace stillwatch::net {

struct HttpClientState;

// Fetches over HTTP/1.1 and HTTP/2 on the thread of `io`. One client is one guard policy and one pool of
// connections: a changed policy means a new client. Every transfer is checked against the guard where its
// socket is opened, so neither names nor redirects pass it by; nothing of the environment (proxies, cookies,
// .netrc) counts.
class HttpClient final : public Fetcher {
public:
    // `budget`: what bodies may hold together; null: as much as their own limits let them. Throws
    // std::runtime_error when `settings.ca_file` cannot be read or the system gives no handles.
    HttpClient(asio::io_context& io, HttpSettings settings, std::shared_ptr<ByteBudget> budget = {});
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient() override; // as stop()

    // Await it on `io`. A GET or HEAD whose kept connection had gone is sent once more on a fresh one.
    // Also cancelled by Asio's terminal cancellation. Errors: as Fetcher, and invalid_argument (a method or
    // header that cannot be sent).
    Task<Result<Fetched>> fetch(FetchRequest request) override;

    // Ends pending fetches from that host ("board.example", "board.example:8080") with `cancelled`.
    void cancel(std::string_view host_port);

    // Ends pending fetches with `cancelled` and closes all connections, at once, whatever they wait for.
    void stop();

private:
    std::shared_ptr<HttpClientState> state_; // shared with the fetches that run: they may outlive the client
};

} // namespace stillwatch::net
