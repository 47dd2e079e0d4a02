#include "core/async.hpp"

#include "core/tasks.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

namespace stillwatch {
namespace {

Task<> work_on(asio::thread_pool& pool, std::atomic<int>& done)
{
    auto work = [&done] {
        for (int i = 0; i < 50; ++i)
            std::this_thread::yield();
        ++done;
    };
    co_await offload(pool, std::move(work));
}

// Many times, because it was a matter of luck: the signal reached the coroutine on the other thread.
TEST(Offload, CancellationWaitsUntilTheWorkIsDone)
{
    asio::thread_pool pool{1};
    std::atomic<int> done = 0;
    constexpr int rounds = 500;
    for (int round = 0; round < rounds; ++round) {
        asio::io_context loop{1};
        TaskGroup tasks{loop.get_executor()};
        tasks.spawn("work", work_on(pool, done));
        loop.poll();
        tasks.stop();
        loop.run();
        ASSERT_EQ(tasks.running(), 0U);
        ASSERT_EQ(done, round + 1);
    }
    pool.join();
}

Task<> hold_on(asio::thread_pool& pool, std::shared_ptr<int> held, std::weak_ptr<int> watched, bool& is_gone)
{
    auto work = [held = std::move(held)] { return *held; };
    (void)co_await offload(pool, std::move(work));
    is_gone = watched.expired();
}

TEST(Offload, WhatTheWorkHeldIsGoneWhenTheCallerResumes)
{
    asio::thread_pool pool{1};
    for (int round = 0; round < 500; ++round) {
        asio::io_context loop{1};
        TaskGroup tasks{loop.get_executor()};
        auto held = std::make_shared<int>(round);
        const std::weak_ptr<int> watched = held;
        bool is_gone = false;
        tasks.spawn("hold", hold_on(pool, std::move(held), watched, is_gone));
        loop.run();
        ASSERT_TRUE(is_gone);
    }
    pool.join();
}

Task<> fail_on(asio::thread_pool& pool, std::string& told)
{
    auto work = []() -> int { throw std::runtime_error("on the pool"); };
    try {
        (void)co_await offload(pool, std::move(work));
    } catch (const std::runtime_error& error) {
        told = error.what();
    }
}

TEST(Offload, AnExceptionOfTheWorkReachesTheCaller)
{
    asio::thread_pool pool{1};
    asio::io_context loop{1};
    TaskGroup tasks{loop.get_executor()};
    std::string told;
    tasks.spawn("fails", fail_on(pool, told));
    loop.run();
    EXPECT_EQ(told, "on the pool");
    pool.join();
}

} // namespace
} // namespace stillwatch
