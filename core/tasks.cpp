#include "core/tasks.hpp"

#include "core/log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <exception>

namespace stillwatch {

namespace {

// Nothing when the task ended well or was cancelled; else what it threw.
std::string failure_of(const std::exception_ptr& thrown)
{
    if (!thrown) return {};
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) return {};
        return error.what();
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "unknown exception";
    }
}

} // namespace

void TaskGroup::spawn(std::string name, Task<> task, std::function<void()> on_failure)
{
    entries_.emplace_front();
    const auto entry = entries_.begin();
    entry->name = std::move(name);
    auto ended = [this, entry, on_failure = std::move(on_failure)](const std::exception_ptr& thrown) {
        const auto failure = failure_of(thrown);
        if (!failure.empty()) log::error("tasks", "task failed", {{"task", entry->name}, {"error", failure}});
        entries_.erase(entry);
        if (!failure.empty() && on_failure) on_failure();
    };
    asio::co_spawn(executor_, std::move(task),
                   asio::bind_cancellation_slot(entry->cancel.slot(), std::move(ended)));
}

void TaskGroup::stop()
{
    for (auto& entry : entries_) {
        // Posted, because a handler may end its task, and its entry with it, at once.
        asio::post(executor_, [this, name = &entry] {
            for (auto& live : entries_)
                if (&live == name) {
                    live.cancel.emit(asio::cancellation_type::all);
                    return;
                }
        });
    }
}

} // namespace stillwatch
