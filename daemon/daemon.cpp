#include "daemon/daemon.hpp"

#include "control/server.hpp"
#include "core/log.hpp"
#include "daemon/engine.hpp"
#include "daemon/installation.hpp"
#include "daemon/metrics.hpp"
#include "daemon/service_manager.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>

namespace stillwatch::daemon {

namespace {

// systemd gives us ten seconds (TimeoutStopSec=); what has not ended by then is cut: everything that must
// last is on disk, workers die with us.
constexpr std::chrono::seconds longest_stop{9};

log::Level level_of(const std::string& name)
{
    if (name == "debug") return log::Level::debug;
    if (name == "warn") return log::Level::warn;
    if (name == "error") return log::Level::error;
    return log::Level::info;
}

class Daemon {
public:
    explicit Daemon(std::filesystem::path configuration_file, const config::Config& config)
        : file_(std::move(configuration_file)), engine_(loop_, config, {}, clock_),
          tasks_(loop_.get_executor()), signals_(loop_, SIGTERM, SIGINT, SIGHUP)
    {
        if (!config.metrics.listen.empty()) {
            metrics_.emplace(loop_, config.metrics.listen,
                             MetricsServer::Answers{[this] { return engine_.metrics(); },
                                                    [this] { return engine_.health(); }});
        }
        socket_ = paths_of(config).socket;
    }

    int run()
    {
        asio::co_spawn(loop_, live(), [this](const std::exception_ptr& thrown) {
            failure_ = thrown;
            loop_.stop();
        });
        loop_.run();
        if (failure_) std::rethrow_exception(failure_);
        return exit_code_;
    }

private:
    // However serving ends, what it started ends before us.
    Task<> live()
    {
        std::exception_ptr failure;
        try {
            co_await serve();
        } catch (...) {
            failure = std::current_exception();
        }
        co_await wind_down();
        if (failure) std::rethrow_exception(failure);
    }

    Task<> serve()
    {
        const auto started = co_await engine_.start();
        if (!started) throw std::runtime_error(to_string(started.error()));
        auto handler = [this](control::Command command, cases::Peer peer) {
            return engine_.run(std::move(command), std::move(peer));
        };
        server_.emplace(loop_, socket_, std::move(handler));
        // A daemon that does not crawl, alert or follow consents must not look alive: the service manager
        // restarts it.
        auto give_up = [this] {
            exit_code_ = 1;
            std::raise(SIGTERM);
        };
        engine_.start_loops(give_up);
        engine_.start_health();
        tasks_.spawn("crawl", crawl(), give_up);
        if (const auto interval = watchdog_interval(); interval.count() > 0)
            tasks_.spawn("watchdog", feed_watchdog(interval));
        log::info("daemon", "ready", {{"version", STILLWATCH_VERSION}});
        notify_ready("watching");
        co_await obey_signals();
    }

    // Returning is as bad as throwing: nothing would be crawled any more, and nobody would know.
    Task<> crawl()
    {
        co_await engine_.crawl();
        if (!stopping_) throw std::runtime_error("ended by itself");
    }

    Task<> wind_down()
    {
        stopping_ = true;
        log::info("daemon", "stopping");
        notify_stopping();
        cut_after_deadline();
        if (server_) server_->stop();
        metrics_.reset();
        co_await engine_.stop();
        tasks_.stop();
        asio::steady_timer timer(loop_);
        while (tasks_.running() > 0) {
            timer.expires_after(std::chrono::milliseconds(10));
            co_await timer.async_wait(asio::use_awaitable);
        }
        log::info("daemon", "stopped");
    }

    // Returns at SIGTERM or SIGINT.
    Task<> obey_signals()
    {
        for (;;) {
            const int signal = co_await signals_.async_wait(asio::use_awaitable);
            if (signal != SIGHUP) co_return;
            notify_reloading();
            co_await reload();
            notify_ready("watching");
        }
    }

    Task<> reload()
    {
        std::vector<config::ConfigProblem> problems;
        auto config = read_configuration(file_, &problems);
        if (!config) {
            log::error("daemon", "configuration not taken over; the one before stays in force");
            std::string reason = problems.empty() ? "no reason" : config::to_string(problems.front());
            if (problems.size() > 1) reason += fmt::format(" (and {} more)", problems.size() - 1);
            engine_.configuration_refused(std::move(reason));
            co_return;
        }
        log::set_level(level_of(config->log.level));
        const auto used = co_await engine_.use(*std::move(config));
        if (used)
            log::info("daemon", "configuration taken over");
        else {
            log::error("daemon", "configuration not taken over; the one before stays in force",
                       {{"reason", to_string(used.error())}});
            engine_.configuration_refused(to_string(used.error()));
        }
    }

    static void cut_after_deadline()
    {
        // alarm() works even if the loop hangs.
        std::signal(SIGALRM, [](int) { std::_Exit(1); });
        alarm(static_cast<unsigned>(longest_stop.count()));
    }

    std::filesystem::path file_;
    std::filesystem::path socket_;
    SystemClock clock_;
    asio::io_context loop_{1};
    Engine engine_;
    std::optional<MetricsServer> metrics_;
    std::optional<control::Server> server_;
    TaskGroup tasks_;
    asio::signal_set signals_;
    std::exception_ptr failure_;
    int exit_code_ = 0;
    bool stopping_ = false;
};

} // namespace

std::optional<config::Config> read_configuration(const std::filesystem::path& file,
                                                 std::vector<config::ConfigProblem>* problems)
{
    auto outcome = config::load_config(file, {config::FileChecks::yes, recipient_problem});
    for (const auto& problem : outcome.problems)
        fmt::print(stderr, "{}\n", config::to_string(problem));
    if (problems) *problems = std::move(outcome.problems);
    return std::move(outcome.config);
}

int run_daemon(const std::filesystem::path& configuration_file)
{
    const auto config = read_configuration(configuration_file);
    if (!config) return 78;
    log::set_level(level_of(config->log.level));
    Daemon daemon(configuration_file, *config);
    return daemon.run();
}

} // namespace stillwatch::daemon
