#include "videos/matching/sequence.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace stillwatch::videos {
namespace {

using Pairs = std::vector<TimePair>;

TEST(Sequence, TellsOffsetAndSpeedOfTheLongestStretchInOrder)
{
    struct Row {
        const char* what;
        Pairs pairs;
        std::size_t in_order;
        double offset_ms;
        double speed;
        std::int64_t from_ms;
        std::int64_t to_ms;
    };
    const std::vector<Row> table{
        {"as it is", {{0, 0}, {1'000, 1'000}, {2'000, 2'000}}, 3, 0, 1, 0, 2'000},
        {"a part, put behind something",
         {{5'000, 60'000}, {6'000, 61'000}, {7'000, 62'000}},
         3,
         55'000,
         1,
         60'000,
         62'000},
        {"faster", {{0, 0}, {2'000, 3'000}, {4'000, 6'000}}, 3, 0, 1.5, 0, 6'000},
        {"slower", {{1'000, 0}, {2'000, 700}, {3'000, 1'400}}, 3, -700, 0.7, 0, 1'400},
        {"backwards",
         {{0, 9'000}, {1'000, 8'000}, {2'000, 7'000}, {3'000, 6'000}},
         4,
         9'000,
         -1,
         6'000,
         9'000},
        {"with one that is astray",
         {{0, 0}, {1'000, 1'000}, {1'500, 90'000}, {2'000, 2'000}, {3'000, 3'000}},
         4,
         0,
         1,
         0,
         3'000},
        {"one frame of the reference is shown by several",
         {{0, 0}, {500, 0}, {1'000, 1'000}, {1'500, 1'000}, {2'000, 2'000}},
         3,
         0,
         1,
         0,
         2'000},
    };
    for (const auto& row : table) {
        const auto sequence = sequence_of(row.pairs);
        ASSERT_TRUE(sequence) << row.what;
        EXPECT_EQ(sequence->in_order, row.in_order) << row.what;
        EXPECT_NEAR(sequence->offset_ms, row.offset_ms, 1e-6) << row.what;
        EXPECT_NEAR(sequence->speed, row.speed, 1e-9) << row.what;
        EXPECT_EQ(sequence->is_reversed(), row.speed < 0) << row.what;
        EXPECT_EQ(sequence->reference_from_ms, row.from_ms) << row.what;
        EXPECT_EQ(sequence->reference_to_ms, row.to_ms) << row.what;
    }
}

TEST(Sequence, IsNotToldOfFewerThanThreeFramesInOrder)
{
    for (const auto& pairs :
         {Pairs{}, Pairs{{0, 0}}, Pairs{{0, 0}, {1'000, 1'000}}, Pairs{{0, 0}, {1'000, 0}, {2'000, 0}},
          Pairs{{0, 5'000}, {1'000, 0}, {2'000, 5'000}}, Pairs{{0, 0}, {0, 1'000}, {0, 2'000}}})
        EXPECT_FALSE(sequence_of(pairs)) << pairs.size();
}

} // namespace
} // namespace stillwatch::videos
