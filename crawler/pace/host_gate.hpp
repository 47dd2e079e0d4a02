#pragma once

#include "core/async.hpp"
#include "core/result.hpp"
#include "crawler/pace/pace.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <utility>

namespace stillwatch::crawler {

// What hosts on one network address share.
struct AddressPace {
    std::optional<Moment> last_start{}; // as in PaceHistory
};

// Lets requests to one host pass: first come, first served, so many at a time, so far apart. It must outlive
// its slots and waiters.
class HostGate {
public:
    // The right to one request; ends with its destructor.
    class Slot {
    public:
        Slot(Slot&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)), started_(other.started_) {}
        Slot& operator=(Slot&& other) noexcept;
        ~Slot() { release(); }
        Moment started() const noexcept { return started_; }

    private:
        friend class HostGate;
        Slot(HostGate& gate, Moment started) noexcept : gate_(&gate), started_(started) {}
        void release() noexcept;
        HostGate* gate_;
        Moment started_;
    };

    HostGate(Timekeeper& time, const PaceSettings& settings) : time_(time), settings_(settings) {}
    HostGate(const HostGate&) = delete;
    HostGate& operator=(const HostGate&) = delete;

    // Waits for its turn. Errors: cancelled, after stop().
    Task<Result<Slot>> acquire();
    // What came of the request that started at `started`.
    void record(const PaceEvent& event, Moment started);
    void set_crawl_delay(std::chrono::milliseconds delay);
    // A request that started then was shown a page: a challenge after this is the first again.
    void welcomed(Moment started) noexcept
    {
        if (!history_.challenged || started >= *history_.challenged) history_.challenges_in_a_row = 0;
    }
    // No request starts for so long.
    void rest(std::chrono::milliseconds pause);
    void set_pace(const PaceSettings& settings);
    // The address the host answered from.
    void set_address(std::shared_ptr<AddressPace> address) { address_ = std::move(address); }
    // Ends all waits, now and later, until resume().
    void stop();
    void resume() noexcept { stopped_ = false; }

    Moment earliest_start() const { return start_after(time_.now()); }
    std::size_t waiting() const noexcept { return queue_.size(); }
    int in_flight() const noexcept { return in_flight_; }
    bool is_idle() const noexcept { return in_flight_ == 0 && queue_.empty(); }
    const PaceHistory& history() const noexcept { return history_; }

private:
    class Place;
    void ring_first();
    Moment start_after(Moment now) const;

    Timekeeper& time_;
    PaceSettings settings_;
    PaceHistory history_{};
    std::deque<Alarm*> queue_;
    int in_flight_ = 0;
    std::shared_ptr<AddressPace> address_; // null until it is known
    bool stopped_ = false;
};

} // namespace stillwatch::crawler
