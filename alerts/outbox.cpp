#include "alerts/outbox.hpp"

#include "alerts/retry.hpp"
#include "core/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace stillwatch::alerts {

namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 60s; // the wall clock, by which rows are due, may be set while we wait
constexpr auto pause_without_store = 5s;
// An alert that fails while others are taken is not tried with each of them: that would use up its attempts.
constexpr auto least_between_hurries = 1h;

} // namespace

Outbox::Outbox(asio::any_io_executor executor, AlertQueue& queue, Notifier& notifier, const Clock& clock)
    : queue_(queue), notifier_(notifier), clock_(clock), timer_(std::move(executor))
{
}

Task<> Outbox::run()
{
    // Cancellation is looked at where a row is in no doubtful state, instead of thrown anywhere.
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!stopping_) {
        woken_ = false;
        const auto now = clock_.now();
        auto row = co_await queue_.first_due(notifier_.channel(), now);
        auto step = Step::done;
        if (row)
            step = co_await deliver(std::move(*row));
        else
            co_await wait_until_due();
        if (step == Step::cannot_record) co_await wait(pause_without_store);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (step == Step::cancelled || state.cancelled() != asio::cancellation_type::none) co_return;
    }
}

void Outbox::wake()
{
    woken_ = true;
    timer_.cancel();
}

void Outbox::stop()
{
    stopping_ = true;
    timer_.cancel();
}

Task<Outbox::Step> Outbox::deliver(store::OutboxRow row)
{
    Delivery delivery;
    if (const auto known = unrecorded_.find(row.id); known != unrecorded_.end()) {
        delivery = known->second;
    } else {
        auto event = read_event(row.event);
        if (event) event->disclosed = row.disclosed;
        if (event)
            delivery = co_await notifier_.notify(std::move(*event), row.told);
        else
            delivery = Delivery{Delivery::Kind::refused, 0s, to_string(event.error()), row.told};
        const auto state = co_await asio::this_coro::cancellation_state;
        const bool ending = stopping_ || state.cancelled() != asio::cancellation_type::none;
        const bool cut_off = ending && delivery.kind == Delivery::Kind::retry_after;
        if (cut_off) co_return Step::cancelled;
    }
    co_return co_await record(std::move(row), std::move(delivery));
}

Task<Outbox::Step> Outbox::record(store::OutboxRow row, Delivery delivery)
{
    const auto now = clock_.now();
    const bool is_sent = delivery.kind == Delivery::Kind::sent;
    // Tried only for the sake of a row behind it: its own attempts are not used up.
    const bool is_probe = row.behind != 0 && delivery.kind == Delivery::Kind::retry_after;
    const auto attempts = is_probe ? row.behind_attempts : row.attempts;
    const auto counted = static_cast<std::uint64_t>(is_probe ? row.behind : row.id);
    const auto next = next_attempt(attempts + 1, now, delivery, counted);
    const bool is_dead = !is_sent && !next;
    store::AlertAttempt attempt{delivery.detail, delivery.told};
    Result<void> recorded;
    if (is_sent)
        recorded = co_await queue_.sent(row.id, now);
    else if (is_probe && !is_dead)
        recorded = co_await queue_.probed(row, *next, std::move(attempt));
    else if (is_probe)
        recorded = co_await queue_.dead(row.behind, std::move(attempt));
    else if (is_dead)
        recorded = co_await queue_.dead(row.id, std::move(attempt));
    else
        recorded = co_await queue_.retry(row.id, *next, std::move(attempt));

    if (!recorded && recorded.error().code != Errc::not_found) {
        log::error("outbox", "the result of a delivery cannot be stored",
                   {{"channel", channel()}, {"alert", row.alert_id}, {"error", to_string(recorded.error())}});
        unrecorded_.insert_or_assign(row.id, std::move(delivery));
        co_return Step::cannot_record;
    }
    unrecorded_.erase(row.id);
    if (is_sent)
        ++counts_.sent;
    else if (is_dead)
        ++counts_.dead;
    else
        ++counts_.retried;
    tell(row, delivery, is_dead);
    hurried_.erase(is_sent || is_dead ? row.id : 0);
    if (is_sent) co_await hurry_waiting();
    co_return Step::done;
}

Task<> Outbox::hurry_waiting()
{
    const auto now = clock_.now();
    auto ids = co_await queue_.waiting(channel(), now);
    std::erase_if(ids, [&](std::int64_t id) {
        const auto last = hurried_.find(id);
        return last != hurried_.end() && now - last->second < least_between_hurries;
    });
    if (ids.empty()) co_return;
    const auto hurried = co_await queue_.hurry(ids, now);
    if (!hurried) {
        log::error("outbox", "waiting alerts keep their times",
                   {{"channel", channel()}, {"error", to_string(hurried.error())}});
        co_return;
    }
    for (const auto id : ids)
        hurried_[id] = now;
    log::info("outbox", "waiting alerts are due: the channel works",
              {{"channel", channel()}, {"alerts", ids.size()}});
}

void Outbox::tell(const store::OutboxRow& row, const Delivery& delivery, bool is_dead)
{
    const bool failed = delivery.kind != Delivery::Kind::sent;
    if (is_dead)
        log::error("outbox", "alert given up; it waits for `stillwatch outbox replay`",
                   {{"channel", channel()}, {"alert", row.alert_id}, {"reason", delivery.detail}});
    else if (failed && !failing_)
        log::warn("outbox", "channel fails",
                  {{"channel", channel()}, {"alert", row.alert_id}, {"reason", delivery.detail}});
    else if (!failed && failing_)
        log::info("outbox", "channel works again", {{"channel", channel()}});
    failing_ = failed;
    const bool reached_some = !delivery.told.empty();
    failure_ = failed && !reached_some ? delivery.detail : "";
    left_out_ = failed && reached_some ? delivery.detail : "";
    unsealed_ = delivery.unsealed;
}

Task<> Outbox::wait_until_due()
{
    const auto next = co_await queue_.next_due(notifier_.channel());
    std::chrono::milliseconds pause = longest_wait;
    if (next) pause = std::clamp<std::chrono::milliseconds>(*next - clock_.now(), 0ms, longest_wait);
    co_await wait(pause);
}

Task<> Outbox::wait(std::chrono::milliseconds pause)
{
    if (woken_ || stopping_) co_return;
    timer_.expires_after(pause);
    auto token = asio::as_tuple(asio::use_awaitable);
    co_await timer_.async_wait(std::move(token));
}

} // namespace stillwatch::alerts
