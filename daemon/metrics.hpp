#pragma once

#include "core/async.hpp"
#include "daemon/health_text.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace stillwatch::daemon {

// Counters of events since the start, each with at most one label. Loop thread only.
class Counters {
public:
    // Adds to `name{label="value"}`; name as in Prometheus' conventions without the "stillwatch_" in front.
    void add(std::string_view name, std::string_view label = {}, std::string_view value = {}, std::int64_t amount = 1);
    std::int64_t total(std::string_view name) const; // over all labels
    // By label value.
    std::map<std::string, std::int64_t> by_label(std::string_view name) const;
    // Prometheus' text format 0.0.4, one "# TYPE" line a name.
    std::string text() const;

private:
    struct Series {
        std::string label;
        std::map<std::string, std::int64_t> values; // by label value; "" where there is no label
    };
    std::map<std::string, Series, std::less<>> series_;
};

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
