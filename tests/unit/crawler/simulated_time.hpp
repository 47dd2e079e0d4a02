#pragma once

#include "core/clock.hpp"
#include "crawler/pace/timekeeper.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <set>

namespace stillwatch::crawler::test {

// Time that passes only where everything waits: days of crawling in milliseconds. Both clocks go together.
class SimulatedTime final : public Timekeeper {
public:
    explicit SimulatedTime(asio::io_context& io) : io_(io) {}

    Moment now() const override { return now_; }
    std::unique_ptr<Alarm> alarm() override { return std::make_unique<SimulatedAlarm>(*this); }
    const Clock& clock() const { return wall_; }
    void pass(std::chrono::milliseconds duration) { now_ += duration; }

    // Runs what is ready, then lets time pass to the next alarm, until everything waits for ever (or a year).
    void run() { run_until(now_ + std::chrono::days(365)); }
    // The same for so long.
    void run(std::chrono::milliseconds duration)
    {
        const auto end = now_ + duration;
        run_until(end);
        now_ = end;
    }

private:
    class SimulatedAlarm final : public Alarm {
    public:
        explicit SimulatedAlarm(SimulatedTime& time) : time_(time), timer_(time.io_) {}
        ~SimulatedAlarm() override { time_.waiting_.erase(this); }

        Task<> wait_until(Moment when) override
        {
            if (!rung_ && when > time_.now_) {
                when_ = when;
                time_.waiting_.insert(this);
                timer_.expires_at(never);
                constexpr auto without_exception = asio::as_tuple(asio::use_awaitable);
                (void)co_await timer_.async_wait(without_exception);
                time_.waiting_.erase(this);
            }
            rung_ = false;
        }
        void ring() override
        {
            rung_ = true;
            timer_.cancel();
        }

    private:
        friend class SimulatedTime;
        SimulatedTime& time_;
        asio::steady_timer timer_;
        Moment when_{};
        bool rung_ = false;
    };

    class Wall final : public Clock {
    public:
        explicit Wall(const SimulatedTime& time) : time_(time) {}
        Timestamp now() const override
        {
            const auto since =
                std::chrono::duration_cast<std::chrono::milliseconds>(time_.now_.time_since_epoch());
            return Timestamp(std::chrono::sys_days(std::chrono::year(2026) / 11 / 23)) + since;
        }

    private:
        const SimulatedTime& time_;
    };

    void run_until(Moment end)
    {
        for (;;) {
            io_.restart();
            io_.poll();
            std::optional<Moment> next;
            for (const auto* alarm : waiting_)
                if (alarm->when_ <= end) next = std::min(next.value_or(never), alarm->when_);
            if (!next) return;
            now_ = std::max(now_, *next);
            const auto due = waiting_;
            for (auto* alarm : due)
                if (alarm->when_ <= now_) alarm->timer_.cancel();
        }
    }

    asio::io_context& io_;
    Moment now_{std::chrono::hours(1)};
    std::set<SimulatedAlarm*> waiting_;
    Wall wall_{*this};
};

} // namespace stillwatch::crawler::test
