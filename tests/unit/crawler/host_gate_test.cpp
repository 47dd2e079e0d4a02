#include "crawler/pace/host_gate.hpp"

#include "simulated_time.hpp"

#include <boost/asio/co_spawn.hpp>

#include <gtest/gtest.h>

namespace stillwatch::crawler {

namespace {

using namespace std::chrono_literals;

class HostGateTest : public testing::Test {
protected:
    // Passes the gate as number `number`, holds the slot for `duration`.
    Task<> pass(HostGate& gate, int number, std::chrono::milliseconds duration)
    {
        auto slot = co_await gate.acquire();
        if (!slot) {
            ++cancelled;
            co_return;
        }
        order.push_back(number);
        starts.push_back(time.now() - begin);
        most = std::max(most, gate.in_flight());
        const auto alarm = time.alarm();
        co_await alarm->wait_until(time.now() + duration);
    }
    void spawn(HostGate& gate, int count, std::chrono::milliseconds duration)
    {
        for (int i = 0; i < count; ++i)
            asio::co_spawn(io, pass(gate, i, duration),
                           [](std::exception_ptr problem) { EXPECT_FALSE(problem); });
    }

    asio::io_context io{1};
    test::SimulatedTime time{io};
    const Moment begin = time.now();
    std::vector<int> order;
    std::vector<std::chrono::nanoseconds> starts;
    int most = 0;
    int cancelled = 0;
};

TEST_F(HostGateTest, StartsAreADelayApartAndInOrder)
{
    HostGate gate(time, {2s, 2});
    spawn(gate, 5, 100ms);
    time.run();
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
    EXPECT_EQ(starts, (std::vector<std::chrono::nanoseconds>{0s, 2s, 4s, 6s, 8s}));
}

TEST_F(HostGateTest, HostsOnOneAddressShareItsPauses)
{
    const PaceSettings pace{2s, 2, 1s};
    HostGate first(time, pace);
    HostGate second(time, pace);
    HostGate elsewhere(time, pace);
    const auto address = std::make_shared<AddressPace>();
    first.set_address(address);
    second.set_address(address);
    elsewhere.set_address(std::make_shared<AddressPace>());
    spawn(first, 2, 100ms);
    spawn(second, 2, 100ms);
    spawn(elsewhere, 1, 100ms);
    time.run();
    std::ranges::sort(starts);
    EXPECT_EQ(starts, (std::vector<std::chrono::nanoseconds>{0s, 0s, 1s, 2s, 3s}));
}

TEST_F(HostGateTest, AStoppedGateResumes)
{
    HostGate gate(time, {2s, 2});
    gate.stop();
    spawn(gate, 1, 100ms);
    time.run();
    EXPECT_EQ(cancelled, 1);
    gate.resume();
    spawn(gate, 1, 100ms);
    time.run();
    EXPECT_EQ(order.size(), 1U);
}

TEST_F(HostGateTest, NeverMoreThanTheConcurrency)
{
    HostGate gate(time, {0ms, 3});
    spawn(gate, 10, 1s);
    time.run();
    EXPECT_EQ(most, 3);
    EXPECT_EQ(starts.back(), 3s);
    EXPECT_TRUE(gate.is_idle());
}

TEST_F(HostGateTest, SlowAnswersHoldTheNextBack)
{
    HostGate gate(time, {2s, 1});
    spawn(gate, 2, 7s);
    time.run();
    EXPECT_EQ(starts, (std::vector<std::chrono::nanoseconds>{0s, 7s}));
}

TEST_F(HostGateTest, RetryAfterHoldsThoseWhoWaitAlready)
{
    HostGate gate(time, {2s, 2});
    spawn(gate, 2, 100ms);
    time.run(1s);
    gate.record({Load::heavy, 300s}, begin);
    time.run();
    ASSERT_EQ(starts.size(), 2U);
    EXPECT_GE(starts[1], 300s);
}

TEST_F(HostGateTest, ALongerCrawlDelayCountsAtOnceAndIsCapped)
{
    HostGate gate(time, {1s, 1});
    spawn(gate, 2, 100ms);
    time.run(500ms);
    gate.set_crawl_delay(1h);
    time.run();
    EXPECT_EQ(starts, (std::vector<std::chrono::nanoseconds>{0s, 60s}));
}

TEST_F(HostGateTest, AReloadWidensTheGate)
{
    HostGate gate(time, {0ms, 1});
    spawn(gate, 4, 10s);
    time.run(1s);
    EXPECT_EQ(order.size(), 1U);
    gate.set_pace({0ms, 4});
    time.run(1s);
    EXPECT_EQ(order.size(), 4U);
    time.run();
}

TEST_F(HostGateTest, StopEndsAllWaits)
{
    HostGate gate(time, {1h, 1});
    spawn(gate, 4, 1s);
    time.run(2s);
    gate.stop();
    time.run(1s);
    EXPECT_EQ(cancelled, 3);
    spawn(gate, 1, 1s);
    time.run(1s);
    EXPECT_EQ(cancelled, 4);
}

} // namespace

} // namespace stillwatch::crawler
