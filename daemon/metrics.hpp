#pragma once

#include "core/async.hpp"
#include "daemon/health_text.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace stillwatch::daemon {

// One gauge line of Prometheus' text format with its "# TYPE" line.
std::string gauge_text(std::string_view name, double value);

// Answers GET /metrics with what `metrics` gives and GET /healthz with 200 "ok" or 503 and the reasons, on a
// loopback address only. Throws std::runtime_error when the address is none, is not loopback, or is taken.
class MetricsServer {
public:
    struct Answers {
        std::function<std::string()> metrics;
        std::function<HealthAnswer()> health;
    };
    MetricsServer(asio::io_context& loop, std::string_view listen, Answers answers);
    ~MetricsServer();
    MetricsServer(const MetricsServer&) = delete;

    std::uint16_t port() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace stillwatch::daemon
