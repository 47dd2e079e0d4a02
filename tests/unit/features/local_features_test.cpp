#include "features/local_features.hpp"

#include "features/descriptor.hpp"
#include "tests/unit/pictures/drawing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <span>

namespace stillwatch::features {
namespace {

using namespace pictures::test;

constexpr auto details = {Detail::query, Detail::reference};

LocalFeatures features_of(const Drawing& drawing, Detail detail = Detail::query)
{
    return local_features(grey(drawing), detail);
}

// Of the features of one picture, how many have one in another where `expected` says, and how much alike
// those are.
struct Repeated {
    double share = 0;
    double mean_bits = 256;
};

Repeated repeated(const LocalFeatures& original, const LocalFeatures& altered,
                  const std::function<LocalFeature(LocalFeature)>& expected)
{
    constexpr int most_units = 2 * LocalFeature::units_per_px;
    int found = 0;
    int sum = 0;
    for (const auto& feature : original.features) {
        const auto there = expected(feature);
        int least = 257;
        for (const auto& other : altered.features)
            if (other.level == there.level && std::abs(other.x - there.x) <= most_units &&
                std::abs(other.y - there.y) <= most_units)
                least = std::min(least, hamming(other.descriptor, there.descriptor));
        if (least > 256) continue;
        ++found;
        sum += least;
    }
    if (found == 0) return {};
    return {static_cast<double>(found) / static_cast<double>(original.features.size()),
            static_cast<double>(sum) / found};
}

std::uint16_t units(int value)
{
    return static_cast<std::uint16_t>(value);
}

TEST(LocalFeatures, AreManyInADetailedPicture)
{
    for (const auto detail : details)
        EXPECT_GT(features_of(detailed_scene(1, 480, 360), detail).features.size(), 300U);
}

TEST(LocalFeatures, TheMirroredPictureHasMirroredOnesAtMirroredPlaces)
{
    const auto drawing = detailed_scene(2, 480, 360);
    for (const auto detail : details) {
        const auto result = repeated(features_of(drawing, detail), features_of(mirrored(drawing), detail),
                                     [](LocalFeature feature) {
                                         feature.x = units(480 * LocalFeature::units_per_px - feature.x);
                                         feature.descriptor = stillwatch::mirrored(feature.descriptor);
                                         return feature;
                                     });
        EXPECT_GT(result.share, 0.8);
        EXPECT_LT(result.mean_bits, 15);
    }
}

TEST(LocalFeatures, AQuarterTurnTurnsThemAndKeepsTheirDescriptors)
{
    const auto drawing = detailed_scene(3, 480, 360);
    const auto original = features_of(drawing);
    const auto turned = features_of(rotated_right(drawing));
    const auto expected = [](LocalFeature feature) {
        const auto x = feature.x;
        feature.x = units(360 * LocalFeature::units_per_px - feature.y);
        feature.y = x;
        return feature;
    };
    const auto result = repeated(original, turned, expected);
    EXPECT_GT(result.share, 0.8);
    EXPECT_LT(result.mean_bits, 15);
    int alike = 0;
    for (const auto& feature : original.features) {
        const auto there = expected(feature);
        for (const auto& other : turned.features)
            if (other.level == there.level && other.x == there.x && other.y == there.y) {
                const auto turn = static_cast<std::uint8_t>(other.angle - feature.angle);
                if (turn >= 60 && turn <= 68) ++alike; // a quarter of 256, from x towards y
            }
    }
    EXPECT_GT(alike, 200);
}

TEST(LocalFeatures, BrightnessAndContrastChangeFewBits)
{
    const auto drawing = detailed_scene(4, 480, 360);
    const auto original = features_of(drawing);
    const auto same = [](const LocalFeature& feature) { return feature; };
    for (const auto& altered :
         {brightened(drawing, 1, 25), brightened(drawing, 0.7, 30), brightened(drawing, 0.5, 0)}) {
        const auto result = repeated(original, features_of(altered), same);
        EXPECT_GT(result.share, 0.6);
        EXPECT_LT(result.mean_bits, 25);
    }
}

TEST(LocalFeatures, OtherPlacesHaveOtherDescriptors)
{
    const auto features = features_of(detailed_scene(5, 480, 360)).features;
    std::vector<int> bits;
    for (std::size_t i = 0; i + 1 < features.size(); ++i) {
        const auto& a = features[i];
        const auto& b = features[i + 1];
        if (std::hypot(a.x_px() - b.x_px(), a.y_px() - b.y_px()) > 60)
            bits.push_back(hamming(a.descriptor, b.descriptor));
    }
    ASSERT_GT(bits.size(), 100U);
    std::ranges::nth_element(bits, bits.begin() + static_cast<std::ptrdiff_t>(bits.size() / 2));
    EXPECT_GT(bits[bits.size() / 2], 80);
}

TEST(LocalFeatures, FlatPicturesHaveNone)
{
    for (const auto detail : details)
        for (const int level : {0, 128, 255}) {
            const auto local = features_of(flat(static_cast<std::uint8_t>(level), 300, 200), detail);
            EXPECT_TRUE(local.features.empty());
            EXPECT_EQ(local.width_px, 300);
            EXPECT_EQ(local.height_px, 200);
        }
}

TEST(LocalFeatures, StayWithinTheFrameAndTheirNumber)
{
    for (const auto& drawing :
         {detailed_scene(6, 640, 480), detailed_scene(7, 1'000, 60), detailed_scene(8, 45, 45),
          detailed_scene(9, 25, 700), detailed_scene(10, 1'000, 1'000)})
        for (const auto detail : details) {
            const auto local = features_of(drawing, detail);
            EXPECT_LE(local.features.size(), LocalFeatures::max_features);
            for (const auto& feature : local.features) {
                EXPECT_LT(feature.x_px(), static_cast<float>(drawing.width_px));
                EXPECT_LT(feature.y_px(), static_cast<float>(drawing.height_px));
            }
        }
}

// Letters are the strongest corners there are; the mirrored picture is looked up by the first half alone.
TEST(LocalFeatures, TheFirstHalfSpeaksForEveryPlaceOfThePicture)
{
    const auto glaring = resized(detailed_scene(6, 240, 90), 480, 90);
    const auto drawing =
        with_pasted(brightened(detailed_scene(7, 480, 360), 0.25, 90), glaring, 0, 0); // the rest is faint
    const auto features = features_of(drawing).features;
    const auto in_the_rest = [](std::span<const LocalFeature> some) {
        return std::ranges::count_if(some, [](const LocalFeature& feature) { return feature.y_px() > 90; });
    };
    const auto all = in_the_rest(features);
    const auto first = in_the_rest(std::span(features).first((features.size() + 1) / 2));
    ASSERT_GT(all, 200);
    EXPECT_GT(first, 0.45 * static_cast<double>(all));
}

TEST(LocalFeatures, FramesWithoutRoomForAPatchHaveNone)
{
    for (const auto& drawing :
         {detailed_scene(11, 1, 1'000), detailed_scene(11, 1, 1), detailed_scene(11, 39, 500)})
        EXPECT_TRUE(features_of(drawing).features.empty());
}

TEST(LocalFeatures, SameBytesGiveTheSame)
{
    const auto frame = grey(detailed_scene(12, 480, 360));
    for (const auto detail : details)
        EXPECT_EQ(local_features(frame, detail), local_features(frame, detail));
}

TEST(LocalFeatures, FingerprintsAloneNeedNone)
{
    const auto local = features_of(detailed_scene(13, 480, 360), Detail::hashes);
    EXPECT_TRUE(local.features.empty());
    EXPECT_EQ(local.width_px, 480);
}

TEST(Descriptor, OfTheMirroredPatchIsTheMirroredDescriptor)
{
    const auto level = grey(detailed_scene(14, 200, 100));
    const auto mirrored_level = grey(mirrored(detailed_scene(14, 200, 100)));
    for (int i = 0; i < 30; ++i) {
        const float x = 30.0F + 4.61F * static_cast<float>(i);
        const float y = 30.0F + 1.13F * static_cast<float>(i);
        const float angle = 0.2F * static_cast<float>(i);
        const auto here = describe({level.levels.data(), level.width_px}, x, y, angle);
        const auto there = describe({mirrored_level.levels.data(), level.width_px}, 199 - x, y,
                                    std::numbers::pi_v<float> - angle);
        EXPECT_LE(hamming(stillwatch::mirrored(here), there), 8) << i; // rounding of places
    }
}

TEST(Descriptor, MirroringTwiceChangesNothing)
{
    const Descriptor descriptor{{1, 2, 3, 4}};
    EXPECT_EQ(stillwatch::mirrored(stillwatch::mirrored(descriptor)), descriptor);
    EXPECT_NE(stillwatch::mirrored(descriptor), descriptor);
}

} // namespace
} // namespace stillwatch::features
