#include "matcher/alignment.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace stillwatch::matcher {
namespace {

using Random = std::mt19937_64;
using Features = std::vector<LocalFeature>;
using Pairs = std::vector<FeaturePair>;

constexpr Size reference_size{400, 300};
constexpr Size query_size{600, 500};
constexpr double whole_turn = 2 * std::numbers::pi;

double unit(Random& random)
{
    return static_cast<double>(random() >> 11U) / 9007199254740992.0;
}

LocalFeature any_feature(Random& random, Size size)
{
    LocalFeature feature;
    for (auto& word : feature.descriptor.words)
        word = random();
    feature.x = static_cast<std::uint16_t>(unit(random) * size.width * LocalFeature::units_per_px);
    feature.y = static_cast<std::uint16_t>(unit(random) * size.height * LocalFeature::units_per_px);
    feature.level = static_cast<std::uint8_t>(4 + random() % 4);
    feature.angle = static_cast<std::uint8_t>(random());
    return feature;
}

Features any_features(Random& random, Size size, std::size_t count)
{
    Features features;
    for (std::size_t i = 0; i < count; ++i)
        features.push_back(any_feature(random, size));
    return features;
}

// The reference turned clockwise around its middle, scaled, its middle put at `middle`, then all mirrored.
struct Copy {
    double degrees = 0;
    double scale = 1;
    Point middle{300, 250};
    bool mirrored = false;

    double turn() const { return degrees * whole_turn / 360; }
    Affine mapping() const
    {
        const double c = scale * std::cos(turn());
        const double s = scale * std::sin(turn());
        const Affine upright{{c, -s, middle.x - c * 200 + s * 150, s, c, middle.y - s * 200 - c * 150}};
        return mirrored ? combined({{-1, 0, query_size.width, 0, 1, 0}}, upright) : upright;
    }
    // What the picture shows of a feature of the reference; outside the picture there is none.
    std::optional<LocalFeature> of(const LocalFeature& feature) const
    {
        auto copy = feature;
        const auto at = mapping()({feature.x_px(), feature.y_px()});
        if (at.x < 0 || at.y < 0 || at.x >= query_size.width || at.y >= query_size.height)
            return std::nullopt;
        copy.x = static_cast<std::uint16_t>(at.x * LocalFeature::units_per_px);
        copy.y = static_cast<std::uint16_t>(at.y * LocalFeature::units_per_px);
        copy.level = static_cast<std::uint8_t>(feature.level + std::lround(std::log(scale) / std::log(1.2)));
        double direction = feature.angle * whole_turn / LocalFeature::angles + turn();
        if (mirrored) {
            direction = whole_turn / 2 - direction;
            copy.descriptor = stillwatch::mirrored(feature.descriptor);
        }
        copy.angle =
            static_cast<std::uint8_t>(std::lround(direction * LocalFeature::angles / whole_turn) & 255);
        return copy;
    }
};

// A picture with a copy of the reference in it, `share` of whose features were found, and as many wrong
// pairs.
struct Picture {
    Features reference;
    Features query;
    Pairs pairs;

    Picture(const Copy& copy, std::uint64_t seed, std::size_t outliers = 60)
    {
        Random random(seed);
        reference = any_features(random, reference_size, 120);
        for (std::uint32_t i = 0; i < reference.size(); ++i) {
            const auto shown = copy.of(reference[i]);
            if (!shown) continue;
            if (i % 2 == 0) pairs.push_back({static_cast<std::uint32_t>(query.size()), i, 30});
            query.push_back(*shown);
        }
        for (std::size_t i = 0; i < outliers; ++i) {
            pairs.push_back(
                {static_cast<std::uint32_t>(query.size()), static_cast<std::uint32_t>(random() % 120), 60});
            query.push_back(any_feature(random, query_size));
        }
    }
    std::optional<Alignment> aligned(bool mirrored = false) const
    {
        return align({query_size, query}, {reference_size, reference}, pairs, mirrored);
    }
};

void expect_found(const Copy& copy)
{
    SCOPED_TRACE(testing::Message() << copy.degrees << " degrees, scale " << copy.scale << ", mirrored "
                                    << copy.mirrored);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const auto alignment = Picture(copy, seed).aligned(copy.mirrored);
        ASSERT_TRUE(alignment);
        const auto expected = corners_of(copy.mapping(), reference_size);
        const auto found = corners_of(alignment->mapping, reference_size);
        for (std::size_t i = 0; i < expected.size(); ++i)
            EXPECT_LT(std::hypot(found[i].x - expected[i].x, found[i].y - expected[i].y), 3) << i;
        EXPECT_EQ(alignment->mirrored, copy.mirrored);
        EXPECT_GE(alignment->inliers, 45);
        EXPECT_GE(alignment->partners, alignment->inliers) << "those that no pair named are found, too";
        EXPECT_LT(alignment->unpaired, 0.1);
        EXPECT_GE(alignment->features.size(), static_cast<std::size_t>(alignment->partners));
    }
}

