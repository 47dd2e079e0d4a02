#include "core/tasks.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace stillwatch {
namespace {

class TasksTest : public testing::Test {
protected:
    Task<> wait_for_ever()
    {
        asio::steady_timer timer(loop, asio::steady_timer::time_point::max());
        co_await timer.async_wait(asio::use_awaitable);
        ++ended_by_themselves;
    }
    Task<> end_at_once()
    {
        ++ended_by_themselves;
        co_return;
    }
    Task<> fail()
    {
        throw std::runtime_error("as written");
        co_return;
    }
    Task<> fail_strangely()
    {
        throw 7;
        co_return;
    }
    void poll()
    {
        loop.restart();
        loop.poll();
    }

    asio::io_context loop{1};
    TaskGroup tasks{loop.get_executor()};
    int ended_by_themselves = 0;
    int failures = 0;
    std::function<void()> on_failure = [this] { ++failures; };
};

TEST_F(TasksTest, ATaskThatEndsIsForgotten)
{
    tasks.spawn("short", end_at_once(), on_failure);
    EXPECT_EQ(tasks.running(), 1U);
    poll();
    EXPECT_EQ(tasks.running(), 0U);
    EXPECT_EQ(ended_by_themselves, 1);
    EXPECT_EQ(failures, 0);
}

TEST_F(TasksTest, AnExceptionIsAFailureOfItsTaskAlone)
{
    tasks.spawn("long", wait_for_ever(), on_failure);
    tasks.spawn("bad", fail(), on_failure);
    tasks.spawn("strange", fail_strangely(), on_failure);
    tasks.spawn("nobody asks", fail());
    poll();
    EXPECT_EQ(failures, 2);
    EXPECT_EQ(tasks.running(), 1U);
    tasks.stop();
    poll();
}

TEST_F(TasksTest, StopEndsAllThatWait)
{
    for (int i = 0; i < 3; ++i)
        tasks.spawn("long", wait_for_ever(), on_failure);
    poll();
    tasks.stop();
    poll();
    EXPECT_EQ(tasks.running(), 0U);
    EXPECT_EQ(ended_by_themselves, 0);
    EXPECT_EQ(failures, 0);
}

TEST_F(TasksTest, StopMayBeRepeatedAndComeEarly)
{
    tasks.stop();
    tasks.spawn("long", wait_for_ever(), on_failure);
    tasks.stop(); // before its first step
    tasks.stop();
    poll();
    tasks.stop();
    poll();
    EXPECT_EQ(tasks.running(), 0U);
    EXPECT_EQ(failures, 0);
}

TEST_F(TasksTest, WhatEndsBeforeItsCancellationComesIsNoHarm)
{
    asio::steady_timer timer(loop, asio::steady_timer::time_point::max());
    auto wait_then_end = [&]() -> Task<> { co_await timer.async_wait(asio::use_awaitable); };
    tasks.spawn("ending", wait_then_end());
    tasks.spawn("long", wait_for_ever());
    poll();
    timer.expires_at(asio::steady_timer::time_point::min());
    tasks.stop();
    poll();
    EXPECT_EQ(tasks.running(), 0U);
}

TEST_F(TasksTest, AFailureMayStartAnother)
{
    tasks.spawn("bad", fail(), [this] { tasks.spawn("instead", wait_for_ever()); });
    poll();
    EXPECT_EQ(tasks.running(), 1U);
    tasks.stop();
    poll();
    EXPECT_EQ(tasks.running(), 0U);
}

TEST_F(TasksTest, ATaskMayStopItsGroup)
{
    auto stop_all = [this]() -> Task<> {
        tasks.stop();
        co_return;
    };
    tasks.spawn("long", wait_for_ever());
    tasks.spawn("stopper", stop_all());
    poll();
    EXPECT_EQ(tasks.running(), 0U);
}

} // namespace
} // namespace stillwatch
