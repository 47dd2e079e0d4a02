#include "matcher/feature_index.hpp"

#include "canary_memory.hpp"
#include "features/local_features.hpp"
#include "features/working_frame.hpp"
#include "tests/unit/pictures/drawing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

namespace stillwatch::matcher {
namespace {

using namespace test;
using namespace pictures::test;
using Features = std::vector<LocalFeature>;

auto& memory = *std::pmr::new_delete_resource();

std::vector<std::span<const LocalFeature>> spans(const std::vector<Features>& frames)
{
    return {frames.begin(), frames.end()};
}

Features features_of(const Drawing& drawing, Detail detail)
{
    return features::local_features(features::working_frame(luma(drawing), detail), detail).features;
}

LocalFeature any_feature(std::mt19937_64& random)
{
    LocalFeature feature;
    for (auto& word : feature.descriptor.words)
        word = random();
    return feature;
}

// With the first `bits` bits turned.
LocalFeature changed(LocalFeature feature, std::size_t bits)
{
    for (std::size_t i = 0; i < bits; ++i)
        feature.descriptor.words[i / 64] ^= std::uint64_t{1} << (i % 64);
    return feature;
}

// The references of several drawn pictures.
struct DrawnReferences : testing::Test {
    // Made once, and not before the program begins: the matcher has tables that are ready only then.
    static const std::vector<Features>& made()
    {
        static const std::vector<Features> all = [] {
            std::vector<Features> drawn;
            for (unsigned seed = 1; seed <= 8; ++seed)
                drawn.push_back(features_of(detailed_scene(seed, 440, 330), Detail::reference));
            return drawn;
        }();
        return all;
    }
    const std::vector<Features>& frames = made();
    FeatureIndex index{spans(frames), memory};

