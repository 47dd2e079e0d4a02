#include "matcher/reference_set.hpp"

#include "canary_memory.hpp"
#include "comparing.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace stillwatch::matcher {
namespace {

using namespace test;
using namespace pictures::test;

struct References : testing::Test {
    Drawing drawing = scene(51, 320, 240);
    Bytes original = encode_jpeg(drawing);
    std::pmr::memory_resource* memory = std::pmr::new_delete_resource();
    std::optional<ReferenceSet> set;

    References()
    {
        std::vector<EnrolledReference> all{enrolled(1, original)};
        for (std::int64_t id = 2; id <= 6; ++id)
            all.push_back(enrolled(id, encode_jpeg(scene(500 + static_cast<unsigned>(id), 80, 60))));
        set.emplace(std::move(all), 7, *memory);
    }
    // The one match there must be.
    Match only(const Bytes& found) const
    {
        const auto matches = compare(*set, found);
        EXPECT_EQ(matches.size(), 1U);
        const auto match = matches.empty() ? Match{} : matches.front();
        EXPECT_EQ(match.reference.value, matches.empty() ? 0 : 1);
        return match;
    }
};

TEST_F(References, SameBytesAreExact)
{
    const auto match = only(original);
    EXPECT_EQ(match.tier, Tier::exact);
    EXPECT_EQ(match.case_id.value, 101);
    EXPECT_EQ(match.score, 1.0);
}

TEST_F(References, SameDataUnderOtherMetadataIsExact)
{
    EXPECT_EQ(only(with_jpeg_exif(original, 6)).tier, Tier::exact);
}

TEST_F(References, ReEncodedResizedAndRecolouredCopiesAreNear)
{
    for (const auto& copy :
         {encode_jpeg(drawing, JpegKind::colour, 30), encode_webp(drawing), encode_gif({drawing}),
          encode_jpeg(resized(drawing, 160, 120)), encode_png(brightened(drawing, 0.8, 10)),
          encode_jpeg(drawing, JpegKind::grey)}) {
        const auto match = only(copy);
        EXPECT_EQ(match.tier, Tier::near);
        EXPECT_EQ(match.orientation, Orientation::original);
        EXPECT_FALSE(match.inverted);
        EXPECT_LE(match.distance_bits, max_near_distance_bits);
        EXPECT_LT(match.score, 1.0);
    }
}

TEST_F(References, CopiesTurnedInAnyOfEightWaysAreNearAndSayHow)
{
    for (std::size_t i = 0; i < orientation_count; ++i) {
        const auto orientation = static_cast<Orientation>(i);
        SCOPED_TRACE(name_of(orientation));
        const auto match = only(encode_png(turned(drawing, orientation)));
        EXPECT_EQ(match.tier, Tier::near);
        EXPECT_EQ(match.orientation, orientation);
        EXPECT_FALSE(match.inverted);
    }
}

TEST_F(References, TurnedNegativesAreNearAndInverted)
{
    for (std::size_t i = 0; i < orientation_count; ++i) {
        const auto orientation = static_cast<Orientation>(i);
        SCOPED_TRACE(name_of(orientation));
        const auto match = only(encode_png(negative(turned(drawing, orientation))));
        EXPECT_EQ(match.tier, Tier::near);
        EXPECT_EQ(match.orientation, orientation);
        EXPECT_TRUE(match.inverted);
    }
}

TEST_F(References, NegativeIsNearAndInverted)
{
    const auto match = only(encode_png(negative(drawing)));
    EXPECT_EQ(match.tier, Tier::near);
    EXPECT_TRUE(match.inverted);
}

TEST_F(References, ACoarsePassMissesNoCopyAndLeavesOtherPicturesOut)
{
    const auto may_be_near = [this](const Bytes& found) {
        return set->may_be_near(features::extract_features(found, {}, Detail::coarse).value());
    };
    EXPECT_TRUE(may_be_near(original));
    EXPECT_TRUE(may_be_near(encode_jpeg(drawing, JpegKind::progressive, 30)));
    EXPECT_TRUE(may_be_near(encode_jpeg(negative(drawing))));
    EXPECT_TRUE(may_be_near(encode_jpeg(resized(drawing, 1'600, 1'200))));
    for (std::size_t i = 0; i < orientation_count; ++i)
        EXPECT_TRUE(may_be_near(encode_jpeg(turned(drawing, static_cast<Orientation>(i))))) << i;
    for (unsigned seed = 52; seed < 60; ++seed)
        EXPECT_FALSE(may_be_near(encode_jpeg(scene(seed, 320, 240), JpegKind::progressive))) << seed;
}

TEST_F(References, OtherPicturesDoNotMatch)
{
    for (unsigned seed = 600; seed < 620; ++seed)
        EXPECT_TRUE(compare(*set, encode_jpeg(scene(seed, 80, 60))).empty()) << seed;
}

TEST_F(References, LaterFrameOfAnAnimationMatches)
{
    const auto other = scene(52, 320, 240);
    EXPECT_EQ(only(encode_gif({other, other, drawing})).tier, Tier::near);
}

TEST_F(References, OneMatchAReferenceSurestFirst)
{
    const auto edited = encode_jpeg(brightened(drawing, 0.7, 20), JpegKind::colour, 40);
    std::vector<EnrolledReference> all{enrolled(1, edited), enrolled(2, original),
                                       enrolled(3, encode_png(drawing))};
    const ReferenceSet three(std::move(all), 1, *memory);
    const auto matches = compare(three, original);
    ASSERT_EQ(matches.size(), 3U);
    EXPECT_EQ(matches[0].reference.value, 2);
    EXPECT_EQ(matches[0].tier, Tier::exact);
    EXPECT_LE(matches[1].distance_bits, matches[2].distance_bits);
}

TEST_F(References, FlatPicturesDoNotMatchEachOther)
{
    std::vector<EnrolledReference> all;
    for (int level : {0, 60, 128, 255})
        all.push_back(enrolled(level + 1, encode_jpeg(flat(static_cast<std::uint8_t>(level), 200, 200))));
    const ReferenceSet flats(std::move(all), 1, *memory);
    const auto other = encode_png(flat(200, 210, 190));
    EXPECT_TRUE(compare(flats, other).empty());
}

TEST(AcceptedDistance, FallsWithTheWorseQuality)
{
    EXPECT_EQ(accepted_distance_bits(100, 50), max_near_distance_bits);
    EXPECT_EQ(accepted_distance_bits(49, 100), 15);
    EXPECT_EQ(accepted_distance_bits(100, 20), 15);
    EXPECT_EQ(accepted_distance_bits(100, 19), -1);
    EXPECT_EQ(accepted_distance_bits(0, 0), -1);
}

TEST(ReferenceSet, LivesInTheMemoryGiven)
{
    CanaryMemory memory;
    {
        std::vector<EnrolledReference> one{enrolled(1, encode_png(scene(53, 64, 64)))};
        const ReferenceSet set(std::move(one), 42, memory);
        EXPECT_EQ(set.generation(), 42);
        EXPECT_EQ(set.size(), 1U);
        EXPECT_GE(memory.bytes_held(), orientation_count * sizeof(Fingerprint) + 2 * sizeof(Sha256));
    }
    EXPECT_EQ(memory.bytes_held(), 0U);
}

TEST(ReferenceSet, EmptySetMatchesNothing)
{
    const ReferenceSet set(std::vector<EnrolledReference>{}, 0, *std::pmr::new_delete_resource());
    EXPECT_TRUE(compare(set, encode_png(scene(54, 64, 64))).empty());
}

} // namespace
} // namespace stillwatch::matcher
