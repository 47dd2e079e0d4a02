#pragma once

#include "alerts/notifier.hpp"
#include "alerts/queue.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace stillwatch::alerts {

// Delivers the queued alerts of one channel, oldest first, one at a time. Each channel has an outbox of its
// own, so a slow receiver holds up nobody else. A failed alert waits for its next attempt and lets those of
// other cases pass; as soon as one is taken, those that wait are due: the receiver was repaired.
// At-least-once: a row counts as sent only when the store has recorded it; a crash in between sends it again
// under the same id. Loop thread only.
class Outbox {
public:
    struct Counts {
        std::uint64_t sent = 0;
        std::uint64_t retried = 0;
        std::uint64_t dead = 0;
    };

    // `queue`, `notifier` and `clock` must outlive run().
    Outbox(asio::any_io_executor executor, AlertQueue& queue, Notifier& notifier, const Clock& clock);
    Outbox(const Outbox&) = delete;

    // Delivers until stop() or cancellation; an attempt that they cut off is not counted.
    Task<> run();
    // Something was queued: look now instead of at the next due time.
    void wake();
    // run() ends after the delivery under way.
    void stop();

    const std::string& channel() const { return notifier_.channel(); }
    const Counts& counts() const noexcept { return counts_; }
    // Why the last attempt reached nobody, for the operator; empty when it did.
    const std::string& failure() const noexcept { return failure_; }
    // Which recipients the last attempt did not reach while others have the alert, and why; empty: none.
    const std::string& left_out() const noexcept { return left_out_; }

    // Whose last message left unsealed, and why; empty: none.
    const std::string& unsealed() const noexcept { return unsealed_; }

private:
    enum class Step : std::uint8_t { done, cannot_record, cancelled };

    Task<Step> deliver(store::OutboxRow row);
    Task<Step> record(store::OutboxRow row, Delivery delivery);
    Task<> hurry_waiting();
    Task<> wait_until_due();
    Task<> wait(std::chrono::milliseconds pause);
    void tell(const store::OutboxRow& row, const Delivery& delivery, bool is_dead);

    AlertQueue& queue_;
    Notifier& notifier_;
    const Clock& clock_;
    asio::steady_timer timer_;
    std::map<std::int64_t, Delivery> unrecorded_; // made, not yet recorded: never made again by us
    Counts counts_;
    bool woken_ = false;
    bool stopping_ = false;
    bool failing_ = false;
    std::string failure_;
    std::string left_out_;
    std::string unsealed_;
    std::map<std::int64_t, Timestamp> hurried_; // when a waiting row was last made due by a success
};

} // namespace stillwatch::alerts
