#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

// The vocabulary of concurrency: one event loop owns all changing state, pools do the heavy work
// (docs/architecture.md, "Threads"). Inside a co_await expression write only names, std::move(name) and
// calls: gcc 12 destroys braced temporaries and capturing lambdas there twice (tests/unit/lint/lint_test.py
// checks it).
namespace stillwatch {

namespace asio = boost::asio;

template <class T = void>
using Task = asio::awaitable<T>;

// Calls the work and ends it, with all it holds, before its result is told.
template <class Work>
std::invoke_result_t<Work&> call_once(std::optional<Work>& work)
{
    Work own = *std::move(work);
    work.reset();
    return own();
}

// Runs `work` on a thread of `pool`; the caller resumes on its own executor. Through this one function all
// work goes: what Asio makes of a coroutine on a pool takes the compiler seconds for each type of work.
Task<> run_on(asio::thread_pool& pool, std::function<void()> work);

template <class Work>
Task<std::invoke_result_t<Work&>> offload_held(asio::thread_pool& pool, std::optional<Work> work)
{
    using Outcome = std::invoke_result_t<Work&>;
    if constexpr (std::is_void_v<Outcome>) {
        std::function<void()> on_pool = [&work] { call_once(work); };
        co_await run_on(pool, std::move(on_pool));
    } else {
        std::optional<Outcome> outcome;
        std::function<void()> on_pool = [&work, &outcome] { outcome.emplace(call_once(work)); };
        co_await run_on(pool, std::move(on_pool));
        co_return *std::move(outcome);
    }
}

// Runs `work` on a thread of `pool`; the caller resumes on its own executor. An exception of `work` is
// rethrown in the caller. What `work` holds is gone when the caller resumes: references of a withdrawn case
// must not live on, nor outlive their memory. Cancellation waits until it is done: a signal emitted on the
// loop must not reach a coroutine that runs on another thread (it ended the program, or the wait was never
// resumed).
template <class Work>
Task<std::invoke_result_t<Work&>> offload(asio::thread_pool& pool, Work work)
{
    return offload_held<Work>(pool, std::optional<Work>(std::move(work)));
}

} // namespace stillwatch
