#include "alerts/retry.hpp"

#include "tests/unit/alerts/fakes.hpp"

#include <gtest/gtest.h>

#include <array>

namespace stillwatch::alerts {
namespace {

using namespace std::chrono_literals;

const Delivery failed{Delivery::Kind::retry_after, 0s, "unreachable"};

TEST(Retry, FollowsTheScheduleAndThenGivesUp)
{
    const std::array<std::chrono::milliseconds, 9> pauses{5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
    ManualClock clock;
    const auto first = clock.now();
    for (int attempts = 1; attempts <= 9; ++attempts) {
        const auto next = next_attempt(attempts, clock.now(), failed, 7);
        ASSERT_TRUE(next.has_value()) << attempts;
        const auto pause = pauses[static_cast<std::size_t>(attempts - 1)];
        EXPECT_GE(*next, clock.now() + pause);
        EXPECT_LE(*next, clock.now() + pause + pause / 10);
        clock.time = *next;
    }
    EXPECT_FALSE(next_attempt(10, clock.now(), failed, 7).has_value());
    EXPECT_GT(clock.now() - first, 75h);
    EXPECT_LT(clock.now() - first, 84h);
}

TEST(Retry, WaitsAsLongAsTheReceiverAsked)
{
    const auto now = at("2026-11-23T00:00:00Z");
    const Delivery busy{Delivery::Kind::retry_after, 1h, "429"};
    EXPECT_GE(*next_attempt(1, now, busy, 1), now + 1h);
    EXPECT_GE(*next_attempt(9, now, busy, 1), now + 24h);
}

TEST(Retry, RefusedIsFinal)
{
    const Delivery refused{Delivery::Kind::refused, 0s, "410"};
    EXPECT_FALSE(next_attempt(1, at("2026-11-23T00:00:00Z"), refused, 1).has_value());
}

TEST(Retry, SeedsSpreadTheAttempts)
{
    const auto now = at("2026-11-23T00:00:00Z");
    EXPECT_NE(next_attempt(3, now, failed, 1), next_attempt(3, now, failed, 2));
    EXPECT_EQ(next_attempt(3, now, failed, 1), next_attempt(3, now, failed, 1));
}

} // namespace
} // namespace stillwatch::alerts
