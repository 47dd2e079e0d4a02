#include "crawler/pace/timekeeper.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace stillwatch::crawler {

namespace {

class SteadyAlarm final : public Alarm {
public:
    explicit SteadyAlarm(const asio::any_io_executor& loop) : timer_(loop) {}

    Task<> wait_until(Moment when) override
    {
        if (!rung_) {
            timer_.expires_at(when);
            constexpr auto without_exception = asio::as_tuple(asio::use_awaitable);
            (void)co_await timer_.async_wait(without_exception);
        }
        rung_ = false;
    }

    void ring() override
    {
        rung_ = true;
        timer_.cancel();
    }

private:
    asio::steady_timer timer_;
    bool rung_ = false;
};

} // namespace

std::unique_ptr<Alarm> SteadyTimekeeper::alarm()
{
    return std::make_unique<SteadyAlarm>(loop_);
}

} // namespace stillwatch::crawler
