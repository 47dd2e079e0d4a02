#pragma once

#include "core/async.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <functional>
#include <list>
#include <string>

namespace stillwatch {

// The long-running coroutines of a program by name. Each is started here and nowhere else: an exception that
// leaves one is logged with its name, and stop() asks all of them to end. Loop thread only; the group must
// outlive its tasks, so wait until running() is 0 before it goes.
class TaskGroup {
public:
    explicit TaskGroup(asio::any_io_executor executor) : executor_(std::move(executor)) {}
    TaskGroup(const TaskGroup&) = delete;

    // `on_failure` is called when the task ended by an exception (not by cancellation).
    void spawn(std::string name, Task<> task, std::function<void()> on_failure = {});
    // Emits cancellation to every task; idempotent.
    void stop();
    std::size_t running() const noexcept { return entries_.size(); }

private:
    struct Entry {
        std::string name;
        asio::cancellation_signal cancel;
    };
    asio::any_io_executor executor_;
    std::list<Entry> entries_;
};

} // namespace stillwatch
