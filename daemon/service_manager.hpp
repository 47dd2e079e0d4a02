#pragma once

#include "core/async.hpp"

#include <chrono>
#include <string_view>

namespace stillwatch::daemon {

// What we tell systemd over $NOTIFY_SOCKET (sd_notify(3)); without that variable all of it does nothing.
void notify_ready(std::string_view status);
void notify_reloading();
void notify_stopping();
void notify_status(std::string_view status);

// Half of the time after which systemd takes us for hung (WatchdogSec=); zero when no watchdog waits for us.
std::chrono::microseconds watchdog_interval();

// Tells the watchdog again and again that the loop turns; ends only by cancellation.
Task<> feed_watchdog(std::chrono::microseconds interval);

} // namespace stillwatch::daemon
