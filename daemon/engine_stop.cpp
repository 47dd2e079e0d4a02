#include "daemon/engine.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

// How the engine comes to an end.
namespace stillwatch::daemon {

Task<> Engine::wait_for(const TaskGroup& tasks) const
{
    asio::steady_timer timer(loop_);
    while (tasks.running() > 0) {
        timer.expires_after(std::chrono::milliseconds(10));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

Task<> Engine::stop()
{
    scheduler_.stop();
    fetcher_.stop();
    web_.stop();
    channels_->stop();
    outboxes_.stop();
    loops_.stop();
    snapshots_.stop();
    co_await workers_.stop();
    if (faces_) co_await faces_->stop();
    co_await wait_for(outboxes_);
    co_await wait_for(loops_);
    asio::steady_timer timer(loop_);
    while (snapshots_.is_running()) {
        timer.expires_after(std::chrono::milliseconds(10));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

} // namespace stillwatch::daemon
