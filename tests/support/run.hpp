#pragma once

#include "core/async.hpp"

#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace stillwatch::test {

// Runs `loop` until the task is done, or until nothing is left to run. Rethrows what the task throws.
void run_to_end(asio::io_context& loop, Task<> task);

template <class T>
Task<> keep(Task<T> task, std::optional<T>& value)
{
    auto given = co_await std::move(task);
    value.emplace(std::move(given));
}

// The same; gives the task's value. Throws where the task waits for something that never comes.
template <class T>
T run(asio::io_context& loop, Task<T> task)
{
    std::optional<T> value;
    run_to_end(loop, keep(std::move(task), value));
    if (!value) throw std::runtime_error("the task waits for something");
    return *std::move(value);
}

} // namespace stillwatch::test
