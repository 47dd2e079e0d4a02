#include "features/working_frame.hpp"

#include "tests/unit/pictures/drawing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace stillwatch::features {
namespace {

using namespace pictures::test;

std::pair<int, int> size_of(int width_px, int height_px, Detail detail)
{
    const auto frame = working_frame(pictures::Luma(width_px, height_px), detail);
    EXPECT_EQ(frame.levels.size(),
              static_cast<std::size_t>(frame.width_px) * static_cast<std::size_t>(frame.height_px));
    return {frame.width_px, frame.height_px};
}

using Sides = std::pair<int, int>;

TEST(WorkingFrame, HugePicturesComeToAFixedArea)
{
    EXPECT_EQ(size_of(4'000, 3'000, Detail::query), Sides(640, 480));
    EXPECT_EQ(size_of(4'000, 3'000, Detail::reference), Sides(512, 384));
    EXPECT_EQ(size_of(3'000, 3'000, Detail::query), Sides(554, 554));
}

TEST(WorkingFrame, ThoseInBetweenKeepTheirSize)
{
    EXPECT_EQ(size_of(500, 400, Detail::query), Sides(500, 400));
    EXPECT_EQ(size_of(440, 330, Detail::reference), Sides(440, 330));
}

TEST(WorkingFrame, TinyPicturesAreEnlargedUpToFourTimes)
{
    EXPECT_EQ(size_of(32, 32, Detail::query), Sides(128, 128));
    EXPECT_EQ(size_of(100, 100, Detail::query), Sides(346, 346));
    EXPECT_EQ(size_of(1, 1, Detail::query), Sides(4, 4));
}

TEST(WorkingFrame, SidesOfStripsStayWithinTheirBounds)
{
    EXPECT_EQ(size_of(1, 20'000, Detail::query), Sides(1, LocalFeatures::max_side_px));
    EXPECT_EQ(size_of(32, 20'000, Detail::query), Sides(2, LocalFeatures::max_side_px));
    EXPECT_EQ(size_of(20'000, 32, Detail::reference), Sides(LocalFeatures::max_side_px, 2));
    for (int height = 1; height < 2'000; height = height * 3 / 2 + 1)
        for (int width = 1; width < 2'000; width = width * 3 / 2 + 1)
            for (const auto detail : {Detail::query, Detail::reference}) {
                const auto [across, down] = size_of(width, height, detail);
                EXPECT_GE(std::min(across, down), 1);
                EXPECT_LE(std::max(across, down), LocalFeatures::max_side_px);
            }
}

TEST(WorkingFrame, ReferencesAreNotLarger)
{
    for (const auto& [width, height] :
         {Sides(200, 100), Sides(640, 480), Sides(1'500, 300), Sides(90, 2'000)}) {
        const auto query = size_of(width, height, Detail::query);
        const auto reference = size_of(width, height, Detail::reference);
        EXPECT_LE(reference.first, query.first);
        EXPECT_LE(reference.second, query.second);
    }
}

TEST(WorkingFrame, IsTheSameForFingerprintsAndForQueries)
{
    const auto picture = luma(scene(1, 700, 500));
    const auto hashes = working_frame(picture, Detail::hashes);
    const auto query = working_frame(picture, Detail::query);
    EXPECT_EQ(hashes.width_px, query.width_px);
    EXPECT_EQ(hashes.height_px, query.height_px);
    EXPECT_EQ(hashes.levels, query.levels);
}

TEST(WorkingFrame, KeepsLevels)
{
    for (const int level : {0, 77, 255})
        for (const auto& [width, height] : {Sides(60, 50), Sides(500, 400), Sides(1'600, 1'200)}) {
            const auto frame =
                working_frame(luma(flat(static_cast<std::uint8_t>(level), width, height)), Detail::query);
            EXPECT_TRUE(std::ranges::all_of(frame.levels, [&](int found) {
                return std::abs(found - level) <= 1;
            })) << level;
        }
}

TEST(WorkingFrame, ShowsTheSamePlacesInTheSamePlaces)
{
    auto drawing = flat(255, 1'200, 900);
    drawing = with_pasted(drawing, flat(0, 600, 450), 600, 450);
    const auto frame = working_frame(luma(drawing), Detail::query);
    ASSERT_EQ(frame.width_px, 640);
    const auto at = [&](int x, int y) {
        return frame.levels[static_cast<std::size_t>(y * frame.width_px + x)];
    };
    EXPECT_GT(at(318, 400), 200);
    EXPECT_LT(at(321, 400), 55);
    EXPECT_GT(at(500, 238), 200);
    EXPECT_LT(at(500, 241), 55);
}

} // namespace
} // namespace stillwatch::features