TEST(Alignment, FindsACopyAmongAsManyWrongPairs)
{
    expect_found({});
    expect_found({0, 1.2, {310, 240}});
}

TEST(Alignment, FindsTurnedCopies)
{
    for (const double degrees : {30, 90, 180, 270})
        expect_found({degrees});
}

TEST(Alignment, FindsACopyOfHalfTheSize)
{
    expect_found({0, 0.5});
    expect_found({30, 0.5, {200, 200}});
}

TEST(Alignment, FindsMirroredCopies)
{
    for (const double degrees : {0, 30, 90, 180})
        expect_found({degrees, 1, {300, 250}, true});
    expect_found({0, 0.5, {200, 200}, true});
}

TEST(Alignment, TellsWhatOfTheReferenceHasNoPartner)
{
    const Copy copy;
    Picture picture(copy, 5);
    // The right half of the copy shows something else.
    Random random(6);
    for (auto& feature : picture.query)
        if (feature.x_px() > 300)
            for (auto& word : feature.descriptor.words)
                word = random();
    const auto alignment = picture.aligned();
    ASSERT_TRUE(alignment);
    EXPECT_NEAR(alignment->unpaired, 0.5, 0.15);
    for (const auto feature : alignment->features)
        EXPECT_LT(picture.reference[feature].x_px(), 205);
}

TEST(Alignment, FeaturesOutsideThePictureAreNotMissed)
{
    const auto alignment = Picture({0, 1, {600, 250}}, 7).aligned();
    ASSERT_TRUE(alignment);
    EXPECT_LT(alignment->unpaired, 0.1);
}

TEST(Alignment, MirroredPairsDoNotFitAnUprightCopy)
{
    EXPECT_FALSE(Picture({}, 8).aligned(true));
    EXPECT_FALSE(Picture({0, 1, {300, 250}, true}, 8).aligned(false));
}

TEST(Alignment, RandomPairsGiveNothing)
{
    for (std::uint64_t seed = 100; seed < 130; ++seed) {
        Random random(seed);
        const auto reference = any_features(random, reference_size, 100);
        const auto query = any_features(random, query_size, 100);
        Pairs pairs;
        for (std::uint32_t i = 0; i < 30; ++i)
            pairs.push_back({i, static_cast<std::uint32_t>(random() % 100), 50});
        EXPECT_FALSE(align({query_size, query}, {reference_size, reference}, pairs, seed % 2 == 0)) << seed;
    }
}

TEST(Alignment, FewerThanFourPairsGiveNothing)
{
    for (std::size_t count : {0U, 2U, 3U}) {
        Picture picture({}, 9, 0);
        picture.pairs.resize(count);
        EXPECT_FALSE(picture.aligned()) << count;
    }
}

TEST(Alignment, OneCornerThatRepeatsIsNoCopy)
{
    Random random(10);
    const Features reference(300, any_feature(random, reference_size));
    const Features query(300, any_feature(random, query_size));
    Pairs pairs;
    for (std::uint32_t i = 0; i < 300; ++i)
        pairs.push_back({i, i, 0});
    EXPECT_FALSE(align({query_size, query}, {reference_size, reference}, pairs, false));
}

