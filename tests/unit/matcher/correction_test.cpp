#include "matcher/correction.hpp"

#include "features/sign_grid.hpp"
#include "tests/unit/pictures/drawing.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace stillwatch::matcher {
namespace {

using namespace pictures::test;

auto& memory = *std::pmr::new_delete_resource();
const Drawing picture = detailed_scene(1, 480, 360); // 96 x 72 cells of 5 pixels
const StoredSignGrid reference(features::reference_sign_grid(grey(picture)), memory);

// Of the picture, taken where `unit_to_picture` says.
SignGrid sign_grid_at(const Drawing& drawing, const Affine& unit_to_picture)
{
    View view{0, reference.tile_columns, reference.tile_rows, {}};
    std::ranges::copy(unit_to_picture.a, view.a);
    return features::sign_grid_at(grey(drawing), view);
}

Affine shifted(double x, double y, double scale = 1, double turn = 0)
{
    const double c = scale * std::cos(turn);
    const double s = scale * std::sin(turn);
    // About the middle, 240 and 180.
    return {{480 * c, -360 * s, 240 + x - 240 * c + 180 * s, 480 * s, 360 * c, 180 + y - 240 * s - 180 * c}};
}

// How far the corrected place of the worst corner is from its true one.
double off_px(const Affine& taken, const Correction& correction)
{
    const auto corrected = combined(taken, correction.unit);
    const auto truth = shifted(0, 0);
    double worst = 0;
    for (const Point corner : {Point{0, 0}, Point{1, 0}, Point{1, 1}, Point{0, 1}}) {
        const auto a = corrected(corner);
        const auto b = truth(corner);
        worst = std::max(worst, std::hypot(a.x - b.x, a.y - b.y));
    }
    return worst;
}

TEST(Correction, FindsThePlaceBesideWhereTheSignGridWasTaken)
{
    for (const auto& taken : {shifted(9, -6), shifted(-4, 11), shifted(0, 0, 1.04), shifted(3, 3, 0.97),
                              shifted(0, 0, 1, 0.04), shifted(5, -4, 1.02, -0.02)}) {
        const auto found = sign_grid_at(picture, taken);
        const auto before = agreement_of(reference, found, false, {});
        const auto correction = correction_of(reference, found, false, {});
        ASSERT_TRUE(correction);
        EXPECT_GT(correction->evidence, before.evidence);
        EXPECT_LT(off_px(taken, *correction), 5); // a cell
        const auto after =
            agreement_of(reference, sign_grid_at(picture, combined(taken, correction->unit)), false, {});
        EXPECT_GT(after.evidence, before.evidence);
        EXPECT_GT(after.agreeing, before.agreeing);
    }
}

TEST(Correction, IsNothingWhereTheSignGridWasWellTaken)
{
    EXPECT_FALSE(correction_of(reference, sign_grid_at(picture, shifted(0, 0)), false, {}));
}

TEST(Correction, IsNothingForAnotherPicture)
{
    for (unsigned seed = 2; seed < 6; ++seed)
        EXPECT_FALSE(
            correction_of(reference, sign_grid_at(detailed_scene(seed, 480, 360), shifted(0, 0)), false, {}))
            << seed;
}

TEST(Correction, LooksAtANegativeAsOne)
{
    const auto turned = pictures::test::negative(picture);
    const auto found = sign_grid_at(turned, shifted(8, 0));
    EXPECT_FALSE(correction_of(reference, found, false, {}));
    ASSERT_TRUE(correction_of(reference, found, true, {}));
}

TEST(Correction, TilesOfATemplateHaveNoVoice)
{
    const std::vector<bool> all(reference.tiles.size(), true);
    EXPECT_FALSE(correction_of(reference, sign_grid_at(picture, shifted(8, 0)), false, all));
}

TEST(Correction, ASignGridOfTheWrongShapeEndsInAnAnswer)
{
    EXPECT_FALSE(correction_of(reference, SignGrid{}, false, {}));
    EXPECT_FALSE(correction_of(reference,
                               SignGrid{1, 1, std::vector<std::uint8_t>(8), std::vector<std::uint8_t>(8),
                                        std::vector<std::uint8_t>(8), std::vector<std::uint8_t>(8)},
                               false, {}));
}

} // namespace
} // namespace stillwatch::matcher
