#include "cases/pin_attempts.hpp"
#include "tests/support/store_samples.hpp"

#include <gtest/gtest.h>

namespace stillwatch::cases {
namespace {

using namespace std::chrono_literals;
using test::at;

TEST(PinAttempts, FourFailuresAreFreeThenPausesGrowToADay)
{
    PinAttempts attempts;
    for (int i = 1; i < free_attempts; ++i) {
        attempts = after_failure(attempts, at(100));
        EXPECT_EQ(attempts.failures, i);
        EXPECT_LE(attempts.not_before, at(100));
    }
    auto pause = first_pause;
    for (int i = 0; i < 20; ++i) {
        attempts = after_failure(attempts, at(200));
        EXPECT_EQ(attempts.not_before, at(200) + std::min(pause, longest_pause)) << i;
        pause = std::min(2 * pause, longest_pause);
    }
    EXPECT_EQ(attempts.not_before, at(200) + 24h);
}

TEST(PinAttempts, OnlyTextsOfTheFormAreNumbers)
{
    EXPECT_TRUE(is_case_number("C-7F3K"));
    for (const auto* text : {"", "C-7F3", "C-7F3KK", "c-7f3k", "D-7F3K", "C-7F3 "})
        EXPECT_FALSE(is_case_number(text)) << text;
}

} // namespace
} // namespace stillwatch::cases
