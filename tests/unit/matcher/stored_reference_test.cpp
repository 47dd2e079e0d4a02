#include "matcher/stored_reference.hpp"

#include "canary_memory.hpp"
#include "tests/support/sample_features.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace stillwatch::matcher {
namespace {

using stillwatch::test::sample_features;
using test::CanaryMemory;

EnrolledReference sample(std::uint64_t seed, int frames = 1)
{
    auto features = sample_features(seed, Detail::reference, frames);
    const auto digest = features.file_digest;
    return {{7}, {8}, digest, std::move(features)};
}

// What polymorphic containers take where no resource is named. Within its life that ends the test.
class NoOtherMemory {
public:
    NoOtherMemory() : before_(std::pmr::set_default_resource(std::pmr::null_memory_resource())) {}
    ~NoOtherMemory() { std::pmr::set_default_resource(before_); }
    NoOtherMemory(const NoOtherMemory&) = delete;
    NoOtherMemory& operator=(const NoOtherMemory&) = delete;

private:
    std::pmr::memory_resource* before_;
};

template <class Vector>
bool is_held(const matcher::test::CanaryMemory& memory, const Vector& elements)
{
    return memory.holds(elements.data(), elements.size() * sizeof elements.front());
}

template <class Vector>
bool is_zero(const Vector& elements)
{
    return std::ranges::all_of(std::as_bytes(std::span(elements)),
                               [](std::byte b) { return b == std::byte{}; });
}

TEST(StoredReference, CopiesEverythingThatIsCompared)
{
    matcher::test::CanaryMemory memory;
    const auto enrolled = sample(1, 3);
    const StoredReference stored(enrolled, memory);
    const auto& features = enrolled.features;
    EXPECT_EQ(stored.reference, enrolled.reference);
    EXPECT_EQ(stored.case_id, enrolled.case_id);
    EXPECT_EQ(stored.file_digest, enrolled.file_digest);
    EXPECT_EQ(stored.data_digest, features.data_digest);
    EXPECT_TRUE(std::ranges::equal(stored.frames, features.frames));
    ASSERT_EQ(stored.local.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(stored.local[i].size.width, features.local[i].width_px);
        EXPECT_EQ(stored.local[i].size.height, features.local[i].height_px);
        EXPECT_TRUE(std::ranges::equal(stored.local[i].features, features.local[i].features));
        const auto& sign_grid = features.sign_grid[i];
        EXPECT_EQ(stored.local[i].sign_grid.tile_columns, sign_grid.sign_grid.tile_columns);
        EXPECT_EQ(stored.local[i].sign_grid.tile_rows, sign_grid.sign_grid.tile_rows);
        EXPECT_TRUE(std::ranges::equal(stored.local[i].sign_grid.right, sign_grid.sign_grid.right));
        EXPECT_TRUE(std::ranges::equal(stored.local[i].sign_grid.down, sign_grid.sign_grid.down));
        EXPECT_TRUE(
            std::ranges::equal(stored.local[i].sign_grid.right_clear, sign_grid.sign_grid.right_clear));
        EXPECT_TRUE(std::ranges::equal(stored.local[i].sign_grid.down_clear, sign_grid.sign_grid.down_clear));
        EXPECT_TRUE(std::ranges::equal(stored.local[i].sign_grid.tiles, sign_grid.tiles));
    }
}

TEST(StoredReference, LivesInTheMemoryGivenAndNowhereElse)
{
    matcher::test::CanaryMemory memory;
    const auto enrolled = sample(2, 4);
    {
        const NoOtherMemory guard;
        const StoredReference stored(enrolled, memory);
        EXPECT_TRUE(is_held(memory, stored.frames));
        for (const auto& frame : stored.local) {
            EXPECT_TRUE(memory.holds(&frame, sizeof frame));
            EXPECT_TRUE(is_held(memory, frame.features));
            for (const auto* plane : {&frame.sign_grid.right, &frame.sign_grid.down,
                                      &frame.sign_grid.right_clear, &frame.sign_grid.down_clear})
                EXPECT_TRUE(is_held(memory, *plane));
            EXPECT_TRUE(is_held(memory, frame.sign_grid.tiles));
        }
        EXPECT_EQ(memory.bytes_held(), memory.bytes_ever()) << "nothing was outgrown or copied on the way";
    }
    EXPECT_EQ(memory.bytes_held(), 0U);
    EXPECT_TRUE(memory.canaries_live());
}

TEST(StoredReference, WithoutASignGridIsSound)
{
    matcher::test::CanaryMemory memory;
    auto enrolled = sample(3, 2);
    enrolled.features.sign_grid.clear();
    const StoredReference stored(enrolled, memory);
    ASSERT_EQ(stored.local.size(), 2U);
    EXPECT_EQ(stored.local[1].sign_grid.tile_columns, 0);
    EXPECT_TRUE(stored.local[1].sign_grid.tiles.empty());
}

TEST(Wipe, OverwritesWhateverToldOfThePicture)
{
    std::vector<EnrolledReference> references{sample(4, 2), sample(5)};
    wipe(references);
    for (const auto& reference : references) {
        const auto& features = reference.features;
        EXPECT_EQ(reference.file_digest, Sha256{});
        EXPECT_EQ(features.file_digest, Sha256{});
        EXPECT_EQ(features.data_digest, Sha256{});
        ASSERT_FALSE(features.frames.empty());
        for (const auto& frame : features.frames)
            EXPECT_EQ(frame.fingerprints, decltype(frame.fingerprints){});
        for (const auto& local : features.local) {
            ASSERT_FALSE(local.features.empty());
            EXPECT_TRUE(is_zero(local.features));
        }
        for (const auto& sign_grid : features.sign_grid) {
            ASSERT_FALSE(sign_grid.sign_grid.right.empty());
            for (const auto* plane : {&sign_grid.sign_grid.right, &sign_grid.sign_grid.down,
                                      &sign_grid.sign_grid.right_clear, &sign_grid.sign_grid.down_clear})
                EXPECT_TRUE(is_zero(*plane));
            EXPECT_TRUE(is_zero(sign_grid.tiles));
        }
    }
}

TEST(Wipe, OfNothingIsNothing)
{
    std::vector<EnrolledReference> references(1);
    wipe(references);
    references.clear();
    wipe(references);
}

} // namespace
} // namespace stillwatch::matcher
