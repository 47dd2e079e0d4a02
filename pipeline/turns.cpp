#include "pipeline/turns.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace stillwatch::pipeline {

Task<Result<Turns::Turn>> Turns::take()
{
    if (left_ > 0) {
        --left_;
        co_return Turn(*this);
    }
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_at(asio::steady_timer::time_point::max());
    const auto place = waiting_.insert(waiting_.end(), &timer);
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await timer.async_wait(token);
    const auto state = co_await asio::this_coro::cancellation_state;
    const bool was_called = *place == nullptr; // the turn is ours, whatever else ended the wait
    waiting_.erase(place);
    if (state.cancelled() == asio::cancellation_type::none && was_called) co_return Turn(*this);
    if (was_called) give_back();
    co_return Error{Errc::cancelled, "while it waited for its turn"};
}

void Turns::give_back()
{
    for (auto*& timer : waiting_) {
        if (!timer) continue; // called already
        std::exchange(timer, nullptr)->cancel();
        return;
    }
    ++left_;
}

} // namespace stillwatch::pipeline
