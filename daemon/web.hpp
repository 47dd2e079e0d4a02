#pragma once

#include "net/http_client.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <stdexcept>
#include <utility>

namespace stillwatch::daemon {

// The HTTP client of crawling. A changed guard or certificate list makes a new client: the old one's connections
// are closed, so that none survives which the new policy would refuse; what it was fetching ends as cancelled.
class Web final : public Fetcher {
public:
    Web(asio::io_context& loop, net::HttpSettings settings)
        : loop_(loop), settings_(std::move(settings)), client_(std::make_unique<net::HttpClient>(loop_, settings_))
    {
    }

    Task<Result<Fetched>> fetch(FetchRequest request) override { return client_->fetch(std::move(request)); }

    // A client for these settings, or null where they are those in force. Errors: invalid_argument.
    Result<std::unique_ptr<net::HttpClient>> make(const net::HttpSettings& settings)
    {
        if (settings == settings_) return std::unique_ptr<net::HttpClient>();
        try {
            return std::make_unique<net::HttpClient>(loop_, settings);
        } catch (const std::runtime_error& error) {
            return Error{Errc::invalid_argument, error.what()};
        }
    }
    void use(const net::HttpSettings& settings, std::unique_ptr<net::HttpClient> client)
    {
        if (!client) return;
        client_ = std::move(client);
        settings_ = settings;
    }

    void stop() { client_->stop(); }

private:
    asio::io_context& loop_;
    net::HttpSettings settings_;
    std::unique_ptr<net::HttpClient> client_;
};

} // namespace stillwatch::daemon