TEST(Alignment, OfManyPairsTheMostAlikeCount)
{
    Picture picture({}, 11, 5'000); // the wrong ones are less alike
    const auto alignment = picture.aligned();
    ASSERT_TRUE(alignment);
    EXPECT_GE(alignment->inliers, 45);
}

TEST(Alignment, FramesWithoutAreaGiveNothing)
{
    const Picture picture({}, 12);
    for (const Size size : {Size{0, 0}, Size{600, 0}, Size{0, 500}})
        EXPECT_FALSE(align({size, picture.query}, {reference_size, picture.reference}, picture.pairs, false));
}

TEST(Alignment, WhateverAWorkerTellsEndsInAnAnswer)
{
    for (std::uint64_t seed = 200; seed < 230; ++seed) {
        Random random(seed);
        const auto extreme = [&](Size size) {
            Features features;
            for (std::size_t i = 0; i < LocalFeatures::max_features; ++i) {
                auto feature = any_feature(random, size);
                if (random() % 3 == 0) feature.x = feature.y = 0;
                if (random() % 4 == 0) feature.descriptor = {};
                feature.level = static_cast<std::uint8_t>(random() % 32);
                features.push_back(feature);
            }
            return features;
        };
        const Size thin{seed % 3 == 0 ? 1.0 : 1000.0, seed % 2 == 0 ? 1.0 : 1000.0};
        const auto query = extreme(thin);
        const auto reference = extreme(reference_size);
        Pairs pairs;
        for (std::uint32_t i = 0; i < 450; ++i)
            pairs.push_back({static_cast<std::uint32_t>(random() % query.size()),
                             static_cast<std::uint32_t>(random() % reference.size()),
                             static_cast<int>(random() % 73)});
        const auto alignment = align({thin, query}, {reference_size, reference}, pairs, seed % 2 == 1);
        if (!alignment) continue;
        EXPECT_LE(alignment->features.size(), reference.size());
        EXPECT_GE(alignment->unpaired, 0);
        EXPECT_LE(alignment->unpaired, 1);
        for (const auto value : alignment->mapping.a)
            EXPECT_TRUE(std::isfinite(value));
    }
}

TEST(InPlace, PairsAtTheSamePlaceSizeAndTurn)
{
    const Features none;
    const FeatureFrame query{{600, 450}, none};
    const FeatureFrame reference{{400, 300}, none};
    const auto feature = [](double x, double y, int level, int angle) {
        LocalFeature made;
        made.x = static_cast<std::uint16_t>(x * LocalFeature::units_per_px);
        made.y = static_cast<std::uint16_t>(y * LocalFeature::units_per_px);
        made.level = static_cast<std::uint8_t>(level);
        made.angle = static_cast<std::uint8_t>(angle);
        return made;
    };
    const auto of_reference = feature(100, 60, 3, 10);
    const auto is_there = [&](const LocalFeature& of_query, bool mirrored = false) {
        return is_in_place(query, of_query, reference, of_reference, mirrored);
    };
    EXPECT_TRUE(is_there(feature(150, 90, 5, 10))); // 1.5 times larger: two levels up
    EXPECT_TRUE(is_there(feature(160, 95, 4, 250)));
    EXPECT_FALSE(is_there(feature(170, 90, 5, 10)));
    EXPECT_FALSE(is_there(feature(150, 110, 5, 10)));
    EXPECT_FALSE(is_there(feature(150, 90, 8, 10)));
    EXPECT_FALSE(is_there(feature(150, 90, 5, 40)));
    EXPECT_FALSE(is_there(feature(150, 90, 5, 10), true));
    EXPECT_TRUE(is_there(feature(450, 90, 5, 118), true)); // half a turn less 10
}

TEST(InPlace, TheWholeIsLaidOntoTheWhole)
{
    const Copy copy{0, 1.5, {300, 225}};
    Random random(5);
    const auto reference = any_features(random, reference_size, 120);
    Features query;
    for (const auto& feature : reference)
        if (const auto shown = copy.of(feature)) query.push_back(*shown);
    const auto alignment = aligned_in_place({{600, 450}, query}, {reference_size, reference}, 7, false);
    EXPECT_EQ(alignment.mapping, (Affine{{1.5, 0, 0, 0, 1.5, 0}}));
    EXPECT_EQ(alignment.inliers, 7);
    EXPECT_GT(alignment.partners, 90);
    const auto mirrored = aligned_in_place({{600, 450}, query}, {reference_size, reference}, 7, true);
    EXPECT_EQ(mirrored.mapping, (Affine{{-1.5, 0, 600, 0, 1.5, 0}}));
    EXPECT_LT(mirrored.partners, 10);
}

} // namespace
} // namespace stillwatch::matcher
