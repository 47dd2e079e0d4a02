#include "canary_memory.hpp"
#include "comparing.hpp"
#include "matcher/hash_index.hpp"
#include "tests/support/sample_features.hpp"

#include <gtest/gtest.h>

// Consent ends: once the last one lets go of a reference, nothing of it is left in the memory for references.
namespace stillwatch::matcher {
namespace {

using namespace test;
using namespace pictures::test;
using stillwatch::test::sample_features;

std::vector<EnrolledReference> samples(std::int64_t count)
{
    std::vector<EnrolledReference> references;
    for (std::int64_t id = 1; id <= count; ++id) {
        auto features = sample_features(static_cast<std::uint64_t>(id), Detail::reference, 2);
        const auto digest = features.file_digest;
        references.push_back({{id}, {id}, digest, std::move(features)});
    }
    return references;
}

TEST(Canary, NoByteOfAReferenceSetOutlivesIt)
{
    CanaryMemory memory;
    {
        const ReferenceSet set(samples(40), 1, memory);
        EXPECT_GT(memory.bytes_held(), 40 * 2 * orientation_count * sizeof(Fingerprint));
        (void)compare(set, encode_png(detailed_scene(1, 320, 240)));
    }
    EXPECT_EQ(memory.bytes_held(), 0U);
    EXPECT_TRUE(memory.canaries_live());
}

TEST(Canary, ComparingLeavesNothingInTheMemoryOfReferences)
{
    CanaryMemory memory;
    const auto file = encode_png(detailed_scene(2, 320, 240));
    std::vector<EnrolledReference> references{enrolled(1, file)};
    const ReferenceSet set(std::move(references), 1, memory);
    const auto held = memory.bytes_held();
    const auto ever = memory.bytes_ever();
    EXPECT_EQ(compare(set, encode_jpeg(cropped(detailed_scene(2, 320, 240), 40, 30, 240, 180))).size(), 1U);
    EXPECT_EQ(memory.bytes_held(), held);
    EXPECT_EQ(memory.bytes_ever(), ever);
}

TEST(Canary, AWithdrawnReferenceGoesWithTheLastSetThatHasIt)
{
    CanaryMemory memory;
    std::vector<std::shared_ptr<const StoredReference>> stored;
    for (const auto& reference : samples(3))
        stored.push_back(std::make_shared<const StoredReference>(reference, memory));
    const std::weak_ptr<const StoredReference> withdrawn = stored.front();
    auto before = std::make_unique<const ReferenceSet>(stored, 1, memory);
    stored.erase(stored.begin());
    auto after = std::make_unique<const ReferenceSet>(stored, 2, memory);
    stored.clear();
    EXPECT_FALSE(withdrawn.expired());
    const auto held = memory.bytes_held();
    before.reset();
    EXPECT_TRUE(withdrawn.expired());
    EXPECT_LT(memory.bytes_held(), held);
    after.reset();
    EXPECT_EQ(memory.bytes_held(), 0U);
    EXPECT_TRUE(memory.canaries_live());
}

TEST(Canary, NoByteOfAHashIndexOutlivesItsLastValue)
{
    CanaryMemory memory;
    {
        std::vector<StoredHash> hashes;
        for (std::uint32_t owner = 0; owner < 500; ++owner)
            hashes.push_back({sample_features(owner, Detail::hashes).frames[0].fingerprints[0], owner});
        const HashIndex first(memory, std::span(hashes).first(300));
        const auto more = first.with(std::span(hashes).subspan(300));
        const std::vector<std::uint32_t> owners{5, 250, 400};
        const auto fewer = more.without(owners);
        EXPECT_EQ(fewer.size(), 497U);
        std::vector<HashHit> hits;
        fewer.within(hashes[5].fingerprint, 31, hits);
        EXPECT_TRUE(hits.empty());
        EXPECT_GT(memory.bytes_held(), 0U);
    }
    EXPECT_EQ(memory.bytes_held(), 0U);
    EXPECT_TRUE(memory.canaries_live());
}

} // namespace
} // namespace stillwatch::matcher