    // Hits that lie where the copy of the first reference, all of the query, has them.
    std::vector<FeatureHit> true_hits(const std::vector<FeatureHit>& hits, const Features& query,
                                      bool is_mirrored) const
    {
        std::vector<FeatureHit> kept;
        for (const auto& hit : hits) {
            const float x = query[hit.query].x_px();
            const float expected_x = is_mirrored ? 440 - x : x;
            const auto& feature = frames[hit.frame][hit.feature];
            if (hit.frame == 0 && hit.mirrored == is_mirrored &&
                std::hypot(feature.x_px() - expected_x, feature.y_px() - query[hit.query].y_px()) < 5)
                kept.push_back(hit);
        }
        return kept;
    }
};

TEST_F(DrawnReferences, TheTablesKeepMostTrueHits)
{
    for (const bool is_mirrored : {false, true}) {
        auto copy = brightened(detailed_scene(1, 440, 330), 0.8, 20);
        if (is_mirrored) copy = mirrored(copy);
        const auto query = features_of(copy, Detail::query);
        const auto kept = true_hits(index.search(query), query, is_mirrored);
        const auto all = true_hits(index.search_all(query), query, is_mirrored);
        EXPECT_GT(all.size(), 100U);
        EXPECT_GE(static_cast<double>(kept.size()), 0.7 * static_cast<double>(all.size()));
    }
}

TEST_F(DrawnReferences, HitsSayTheTruth)
{
    const auto query = features_of(detailed_scene(1, 300, 225), Detail::query);
    const auto hits = index.search(query);
    EXPECT_FALSE(hits.empty());
    for (const auto& hit : hits) {
        ASSERT_LT(hit.query, query.size());
        ASSERT_LT(hit.frame, frames.size());
        ASSERT_LT(hit.feature, frames[hit.frame].size());
        const auto& own = query[hit.query].descriptor;
        const auto& there = frames[hit.frame][hit.feature].descriptor;
        EXPECT_EQ(hit.distance_bits, hamming(hit.mirrored ? stillwatch::mirrored(own) : own, there));
        EXPECT_LE(hit.distance_bits, max_feature_bits);
    }
}

TEST_F(DrawnReferences, EachFeatureTellsOfFewReferencesAndOfEachOnce)
{
    const auto query = features_of(detailed_scene(3, 440, 330), Detail::query);
    for (const auto& hits : {index.search(query), index.search_all(query)}) {
        std::map<std::pair<std::uint32_t, bool>, std::set<std::uint32_t>> told;
        for (const auto& hit : hits)
            EXPECT_TRUE(told[std::pair(hit.query, hit.mirrored)].insert(hit.frame).second);
        for (const auto& [feature, references] : told)
            EXPECT_LE(references.size(), frames_a_feature);
    }
}

TEST_F(DrawnReferences, APictureOfSomethingElseHasFewerHits)
{
    const auto copy = features_of(detailed_scene(1, 440, 330), Detail::query);
    const auto other = features_of(detailed_scene(99, 440, 330), Detail::query);
    const auto hits_in_first = [&](const Features& query) {
        return std::ranges::count(index.search(query), 0U, &FeatureHit::frame);
    };
    EXPECT_LT(hits_in_first(other), hits_in_first(copy) / 2);
}

TEST(FeatureIndex, EmptyOnesFindNothing)
{
    std::mt19937_64 random(1);
    const Features query{any_feature(random)};
    const FeatureIndex none({}, memory);
    EXPECT_TRUE(none.search(query).empty());
    EXPECT_TRUE(none.search_all(query).empty());
    const std::vector<Features> bare(3);
    const FeatureIndex without_features(spans(bare), memory);
    EXPECT_TRUE(without_features.search(query).empty());
    const std::vector<Features> one{query};
    EXPECT_TRUE(FeatureIndex(spans(one), memory).search({}).empty());
}

TEST(FeatureIndex, FindsTheMirrorImageAndSaysSo)
{
    std::mt19937_64 random(2);
    const auto feature = any_feature(random);
    auto reflected = feature;
    reflected.descriptor = mirrored(feature.descriptor);
    const std::vector<Features> frames{{feature}};
    const FeatureIndex index(spans(frames), memory);
    EXPECT_EQ(index.search(Features{feature}), (std::vector<FeatureHit>{{0, 0, 0, 0, false}}));
    EXPECT_EQ(index.search(Features{reflected}), (std::vector<FeatureHit>{{0, 0, 0, 0, true}}));
}

TEST(FeatureIndex, TellsTheMostAlikeFeatureOfAReference)
{
    std::mt19937_64 random(3);
    const auto feature = any_feature(random);
    const std::vector<Features> frames{{changed(feature, 40), changed(feature, 10), changed(feature, 20)}};
    const FeatureIndex index(spans(frames), memory);
    EXPECT_EQ(index.search_all(Features{feature}), (std::vector<FeatureHit>{{0, 0, 1, 10, false}}));
}

TEST(FeatureIndex, WhatIsLessAlikeThanTheBoundIsNotTold)
{
    std::mt19937_64 random(4);
    const auto feature = any_feature(random);
    const std::vector<Features> frames{{changed(feature, max_feature_bits + 1)},
                                       {changed(feature, max_feature_bits)}};
    const FeatureIndex index(spans(frames), memory);
    EXPECT_EQ(index.search_all(Features{feature}),
              (std::vector<FeatureHit>{{0, 1, 0, max_feature_bits, false}}));
}

TEST(FeatureIndex, TellsTheThreeReferencesMostAlike)
{
    std::mt19937_64 random(5);
    const auto feature = any_feature(random);
    const std::vector<Features> frames{
        {changed(feature, 40)}, {changed(feature, 5)}, {changed(feature, 20)}, {changed(feature, 10)}};
    const FeatureIndex index(spans(frames), memory);
    const std::vector<FeatureHit> expected{{0, 1, 0, 5, false}, {0, 3, 0, 10, false}, {0, 2, 0, 20, false}};
    EXPECT_EQ(index.search_all(Features{feature}), expected);
}

TEST(FeatureIndex, WhatManyReferencesHaveTellsNothing)
{
    std::mt19937_64 random(6);
    const auto feature = any_feature(random);
    const std::vector<Features> frames{
        {changed(feature, 36)}, {changed(feature, 37)}, {changed(feature, 38)}, {changed(feature, 39)}};
    EXPECT_TRUE(FeatureIndex(spans(frames), memory).search_all(Features{feature}).empty());
}

TEST(FeatureIndex, LongRunsAreLeftOut)
{
    std::mt19937_64 random(7);
    const auto feature = any_feature(random);
    const std::vector<Features> few(3, {feature});
    EXPECT_EQ(FeatureIndex(spans(few), memory).search(Features{feature}).size(), 3U);
    const std::vector<Features> many(30, {feature});
    EXPECT_TRUE(FeatureIndex(spans(many), memory).search(Features{feature}).empty());
    // However long they are, the others are found.
    auto mixed = many;
    const auto rare = any_feature(random);
    mixed[7].push_back(rare);
    EXPECT_EQ(FeatureIndex(spans(mixed), memory).search(Features{rare}),
              (std::vector<FeatureHit>{{0, 7, 1, 0, false}}));
}

TEST(FeatureIndex, TablesLiveInTheMemoryGiven)
{
    std::mt19937_64 random(8);
    std::vector<Features> frames(5);
    for (auto& frame : frames)
        for (int i = 0; i < 100; ++i)
            frame.push_back(any_feature(random));
    CanaryMemory own;
    {
        const FeatureIndex index(spans(frames), own);
        EXPECT_GE(own.bytes_held(), 4 * 500 * sizeof(std::uint32_t));
        EXPECT_LE(own.bytes_held(), index.bytes()) << "what was needed for building is given back";
    }
    EXPECT_EQ(own.bytes_held(), 0U);
    EXPECT_TRUE(own.canaries_live());
}

} // namespace
} // namespace stillwatch::matcher
