#include "daemon/loop_watch.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>

namespace stillwatch::daemon {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto beat = 20ms;
constexpr auto window = 1min;
constexpr auto long_stall = 1s;
constexpr std::size_t several = 3;   // long stalls within the window call for a person,
constexpr auto very_long_stall = 5s; // or one such

struct Class {
    LoopStalls::Duration from;
    std::string_view name;
};
constexpr std::array<Class, 3> classes{{{10s, "10s"}, {1s, "1s"}, {100ms, "100ms"}}}; // longest first

LoopStalls::Duration cpu_time()
{
    timespec used{};
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used); // fails for no thread of ours
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

} // namespace

void LoopStalls::note(Moment now, Duration late, Duration cpu)
{
    longest_ = std::max(longest_, late);
    longest_busy_ = std::max(longest_busy_, std::min(late, cpu));
    const auto reached = std::ranges::find_if(classes, [&](const Class& one) { return late >= one.from; });
    if (reached != classes.end()) counters_.add("loop_stalls_total", "over", reached->name);

    if (late >= long_stall) recent_.emplace_back(now, late);
    while (!recent_.empty() && recent_.front().first < now - window)
        recent_.pop_front();
    if (recent_.empty()) {
        problems_.clear("event_loop");
        return;
    }
    if (late < long_stall) return;
    const auto worst = std::ranges::max_element(recent_, {}, &std::pair<Moment, Duration>::second)->second;
    if (recent_.size() < several && worst < very_long_stall) return;
    problems_.set(
        "event_loop", {},
        fmt::format(
            "everything stood still {} times within a minute, once for {:.1f} s: the machine is too busy, or "
            "this is a fault",
            recent_.size(), std::chrono::duration<double>(worst).count()));
}

Task<> watch_loop(LoopStalls& stalls)
{
    asio::steady_timer timer(co_await asio::this_coro::executor);
    auto cpu_before = cpu_time();
    for (;;) {
        const auto expected = steady_clock::now() + beat;
        timer.expires_at(expected);
        co_await timer.async_wait(asio::use_awaitable);
        const auto now = steady_clock::now();
        const auto cpu = cpu_time();
        stalls.note(now, now - expected, cpu - cpu_before);
        cpu_before = cpu;
    }
}

} // namespace stillwatch::daemon
