#pragma once

#include "core/async.hpp"
#include "core/fetch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string_view>

namespace stillwatch::net {

// Starts the task; its result comes into `out`. An exception of it leaves io.run().
template <class T>
void start(asio::io_context& io, Task<T> task, std::optional<T>& out)
{
    auto keep = [](Task<T> running, std::optional<T>& result) -> Task<void> {
        auto value = co_await std::move(running);
        result.emplace(std::move(value));
    };
    asio::co_spawn(io, keep(std::move(task), out), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
}

// Runs `io` until the task and everything else in it is done, and gives the task's result.
template <class T>
T run(asio::io_context& io, Task<T> task)
{
    std::optional<T> result;
    start(io, std::move(task), result);
    io.restart();
    io.run();
    return std::move(result).value();
}

inline FetchRequest get(std::string_view url)
{
    return FetchRequest{.url = Url::parse(url).value()};
}

// Seconds since its making.
class Stopwatch {
public:
    double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace stillwatch::net
