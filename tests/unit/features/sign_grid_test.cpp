#include "features/sign_grid.hpp"

#include "features/plausible.hpp"
#include "tests/unit/pictures/drawing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

namespace stillwatch::features {
namespace {

using namespace pictures::test;

const Drawing picture = detailed_scene(1, 480, 360);
const ReferenceSignGrid reference = reference_sign_grid(grey(picture));

// Of a grid over the whole of `drawing`, laid by `a`.
SignGrid sign_grid_of(const Drawing& drawing, const std::array<double, 6>& a)
{
    View view{0, reference.sign_grid.tile_columns, reference.sign_grid.tile_rows, {}};
    std::ranges::copy(a, view.a);
    return sign_grid_at(grey(drawing), view);
}

SignGrid sign_grid_of(const Drawing& drawing)
{
    return sign_grid_of(drawing, {double(drawing.width_px), 0, 0, 0, double(drawing.height_px), 0});
}

// Share of the reference's clear signs that a sign grid has, too.
double agreeing(const SignGrid& sign_grid)
{
    int clear = 0;
    int alike = 0;
    for (std::size_t i = 0; i < sign_grid.plane_bytes(); ++i) {
        const auto& own = reference.sign_grid;
        const auto add = [&](unsigned signs, unsigned others, unsigned counted) {
            clear += std::popcount(counted);
            alike += std::popcount(~(signs ^ others) & counted);
        };
        add(own.right[i], sign_grid.right[i], own.right_clear[i] & sign_grid.right_clear[i]);
        add(own.down[i], sign_grid.down[i], own.down_clear[i] & sign_grid.down_clear[i]);
    }
    return clear == 0 ? -1 : static_cast<double>(alike) / clear;
}

int clear_cells(const SignGrid& sign_grid)
{
    int cells = 0;
    for (const auto byte : sign_grid.right_clear)
        cells += std::popcount(byte);
    return cells;
}

int cells(const SignGrid& sign_grid)
{
    return static_cast<int>(8 * sign_grid.plane_bytes());
}

TEST(ReferenceSignGrid, HasTilesInProportion)
{
    EXPECT_EQ(reference.sign_grid.tile_columns, sign_grid_cells / SignGrid::tile_cells);
    EXPECT_EQ(reference.sign_grid.tile_rows, 9);
    EXPECT_EQ(reference.tiles.size(), 12U * 9U);
    EXPECT_TRUE(plausible(reference.sign_grid));
    EXPECT_GT(clear_cells(reference.sign_grid), cells(reference.sign_grid) / 2);
}

TEST(ReferenceSignGrid, OfStripsAndPixelsIsPlausible)
{
    for (const auto& drawing : {detailed_scene(2, 1'000, 2), detailed_scene(2, 2, 1'000),
                                detailed_scene(2, 1, 1), detailed_scene(2, 33, 31), flat(0, 1'000, 1'000)}) {
        const auto sign_grid = reference_sign_grid(grey(drawing));
        EXPECT_TRUE(plausible(sign_grid.sign_grid));
        EXPECT_EQ(sign_grid.tiles.size() * SignGrid::tile_cells, sign_grid.sign_grid.plane_bytes());
    }
}

TEST(ReferenceSignGrid, NothingIsClearInAFlatPicture)
{
    const auto sign_grid = reference_sign_grid(grey(flat(100, 400, 300)));
    EXPECT_EQ(clear_cells(sign_grid.sign_grid), 0);
    for (const auto& tile : sign_grid.tiles)
        EXPECT_EQ(tile.chance, 255);
}

TEST(ReferenceSignGrid, StraightEdgesAreLikelyByChance)
{
    Drawing stripes(480, 360);
    for (int y = 0; y < 360; ++y)
        for (int x = 0; x < 480; ++x)
            std::fill_n(stripes.at(x, y), 3, static_cast<std::uint8_t>(x * 255 / 479));
    for (const auto& tile : reference_sign_grid(grey(stripes)).tiles)
        EXPECT_GE(tile.chance, 250);
    int likely = 0;
    for (const auto& tile : reference.tiles)
        likely += tile.chance >= 250 ? 1 : 0;
    EXPECT_LT(likely, 5) << "in a picture full of shapes";
}

TEST(ReferenceSignGrid, TellsDrawnPartsFromPhotographedOnes)
{
    // Paper with letters on the left, the scene on the right.
    auto page = flat(250, 480, 360);
    for (int y = 10; y < 350; y += 14)
        for (int x = 8; x < 230; x += 9)
            page = with_pasted(page, flat(20, 1 + (x * y) % 4, 7), x, y);
    page = with_pasted(page, cropped(picture, 240, 0, 240, 360), 240, 0);
    const auto sign_grid = reference_sign_grid(grey(page));
    int drawn_left = 0;
    int drawn_right = 0;
    for (int y = 1; y < 8; ++y)
        for (int x = 0; x < 12; ++x) {
            const auto& tile = sign_grid.tiles[static_cast<std::size_t>(y * 12 + x)];
            if (x < 5) drawn_left += tile.is_graphic ? 1 : 0;
            if (x > 6) drawn_right += tile.is_graphic ? 1 : 0;
        }
    EXPECT_GE(drawn_left, 30) << "of 35";
    EXPECT_LE(drawn_right, 8) << "of 35";
}

TEST(SignGridAt, OfTheWholeHasTheReferencesSigns)
{
    const auto sign_grid = sign_grid_of(picture);
    EXPECT_TRUE(plausible(sign_grid));
    EXPECT_EQ(agreeing(sign_grid), 1);
    EXPECT_EQ(clear_cells(sign_grid), cells(sign_grid));
}

TEST(SignGridAt, ASmallerOrDarkerCopyHasMostOfThem)
{
    EXPECT_GT(agreeing(sign_grid_of(resized(picture, 240, 180))), 0.95);
    EXPECT_GT(agreeing(sign_grid_of(detailed_scene(1, 480, 360))), 0.95);
    EXPECT_GT(agreeing(sign_grid_of(brightened(picture, 0.5, 40))), 0.95);
}

TEST(SignGridAt, AnotherPictureHasHalfOfThem)
{
    EXPECT_NEAR(agreeing(sign_grid_of(detailed_scene(3, 480, 360))), 0.5, 0.1);
}

TEST(SignGridAt, TheNegativeFlipsThem)
{
    EXPECT_LT(agreeing(sign_grid_of(negative(picture))), 0.01);
}

TEST(SignGridAt, NothingIsClearOutsideThePicture)
{
    EXPECT_EQ(clear_cells(sign_grid_of(picture, {480, 0, 481, 0, 360, 0})), 0);
    EXPECT_EQ(clear_cells(sign_grid_of(picture, {480, 0, 0, 0, 360, -361})), 0);
    EXPECT_EQ(clear_cells(sign_grid_of(picture, {1, 0, 1e5, 0, 1, 1e5})), 0);
}

TEST(SignGridAt, HalfIsClearWhereHalfLiesInside)
{
    const auto sign_grid = sign_grid_of(picture, {480, 0, 240, 0, 360, 0});
    EXPECT_EQ(clear_cells(sign_grid), cells(sign_grid) / 2);
}

TEST(SignGridAt, FollowsAMirroredMapping)
{
    EXPECT_GT(agreeing(sign_grid_of(mirrored(picture), {-480, 0, 480, 0, 360, 0})), 0.98);
}

TEST(SignGridAt, FollowsATurnedMapping)
{
    EXPECT_GT(agreeing(sign_grid_of(rotated_right(picture), {0, -360, 360, 480, 0, 0})), 0.98);
    EXPECT_GT(agreeing(sign_grid_of(turned(picture, Orientation::rotate_180), {-480, 0, 480, 0, -360, 360})),
              0.98);
}

TEST(SignGridAt, FindsACopyInsideALargerPicture)
{
    const auto larger = with_pasted(detailed_scene(4, 900, 700), picture, 300, 200);
    EXPECT_GT(agreeing(sign_grid_of(larger, {480, 0, 300, 0, 360, 200})), 0.98);
    EXPECT_LT(agreeing(sign_grid_of(larger, {480, 0, 100, 0, 360, 100})), 0.7);
}

TEST(SignGridAt, ViewsWithoutAreaEndInAnAnswer)
{
    for (const auto& a :
         {std::array<double, 6>{}, std::array<double, 6>{0, 0, 10, 0, 0, 10},
          std::array<double, 6>{9e5, 0, -4e5, 0, 9e5, -4e5}, std::array<double, 6>{1e-9, 0, 5, 0, 1e-9, 5},
          std::array<double, 6>{9e5, 9e5, 0, 9e5, 9e5, 0}})
        EXPECT_TRUE(plausible(sign_grid_of(picture, a)));
}

} // namespace
} // namespace stillwatch::features
