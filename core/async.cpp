#include "core/async.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace stillwatch {

Task<> run_on(asio::thread_pool& pool, std::function<void()> work)
{
    auto on_pool = [work = std::move(work)]() -> Task<> {
        work();
        co_return;
    };
    auto unheard = asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable);
    return asio::co_spawn(pool, std::move(on_pool), std::move(unheard));
}

} // namespace stillwatch
