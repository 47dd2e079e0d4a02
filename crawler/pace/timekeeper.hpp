#pragma once

#include "core/async.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>

namespace stillwatch::crawler {

// A point on a clock that never jumps; pauses between requests are measured on it.
using Moment = std::chrono::steady_clock::time_point;
inline constexpr Moment never = Moment::max();

// A wait that others can end. One waiter at a time.
class Alarm {
public:
    virtual ~Alarm() = default;
    // Returns at `when`, or at a ring(), also one that came before the call. Callers look again at what they
    // wait for: it may return early.
    virtual Task<> wait_until(Moment when) = 0;
    virtual void ring() = 0;
};

// Gives the time and waits; tests replace it by simulated time.
class Timekeeper {
public:
    virtual ~Timekeeper() = default;
    virtual Moment now() const = 0;
    virtual std::unique_ptr<Alarm> alarm() = 0;
};

// Real time, with timers on `loop`.
class SteadyTimekeeper final : public Timekeeper {
public:
    explicit SteadyTimekeeper(asio::any_io_executor loop) : loop_(std::move(loop)) {}
    Moment now() const override { return std::chrono::steady_clock::now(); }
    std::unique_ptr<Alarm> alarm() override;

private:
    asio::any_io_executor loop_;
};

} // namespace stillwatch::crawler
