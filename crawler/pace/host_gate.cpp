#include "crawler/pace/host_gate.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::crawler {

// A place in the queue, given up by whatever ends the wait.
class HostGate::Place {
public:
    explicit Place(HostGate& gate) : gate_(gate), alarm_(gate.time_.alarm())
    {
        gate_.queue_.push_back(alarm_.get());
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place()
    {
        std::erase(gate_.queue_, alarm_.get());
        gate_.ring_first();
    }
    bool is_first() const { return gate_.queue_.front() == alarm_.get(); }
    Alarm& alarm() const { return *alarm_; }

private:
    HostGate& gate_;
    std::unique_ptr<Alarm> alarm_;
};

HostGate::Slot& HostGate::Slot::operator=(Slot&& other) noexcept
{
    if (this != &other) {
        release();
        gate_ = std::exchange(other.gate_, nullptr);
        started_ = other.started_;
    }
    return *this;
}

void HostGate::Slot::release() noexcept
{
    auto* gate = std::exchange(gate_, nullptr);
    if (!gate) return;
    --gate->in_flight_;
    gate->ring_first();
}

Task<Result<HostGate::Slot>> HostGate::acquire()
{
    Place place(*this);
    while (!stopped_) {
        auto when = never;
        if (place.is_first() && in_flight_ < settings_.concurrency) {
            const auto now = time_.now();
            when = start_after(now);
            if (when <= now) {
                ++in_flight_;
                history_.last_start = now;
                if (address_) address_->last_start = now;
                co_return Slot(*this, now);
            }
        }
        co_await place.alarm().wait_until(when);
    }
    co_return Error{Errc::cancelled, "no more requests are started"};
}

void HostGate::record(const PaceEvent& event, Moment started)
{
    history_ = after(history_, event, started, time_.now(), settings_);
    if (address_) address_->last_start = std::max(address_->last_start, history_.last_start);
}

Moment HostGate::start_after(Moment now) const
{
    const auto start = next_start(history_, now, settings_);
    if (!address_ || !address_->last_start) return start;
    return std::max(start, *address_->last_start + settings_.address_delay);
}

void HostGate::set_crawl_delay(std::chrono::milliseconds delay)
{
    history_.crawl_delay = std::min(delay, max_crawl_delay);
    ring_first();
}

void HostGate::rest(std::chrono::milliseconds pause)
{
    history_.not_before = std::max(history_.not_before, time_.now() + pause);
}

void HostGate::set_pace(const PaceSettings& settings)
{
    if (settings_ == settings) return;
    settings_ = settings;
    ring_first();
}

void HostGate::stop()
{
    stopped_ = true;
    for (auto* alarm : queue_)
        alarm->ring();
}

void HostGate::ring_first()
{
    if (!queue_.empty()) queue_.front()->ring();
}

} // namespace stillwatch::crawler
