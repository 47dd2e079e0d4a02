#include "matcher/agreement.hpp"

#include "features/sign_grid.hpp"
#include "tests/unit/pictures/drawing.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace stillwatch::matcher {
namespace {

using namespace pictures::test;

auto& memory = *std::pmr::new_delete_resource();
const Drawing picture = detailed_scene(1, 480, 360); // 12 x 9 tiles of 40 pixels
const StoredSignGrid reference(features::reference_sign_grid(grey(picture)), memory);

// Of a picture of the same size as the reference.
SignGrid sign_grid_of(const Drawing& drawing, int tile_columns = 12, int tile_rows = 9)
{
    const View view{
        0, tile_columns, tile_rows, {double(drawing.width_px), 0, 0, 0, double(drawing.height_px), 0}};
    return features::sign_grid_at(grey(drawing), view);
}

Agreement agreement_with(const Drawing& drawing, bool inverted = false, const std::vector<bool>& ignored = {})
{
    return agreement_of(reference, sign_grid_of(drawing), inverted, ignored);
}

TEST(Agreement, OfACopyIsThatOfAllTiles)
{
    const auto agreement = agreement_with(picture);
    EXPECT_GT(agreement.tiles, 90);
    EXPECT_EQ(agreement.agreeing, agreement.tiles);
    EXPECT_EQ(agreement.disagreeing, 0);
    EXPECT_EQ(agreement.mean_share, 1);
    EXPECT_GT(agreement.evidence, 200);
    EXPECT_EQ(agreement.edited, (std::array<double, 4>{}));
}

TEST(Agreement, OfAnotherPictureIsNoEvidence)
{
    for (unsigned seed = 2; seed < 6; ++seed) {
        const auto agreement = agreement_with(detailed_scene(seed, 480, 360));
        EXPECT_LT(agreement.evidence, 20) << seed;
        EXPECT_LT(agreement.agreeing, agreement.tiles / 5) << seed;
        EXPECT_GT(agreement.disagreeing, agreement.tiles / 2) << seed;
    }
}

TEST(Agreement, FindsAnEditedRegion)
{
    const auto part = cropped(detailed_scene(9, 480, 360), 0, 0, 160, 120);
    const auto agreement = agreement_with(with_pasted(picture, part, 200, 80)); // tiles 5..8 by 2..4
    EXPECT_GE(agreement.disagreeing, 6);
    EXPECT_LE(agreement.disagreeing, 12);
    EXPECT_GE(agreement.agreeing, agreement.tiles - 16);
    EXPECT_NEAR(agreement.edited[0], 5.0 / 12, 1.01 / 12);
    EXPECT_NEAR(agreement.edited[1], 2.0 / 9, 1.01 / 9);
    EXPECT_NEAR(agreement.edited[2], 9.0 / 12, 1.01 / 12);
    EXPECT_NEAR(agreement.edited[3], 5.0 / 9, 1.01 / 9);
}

TEST(Agreement, StraightEdgesGiveNoEvidence)
{
    // A ramp, and a frame around nothing: alike in many pictures.
    Drawing ramp(480, 360);
    for (int y = 0; y < 360; ++y)
        for (int x = 0; x < 480; ++x)
            std::fill_n(ramp.at(x, y), 3, static_cast<std::uint8_t>(x * 255 / 479));
    const auto frame = with_pasted(flat(30, 480, 360), flat(220, 400, 280), 40, 40);
    for (const auto& drawing : {ramp, frame}) {
        const StoredSignGrid drawn(features::reference_sign_grid(grey(drawing)), memory);
        const auto agreement = agreement_of(drawn, sign_grid_of(drawing), false, {});
        EXPECT_EQ(agreement.agreeing, agreement.tiles);
        EXPECT_LT(agreement.evidence, 0.05 * agreement_with(picture).evidence);
    }
}

TEST(Agreement, OfANegativeCountsWhatTurned)
{
    const auto agreement = agreement_with(negative(picture), true);
    EXPECT_EQ(agreement.agreeing, agreement.tiles);
    EXPECT_GT(agreement.evidence, 200);
    EXPECT_EQ(agreement_with(negative(picture)).agreeing, 0);
    EXPECT_EQ(agreement_with(picture, true).agreeing, 0);
}

TEST(Agreement, IgnoredTilesDoNotCount)
{
    EXPECT_EQ(agreement_with(picture, false, std::vector<bool>(12 * 9, true)), [] {
        Agreement nothing;
        return nothing;
    }());
    std::vector<bool> upper(12 * 9, false);
    std::fill_n(upper.begin(), 12 * 5, true);
    std::vector<bool> lower = upper;
    lower.flip();
    const auto all = agreement_with(picture);
    const auto above = agreement_with(picture, false, lower);
    const auto below = agreement_with(picture, false, upper);
    EXPECT_EQ(above.tiles + below.tiles, all.tiles);
    EXPECT_NEAR(above.evidence + below.evidence, all.evidence, 1e-6);
}

TEST(Agreement, DrawnTilesGiveNoNaturalEvidence)
{
    auto drawn = features::reference_sign_grid(grey(picture));
    for (auto& tile : drawn.tiles)
        tile.is_graphic = true;
    const auto agreement = agreement_of(StoredSignGrid(drawn, memory), sign_grid_of(picture), false, {});
    EXPECT_EQ(agreement.natural_evidence, 0);
    EXPECT_GT(agreement.evidence, 200);
    for (auto& tile : drawn.tiles)
        tile.is_graphic = false;
    const auto natural = agreement_of(StoredSignGrid(drawn, memory), sign_grid_of(picture), false, {});
    EXPECT_EQ(natural.natural_evidence, natural.evidence);
}

TEST(Agreement, OfAnotherGridIsNothing)
{
    for (const auto& [columns, rows] : {std::pair(9, 12), std::pair(12, 8), std::pair(1, 1)}) {
        const auto sign_grid = sign_grid_of(picture, columns, rows);
        EXPECT_EQ(agreement_of(reference, sign_grid, false, {}), Agreement{});
        EXPECT_TRUE(tile_shares(reference, sign_grid, false).empty());
    }
    EXPECT_EQ(agreement_of(reference, SignGrid{}, false, {}), Agreement{});
    EXPECT_EQ(agreement_of(StoredSignGrid(memory), sign_grid_of(picture), false, {}), Agreement{});
}

TEST(Agreement, TilesOutsideThePictureDoNotCount)
{
    const View shifted{0, 12, 9, {480, 0, 240, 0, 360, 0}}; // the right half of the reference lies outside
    const auto shares = tile_shares(reference, features::sign_grid_at(grey(picture), shifted), false);
    ASSERT_EQ(shares.size(), 12U * 9U);
    for (std::size_t tile = 0; tile < shares.size(); ++tile) {
        const bool is_outside = tile % 12 >= 6;
        EXPECT_TRUE(shares[tile] == -1 || !is_outside) << tile;
    }
}

TEST(Agreement, TileSharesAreThoseOfClearBits)
{
    const auto shares = tile_shares(reference, sign_grid_of(picture), false);
    ASSERT_EQ(shares.size(), 12U * 9U);
    EXPECT_TRUE(std::ranges::all_of(shares, [](double share) { return share == -1 || share == 1; }));
}

} // namespace
} // namespace stillwatch::matcher
