#include "daemon/service_manager.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <ctime>

namespace stillwatch::daemon {

namespace {

// A lost notification only costs what it would have told; there is nobody to report to.
void notify(const std::string& state)
{
    (void)sd_notify(0, state.c_str());
}

} // namespace

void notify_ready(std::string_view status)
{
    notify(fmt::format("READY=1\nSTATUS={}", status));
}

void notify_reloading()
{
    // systemd 253 and later wants the monotonic time beside it; older versions ignore that line.
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    notify(fmt::format("RELOADING=1\nMONOTONIC_USEC={}{:06}", now.tv_sec, now.tv_nsec / 1000));
}

void notify_stopping()
{
    notify("STOPPING=1");
}

void notify_status(std::string_view status)
{
    notify(fmt::format("STATUS={}", status));
}

std::chrono::microseconds watchdog_interval()
{
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::chrono::microseconds(0);
    return std::chrono::microseconds(microseconds / 2);
}

Task<> feed_watchdog(std::chrono::microseconds interval)
{
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor);
    for (;;) {
        notify("WATCHDOG=1");
        timer.expires_after(interval);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

} // namespace stillwatch::daemon
