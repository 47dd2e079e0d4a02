#include "crawler/host_queue.hpp"

#include "core/log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <utility>

namespace stillwatch::crawler {

namespace {

// Results that wait for the store hold memory; with this many a host queue starts nothing new.
constexpr int max_unapplied = 64;

} // namespace

std::string describe(const std::exception_ptr& problem)
{
    try {
        std::rethrow_exception(problem);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "unknown exception";
    }
}

Task<> HostQueue::run()
{
    std::exception_ptr problem;
    try {
        co_await work();
    } catch (...) {
        problem = std::current_exception();
    }
    while (running_ > 0 || unapplied_ > 0)
        co_await alarm_->wait_until(never);
    for (const auto& visit : window_)
        given_up_.push_back(visit.id);
    window_.clear();
    if (!given_up_.empty()) {
        auto given_up = std::exchange(given_up_, {});
        const auto released = co_await context_.frontier.release(std::move(given_up));
        if (!released)
            log::warn("crawler", "visits cannot be given back; their leases end by themselves",
                      {{"host", host_.origin}, {"error", to_string(released.error())}});
    }
    if (problem) std::rethrow_exception(problem);
}

Task<> HostQueue::work()
{
    while (!context_.stopping) {
        const auto site = context_.settings->site(host_.site);
        if (!site) co_return;
        const auto next = co_await step(site);
        if (next == Next::end) co_return;
    }
}

Task<HostQueue::Next> HostQueue::step(std::shared_ptr<const SiteRules> site)
{
    if (window_.empty() && !is_dry_) {
        const auto wanted = turns_of_window * static_cast<std::size_t>(site->pace.concurrency);
        const auto window = std::clamp(wanted, smallest_window, largest_window);
        co_await refill(window);
        co_return Next::go_on;
    }
    if (window_.empty()) {
        if (running_ == 0 && unapplied_ == 0) co_return Next::end;
        context_.batcher.hasten();
        co_await alarm_->wait_until(never);
        co_return Next::go_on;
    }
    const auto standing = context_.pace.standing(host_.origin);
    const auto now = context_.time.now();
    if (standing.earliest_start > now + longest_wait) {
        co_await rest(standing.earliest_start, standing.errors_in_a_row);
        co_return Next::end;
    }
    if (running_ >= site->pace.concurrency || unapplied_ >= max_unapplied)
        co_await alarm_->wait_until(never);
    else if (standing.earliest_start > now)
        co_await alarm_->wait_until(standing.earliest_start);
    else
        launch();
    co_return Next::go_on;
}

Task<> HostQueue::refill(std::size_t window)
{
    is_dry_ = true;
    const auto lease_until = context_.clock.now() + lease;
    auto claimed = co_await context_.frontier.claim(host_.id, context_.horizon(), lease_until, window);
    if (claimed.empty()) co_return;
    is_dry_ = false;
    did_something_ = true;
    std::move(claimed.begin(), claimed.end(), std::back_inserter(window_));
}

Task<> HostQueue::rest(Moment until, int errors_in_a_row)
{
    const auto pause = std::chrono::ceil<std::chrono::milliseconds>(until - context_.time.now());
    const auto due = context_.clock.now() + pause;
    log::debug("crawler", "host rests", {{"host", host_.origin}, {"until", format_utc(due)}});
    const auto set = co_await context_.frontier.set_backoff(host_.id, due, errors_in_a_row);
    if (!set)
        log::warn("crawler", "a host's pause cannot be stored",
                  {{"host", host_.origin}, {"error", to_string(set.error())}});
}

void HostQueue::launch()
{
    ++running_;
    ++context_.progress.in_flight;
    auto next = std::move(window_.front());
    window_.pop_front();
    asio::co_spawn(context_.loop, visit(std::move(next)),
                   [this](std::exception_ptr problem) { ended(problem); });
}

Task<> HostQueue::visit(store::Visit visit)
{
    const auto id = visit.id;
    const auto place = co_await context_.places.acquire();
    if (!place || context_.stopping) {
        given_up_.push_back(id);
        co_return;
    }
    auto result = co_await context_.visit(std::move(visit));
    if (result) {
        context_.progress.add(*result, host_.site);
        ++unapplied_;
        context_.batcher.add(std::move(*result), [this](bool brought) { applied(brought); });
        if (window_.empty()) context_.batcher.hasten();
    } else if (result.error().code == Errc::cancelled) {
        given_up_.push_back(id);
    } else {
        ++context_.progress.failed;
        log::error("crawler", "visit failed", {{"host", host_.origin}, {"error", to_string(result.error())}});
    }
}

void HostQueue::ended(const std::exception_ptr& problem)
{
    --running_;
    --context_.progress.in_flight;
    if (problem) {
        ++context_.progress.failed;
        log::error("crawler", "visit failed", {{"host", host_.origin}, {"error", describe(problem)}});
    }
    alarm_->ring();
}

void HostQueue::applied(bool brought)
{
    --unapplied_;
    is_dry_ = false;
    alarm_->ring();
    context_.on_applied(brought);
}

} // namespace stillwatch::crawler
