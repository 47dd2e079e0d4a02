#pragma once

#include "net/http_client.hpp"

#include <boost/asio/io_context.hpp>

#include <map>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace stillwatch::daemon {

// The HTTP client of crawling. A changed guard or certificate list makes a new client: the old one's
// connections are closed, so that none survives which the new policy would refuse; what it was fetching ends
// as cancelled.
class Web final : public Fetcher {
public:
    Web(asio::io_context& loop, net::HttpSettings settings, ByteBudget::Limits bodies = {})
        : loop_(loop), settings_(std::move(settings)), bodies_(ByteBudget::make(bodies)),
          client_(std::make_unique<net::HttpClient>(loop_, settings_, bodies_))
    {
    }

    Task<Result<Fetched>> fetch(FetchRequest request) override
    {
        auto& client = client_for(request.route);
        return client.fetch(std::move(request));
    }

    // Ends what is being fetched from that host as cancelled.
    void cancel(std::string_view host_port)
    {
        client_->cancel(host_port);
        for (auto& [route, client] : by_route_)
            client->cancel(host_port);
    }

    // A client for these settings, or null where they are those in force. Errors: invalid_argument.
    Result<std::unique_ptr<net::HttpClient>> make(const net::HttpSettings& settings)
    {
        if (settings == settings_) return std::unique_ptr<net::HttpClient>();
        try {
            return std::make_unique<net::HttpClient>(loop_, settings, bodies_);
        } catch (const std::runtime_error& error) {
            return Error{Errc::invalid_argument, error.what()};
        }
    }
    void use(const net::HttpSettings& settings, std::unique_ptr<net::HttpClient> client,
             ByteBudget::Limits bodies)
    {
        bodies_->use(bodies);
        if (!client) return;
        client_ = std::move(client);
        settings_ = settings;
        by_route_.clear();
    }

    // What all bodies in flight hold.
    const ByteBudget& bodies() const noexcept { return *bodies_; }

    void stop()
    {
        client_->stop();
        for (auto& [route, client] : by_route_)
            client->stop();
    }

private:
    // One connection pool for each way: what one way lets pass must not serve another.
    net::HttpClient& client_for(const Route& route)
    {
        if (route == settings_.route) return *client_;
        auto& client = by_route_[route];
        if (!client) {
            auto settings = settings_;
            settings.route = route;
            client = std::make_unique<net::HttpClient>(loop_, std::move(settings), bodies_);
        }
        return *client;
    }

    asio::io_context& loop_;
    net::HttpSettings settings_;
    std::shared_ptr<ByteBudget> bodies_; // one for all ways
    std::unique_ptr<net::HttpClient> client_;
    std::map<Route, std::unique_ptr<net::HttpClient>> by_route_; // bounded by the watch lists there were
};

} // namespace stillwatch::daemon
