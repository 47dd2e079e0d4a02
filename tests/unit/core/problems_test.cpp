#include "core/problems.hpp"

#include <gtest/gtest.h>

namespace stillwatch {
namespace {

struct SetClock final : Clock {
    Timestamp time{};
    Timestamp now() const override { return time; }
};

TEST(Problems, StandUntilTheyAreClearedAndKeepWhenTheyBegan)
{
    SetClock clock;
    clock.time = Timestamp{std::chrono::seconds(1)};
    Problems problems(clock);
    problems.set("disk", "", "4 MiB free");
    clock.time += std::chrono::seconds(5);
    problems.set("disk", "", "2 MiB free");
    ASSERT_EQ(problems.current().size(), 1U);
    EXPECT_EQ(problems.current().front().detail, "2 MiB free");
    EXPECT_EQ(problems.current().front().since, Timestamp{std::chrono::seconds(1)});
    problems.clear("disk");
    EXPECT_TRUE(problems.current().empty());
}

TEST(Problems, OfOneKindStandSideBySideByTheirSubject)
{
    const SetClock clock;
    Problems problems(clock);
    problems.set("channel", "desk", "refused");
    problems.set("channel", "backup", "refused");
    problems.clear("channel", "desk");
    EXPECT_FALSE(problems.is_set("channel", "desk"));
    EXPECT_TRUE(problems.is_set("channel", "backup"));
}

TEST(Problems, AnEmptyDetailClears)
{
    const SetClock clock;
    Problems problems(clock);
    problems.set("keys", "C-7F3K", "cannot be opened");
    problems.set("keys", "C-7F3K", "");
    EXPECT_TRUE(problems.current().empty());
    EXPECT_EQ(to_string(Problem{"keys", "C-7F3K", "cannot be opened", {}}), "keys C-7F3K: cannot be opened");
}

} // namespace
} // namespace stillwatch
