#include "pipeline/evidence_room.hpp"
#include "tests/support/files.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace stillwatch::pipeline {
namespace {

constexpr EvidenceRoom room{1'000, 100};

TEST(EvidenceRoom, WarnsAtFourFifthsAndRefusesWhenFull)
{
    EXPECT_TRUE(judge_room({799, 10'000}, room).warning.empty());
    EXPECT_FALSE(judge_room({800, 10'000}, room).warning.empty());
    EXPECT_TRUE(judge_room({999, 10'000}, room).refusal.empty());
    EXPECT_FALSE(judge_room({1'000, 10'000}, room).refusal.empty());
}

TEST(EvidenceRoom, WarnsAtTwiceTheFreeSpaceThatItRefusesBelow)
{
    EXPECT_TRUE(judge_room({0, 200}, room).warning.empty());
    EXPECT_FALSE(judge_room({0, 199}, room).warning.empty());
    EXPECT_TRUE(judge_room({0, 100}, room).refusal.empty());
    EXPECT_FALSE(judge_room({0, 99}, room).refusal.empty());
}

TEST(EvidenceRoom, WithoutABoundOnlyFreeSpaceCounts)
{
    EXPECT_TRUE(judge_room({std::uintmax_t{1} << 50U, 1'000}, {0, 100}).refusal.empty());
}

TEST(EvidenceRoom, IsMeasuredInTheFolder)
{
    test::TemporaryDirectory directory;
    test::write_file(directory / "a.tar.age", as_bytes("12345"));
    test::write_file(directory / "b.tar.age", as_bytes("123"));
    EXPECT_EQ(measure_room(directory.path(), room).value().used_bytes, 8U);
    EXPECT_EQ(measure_room(directory / "none", room).error().code, Errc::io);
}

} // namespace
} // namespace stillwatch::pipeline
