#include "features/features_codec.hpp"

#include "features/plausible.hpp"
#include "tests/support/sample_features.hpp"

#include <gtest/gtest.h>

namespace stillwatch::features {
namespace {

using test::sample_features;

constexpr auto details = {Detail::coarse, Detail::hashes, Detail::query, Detail::reference};

Bytes encoded(const PictureFeatures& features)
{
    BinaryWriter writer;
    write_features(writer, features);
    return std::move(writer).take();
}

TEST(Plausible, WhatAnExtractorGivesIs)
{
    for (const auto detail : details) {
        EXPECT_TRUE(plausible(sample_features(1, detail), detail));
        EXPECT_TRUE(plausible(sample_features(2, detail, 4), detail));
    }
}

TEST(Plausible, AtTheBounds)
{
    auto features = sample_features(1, Detail::reference);
    features.frames[0].quality_percent = 0;
    features.frames[1].quality_percent = 100;
    auto& local = features.local[0];
    local.width_px = LocalFeatures::max_side_px;
    local.height_px = 1;
    const LocalFeature last{{},
                            LocalFeatures::max_side_px * LocalFeature::units_per_px - 1,
                            LocalFeature::units_per_px - 1,
                            max_feature_level,
                            255};
    local.features.assign(LocalFeatures::max_features, last);
    test::SampleNumbers numbers(3);
    features.sign_grid[0].sign_grid =
        test::sample_sign_grid(numbers, SignGrid::max_tiles_a_side, SignGrid::max_tiles_a_side);
    features.sign_grid[0].tiles.resize(256);
    EXPECT_TRUE(plausible(features, Detail::reference));
}

TEST(Plausible, OneThingWrongIsEnough)
{
    for (const auto& [what, apply] : test::corruptions()) {
        auto features = sample_features(1, Detail::reference, 2);
        apply(features);
        EXPECT_FALSE(plausible(features, Detail::reference)) << what;
    }
}

TEST(Plausible, OnlyForTheDetailAskedFor)
{
    const auto reference = sample_features(1, Detail::reference);
    const auto query = sample_features(1, Detail::query);
    const auto hashes = sample_features(1, Detail::hashes);
    EXPECT_FALSE(plausible(reference, Detail::query)) << "sign grid";
    EXPECT_FALSE(plausible(reference, Detail::hashes)) << "features and sign grid";
    EXPECT_FALSE(plausible(query, Detail::hashes)) << "features";
    EXPECT_FALSE(plausible(query, Detail::reference)) << "no sign grid";
    EXPECT_FALSE(plausible(hashes, Detail::reference)) << "no sign grid";
    EXPECT_TRUE(plausible(hashes, Detail::query)) << "a picture may have no features";
}

TEST(Plausible, PartsLieInsideThePictureAndAreNoReferences)
{
    const auto good = sample_features(1, Detail::query);
    const auto with = [&good](Part part) {
        auto features = good;
        features.parts = {part};
        return features;
    };
    EXPECT_TRUE(plausible(with({0, 0, good.width_px, good.height_px}), Detail::query));
    for (const auto& part : {Part{-1, 0, 10, 10}, Part{0, -1, 10, 10}, Part{0, 0, 0, 10}, Part{0, 0, 10, 0},
                             Part{good.width_px - 9, 0, 10, 10}, Part{0, good.height_px - 9, 10, 10},
                             Part{0, 0, 2'147'483'647, 10}}) {
        EXPECT_FALSE(plausible(with(part), Detail::query));
        EXPECT_FALSE(decode_features(encoded(with(part)), Detail::query));
    }
    auto unpaired = good;
    unpaired.parts.push_back(good.parts.front());
    EXPECT_FALSE(plausible(unpaired, Detail::query)) << "a part without its frame and none that is whole";
    auto reference = sample_features(1, Detail::reference, 2);
    reference.parts = good.parts;
    EXPECT_FALSE(plausible(reference, Detail::reference));
}

TEST(FeaturesCodec, ReadsBackWhatItWrote)
{
    for (const auto detail : details)
        for (const int frames : {1, 4}) {
            const auto features = sample_features(7, detail, frames);
            EXPECT_EQ(decode_features(encoded(features), detail), features);
        }
}

TEST(FeaturesCodec, KnowsTheSizeBefore)
{
    for (const auto detail : details) {
        const auto features = sample_features(7, detail, 3);
        EXPECT_EQ(encoded_size(features), encoded(features).size());
    }
}

TEST(FeaturesCodec, NothingWrongIsReadBack)
{
    for (const auto& [what, apply] : test::corruptions()) {
        auto features = sample_features(1, Detail::reference, 2);
        apply(features);
        EXPECT_FALSE(decode_features(encoded(features), Detail::reference)) << what;
    }
}

TEST(FeaturesCodec, EveryShorterOrLongerFormIsNone)
{
    auto bytes = encoded(sample_features(7, Detail::reference));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        ASSERT_FALSE(decode_features(ByteView(bytes).first(size), Detail::reference)) << size;
    bytes.push_back({});
    EXPECT_FALSE(decode_features(bytes, Detail::reference));
}

TEST(FeaturesCodec, FlagsAreZeroOrOne)
{
    const auto good = encoded(sample_features(7, Detail::reference));
    auto trimmed = good;
    trimmed[1 + 4 + 4 + 32 + 32 + 1 + 2] = std::byte{2};
    EXPECT_FALSE(decode_features(trimmed, Detail::reference));
    auto graphic = good;
    graphic.back() = std::byte{2};
    EXPECT_FALSE(decode_features(graphic, Detail::reference));
}

TEST(SignGridCodec, ReadsBackWhatItWrote)
{
    test::SampleNumbers numbers(5);
    for (const auto& sign_grids :
         {std::vector<SignGrid>{}, std::vector{test::sample_sign_grid(numbers, 1, 16)},
          std::vector{test::sample_sign_grid(numbers, 3, 2), test::sample_sign_grid(numbers, 16, 1)}})
        EXPECT_EQ(decode_sign_grids(encode_sign_grids(sign_grids)), sign_grids);
}

TEST(SignGridCodec, NothingWrongIsReadBack)
{
    test::SampleNumbers numbers(5);
    const auto good = test::sample_sign_grid(numbers, 3, 2);
    const auto is_read = [](const SignGrid& sign_grid) {
        return decode_sign_grids(encode_sign_grids({sign_grid})).has_value();
    };
    ASSERT_TRUE(is_read(good));
    for (const int columns : {-1, 0, 2, 4, 17, 256 + 3}) {
        auto bad = good;
        bad.tile_columns = columns;
        EXPECT_FALSE(is_read(bad)) << columns;
    }
    auto bytes = encode_sign_grids({good});
    for (std::size_t size = 0; size < bytes.size(); ++size)
        ASSERT_FALSE(decode_sign_grids(ByteView(bytes).first(size))) << size;
    bytes.push_back({});
    EXPECT_FALSE(decode_sign_grids(bytes));
}

} // namespace
} // namespace stillwatch::features
