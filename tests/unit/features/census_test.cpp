#include "features/census.hpp"

#include "features/plausible.hpp"
#include "tests/unit/pictures/drawing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

namespace stillwatch::features {
namespace {

using namespace pictures::test;

const Drawing picture = detailed_scene(1, 480, 360);
const ReferenceCensus reference = reference_census(grey(picture));

// Of a grid over the whole of `drawing`, laid by `a`.
Census census_of(const Drawing& drawing, const std::array<double, 6>& a)
{
    View view{0, reference.census.tile_columns, reference.census.tile_rows, {}};
    std::ranges::copy(a, view.a);
    return census_at(grey(drawing), view);
}

Census census_of(const Drawing& drawing)
{
    return census_of(drawing, {double(drawing.width_px), 0, 0, 0, double(drawing.height_px), 0});
}

// Share of the reference's clear signs that a census has, too.
double agreeing(const Census& census)
{
    int clear = 0;
    int alike = 0;
    for (std::size_t i = 0; i < census.plane_bytes(); ++i) {
        const auto& own = reference.census;
        const auto add = [&](unsigned signs, unsigned others, unsigned counted) {
            clear += std::popcount(counted);
            alike += std::popcount(~(signs ^ others) & counted);
        };
        add(own.right[i], census.right[i], own.right_clear[i] & census.right_clear[i]);
        add(own.down[i], census.down[i], own.down_clear[i] & census.down_clear[i]);
    }
    return clear == 0 ? -1 : static_cast<double>(alike) / clear;
}

int clear_cells(const Census& census)
{
    int cells = 0;
    for (const auto byte : census.right_clear)
        cells += std::popcount(byte);
    return cells;
}

int cells(const Census& census)
{
    return static_cast<int>(8 * census.plane_bytes());
}

TEST(ReferenceCensus, HasTilesInProportion)
{
    EXPECT_EQ(reference.census.tile_columns, census_cells / Census::tile_cells);
    EXPECT_EQ(reference.census.tile_rows, 9);
    EXPECT_EQ(reference.tiles.size(), 12U * 9U);
    EXPECT_TRUE(plausible(reference.census));
    EXPECT_GT(clear_cells(reference.census), cells(reference.census) / 2);
}

TEST(ReferenceCensus, OfStripsAndPixelsIsPlausible)
{
    for (const auto& drawing : {detailed_scene(2, 1'000, 2), detailed_scene(2, 2, 1'000),
                                detailed_scene(2, 1, 1), detailed_scene(2, 33, 31), flat(0, 1'000, 1'000)}) {
        const auto census = reference_census(grey(drawing));
        EXPECT_TRUE(plausible(census.census));
        EXPECT_EQ(census.tiles.size() * Census::tile_cells, census.census.plane_bytes());
    }
}

TEST(ReferenceCensus, NothingIsClearInAFlatPicture)
{
    const auto census = reference_census(grey(flat(100, 400, 300)));
    EXPECT_EQ(clear_cells(census.census), 0);
    for (const auto& tile : census.tiles)
        EXPECT_EQ(tile.chance, 255);
}

TEST(ReferenceCensus, StraightEdgesAreLikelyByChance)
{
    Drawing stripes(480, 360);
    for (int y = 0; y < 360; ++y)
        for (int x = 0; x < 480; ++x)
            std::fill_n(stripes.at(x, y), 3, static_cast<std::uint8_t>(x * 255 / 479));
    for (const auto& tile : reference_census(grey(stripes)).tiles)
        EXPECT_GE(tile.chance, 250);
    int likely = 0;
    for (const auto& tile : reference.tiles)
        likely += tile.chance >= 250 ? 1 : 0;
    EXPECT_LT(likely, 5) << "in a picture full of shapes";
}

TEST(ReferenceCensus, TellsDrawnPartsFromPhotographedOnes)
{
    // Paper with letters on the left, the scene on the right.
    auto page = flat(250, 480, 360);
    for (int y = 10; y < 350; y += 14)
        for (int x = 8; x < 230; x += 9)
            page = with_pasted(page, flat(20, 1 + (x * y) % 4, 7), x, y);
    page = with_pasted(page, cropped(picture, 240, 0, 240, 360), 240, 0);
    const auto census = reference_census(grey(page));
    int drawn_left = 0;
    int drawn_right = 0;
    for (int y = 1; y < 8; ++y)
        for (int x = 0; x < 12; ++x) {
            const auto& tile = census.tiles[static_cast<std::size_t>(y * 12 + x)];
            if (x < 5) drawn_left += tile.is_graphic ? 1 : 0;
            if (x > 6) drawn_right += tile.is_graphic ? 1 : 0;
        }
    EXPECT_GE(drawn_left, 30) << "of 35";
    EXPECT_LE(drawn_right, 8) << "of 35";
}

TEST(CensusAt, OfTheWholeHasTheReferencesSigns)
{
    const auto census = census_of(picture);
    EXPECT_TRUE(plausible(census));
    EXPECT_EQ(agreeing(census), 1);
    EXPECT_EQ(clear_cells(census), cells(census));
}

TEST(CensusAt, ASmallerOrDarkerCopyHasMostOfThem)
{
    EXPECT_GT(agreeing(census_of(resized(picture, 240, 180))), 0.95);
    EXPECT_GT(agreeing(census_of(detailed_scene(1, 480, 360))), 0.95);
    EXPECT_GT(agreeing(census_of(brightened(picture, 0.5, 40))), 0.95);
}

TEST(CensusAt, AnotherPictureHasHalfOfThem)
{
    EXPECT_NEAR(agreeing(census_of(detailed_scene(3, 480, 360))), 0.5, 0.1);
}

TEST(CensusAt, TheNegativeFlipsThem)
{
    EXPECT_LT(agreeing(census_of(negative(picture))), 0.01);
}

TEST(CensusAt, NothingIsClearOutsideThePicture)
{
    EXPECT_EQ(clear_cells(census_of(picture, {480, 0, 481, 0, 360, 0})), 0);
    EXPECT_EQ(clear_cells(census_of(picture, {480, 0, 0, 0, 360, -361})), 0);
    EXPECT_EQ(clear_cells(census_of(picture, {1, 0, 1e5, 0, 1, 1e5})), 0);
}

TEST(CensusAt, HalfIsClearWhereHalfLiesInside)
{
    const auto census = census_of(picture, {480, 0, 240, 0, 360, 0});
    EXPECT_EQ(clear_cells(census), cells(census) / 2);
}

TEST(CensusAt, FollowsAMirroredMapping)
{
    EXPECT_GT(agreeing(census_of(mirrored(picture), {-480, 0, 480, 0, 360, 0})), 0.98);
}

TEST(CensusAt, FollowsATurnedMapping)
{
    EXPECT_GT(agreeing(census_of(rotated_right(picture), {0, -360, 360, 480, 0, 0})), 0.98);
    EXPECT_GT(agreeing(census_of(turned(picture, Orientation::rotate_180), {-480, 0, 480, 0, -360, 360})),
              0.98);
}

TEST(CensusAt, FindsACopyInsideALargerPicture)
{
    const auto larger = with_pasted(detailed_scene(4, 900, 700), picture, 300, 200);
    EXPECT_GT(agreeing(census_of(larger, {480, 0, 300, 0, 360, 200})), 0.98);
    EXPECT_LT(agreeing(census_of(larger, {480, 0, 100, 0, 360, 100})), 0.7);
}

TEST(CensusAt, ViewsWithoutAreaEndInAnAnswer)
{
    for (const auto& a :
         {std::array<double, 6>{}, std::array<double, 6>{0, 0, 10, 0, 0, 10},
          std::array<double, 6>{9e5, 0, -4e5, 0, 9e5, -4e5}, std::array<double, 6>{1e-9, 0, 5, 0, 1e-9, 5},
          std::array<double, 6>{9e5, 9e5, 0, 9e5, 9e5, 0}})
        EXPECT_TRUE(plausible(census_of(picture, a)));
}

} // namespace
} // namespace stillwatch::features
