#include "matcher/geometry.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace stillwatch::matcher {
namespace {

constexpr Size square{100, 100};

std::vector<Pair> mapped(const Affine& mapping, const std::vector<Point>& points)
{
    std::vector<Pair> pairs;
    for (const auto& point : points)
        pairs.push_back({point, mapping(point)});
    return pairs;
}

Affine shift(double x, double y)
{
    return {{1, 0, x, 0, 1, y}};
}

void expect_overlap(const Affine& mapping, double of_first, double of_second, int corners)
{
    const auto overlap = overlap_of(mapping, square, square);
    EXPECT_NEAR(overlap.of_first, of_first, 1e-9);
    EXPECT_NEAR(overlap.of_second, of_second, 1e-9);
    EXPECT_EQ(overlap.corners_of_second, corners);
}

TEST(Affine, CombinedAppliesTheInnerOneFirst)
{
    const Affine outer{{2, 0, 1, 0, 3, 0}};
    const Affine inner{{0, -1, 5, 1, 0, 7}};
    const Point point{11, 13};
    EXPECT_EQ(combined(outer, inner)(point), outer(inner(point)));
    EXPECT_EQ(combined(Affine{}, inner), inner);
    EXPECT_EQ(combined(inner, Affine{}), inner);
}

TEST(Affine, AnisotropyIsOneForSimilaritiesAndMoreForStretching)
{
    EXPECT_NEAR((Affine{{3 * std::cos(0.4), -3 * std::sin(0.4), 9, 3 * std::sin(0.4), 3 * std::cos(0.4), 2}})
                    .anisotropy(),
                1, 1e-12);
    EXPECT_NEAR((Affine{{-1, 0, 0, 0, 1, 0}}).anisotropy(), 1, 1e-12);
    EXPECT_NEAR((Affine{{2, 0, 0, 0, 1, 0}}).anisotropy(), 1.25, 1e-12);
}

TEST(FitAffine, RecoversAMapping)
{
    const Affine mapping{{0.9, 0.3, 17, -0.2, 1.1, -4}};
    const auto fitted = fit_affine(mapped(mapping, {{0, 0}, {400, 10}, {380, 290}, {5, 310}, {200, 150}}));
    ASSERT_TRUE(fitted);
    for (std::size_t i = 0; i < 6; ++i)
        EXPECT_NEAR(fitted->a[i], mapping.a[i], 1e-9) << i;
}

TEST(FitAffine, ThreePairsAreEnough)
{
    const Affine mapping{{0, -1, 100, 1, 0, 0}};
    const auto fitted = fit_affine(mapped(mapping, {{0, 0}, {100, 0}, {0, 100}}));
    ASSERT_TRUE(fitted);
    EXPECT_NEAR((*fitted)({30, 40}).x, 60, 1e-9);
    EXPECT_NEAR((*fitted)({30, 40}).y, 30, 1e-9);
}

TEST(FitAffine, ErrorsThatCancelOutDoNotMoveIt)
{
    auto pairs = mapped(shift(5, 5), {{0, 0}, {100, 0}, {100, 100}, {0, 100}});
    const auto exact = pairs;
    for (const double error : {2.0, -2.0})
        for (auto pair : exact) {
            pair.to.x += error;
            pairs.push_back(pair);
        }
    const auto fitted = fit_affine(pairs);
    ASSERT_TRUE(fitted);
    EXPECT_NEAR((*fitted)({50, 50}).x, 55, 1e-9);
}

TEST(FitAffine, RefusesTooFewPairs)
{
    EXPECT_FALSE(fit_affine({}));
    EXPECT_FALSE(fit_affine(mapped({}, {{0, 0}, {100, 50}})));
}

TEST(FitAffine, RefusesPairsNearOneLine)
{
    EXPECT_FALSE(fit_affine(mapped({}, {{0, 0}, {10, 20}, {20, 40}, {50, 100}}))) << "on it";
    EXPECT_FALSE(fit_affine(mapped({}, {{0, 0}, {100, 1}, {200, 0}, {300, 1}}))) << "beside it";
    EXPECT_FALSE(fit_affine(mapped({}, {{7, 7}, {7, 7}, {7, 7}, {7, 7}}))) << "at one place";
}

TEST(Corners, GoClockwiseFromTheUpperLeft)
{
    const std::array<Point, 4> upright{{{0, 0}, {40, 0}, {40, 30}, {0, 30}}};
    EXPECT_EQ(corners_of({}, {40, 30}), upright);
    const std::array<Point, 4> mirrored{{{40, 0}, {0, 0}, {0, 30}, {40, 30}}};
    EXPECT_EQ(corners_of({{-1, 0, 40, 0, 1, 0}}, {40, 30}), mirrored);
}

TEST(Overlap, OfShiftedFrames)
{
    expect_overlap(shift(0, 0), 1, 1, 4);
    expect_overlap(shift(50, 0), 0.5, 0.5, 2);
    expect_overlap(shift(50, -50), 0.25, 0.25, 1);
}

TEST(Overlap, OfOneFrameInsideTheOther)
{
    expect_overlap({{0.5, 0, 25, 0, 0.5, 25}}, 1, 0.25, 0);
    expect_overlap({{2, 0, -50, 0, 2, -50}}, 0.25, 1, 4);
}

TEST(Overlap, OfMirroredAndTurnedFrames)
{
    expect_overlap({{-1, 0, 100, 0, 1, 0}}, 1, 1, 4);
    expect_overlap({{-1, 0, 150, 0, 1, 0}}, 0.5, 0.5, 2);
    const double c = std::sqrt(0.5);
    expect_overlap({{c, -c, 50, c, c, 50 - 100 * c}}, 2 * (std::sqrt(2) - 1), 2 * (std::sqrt(2) - 1), 0);
}

TEST(Overlap, OfFramesApart)
{
    expect_overlap(shift(200, 0), 0, 0, 0);
    expect_overlap(shift(0, -101), 0, 0, 0);
}

TEST(Overlap, OfNothingIsNothing)
{
    expect_overlap({{0, 0, 50, 0, 0, 50}}, 0, 0, 0); // a point
    expect_overlap({{1, 1, 0, 1, 1, 0}}, 0, 0, 0);   // a line
    EXPECT_EQ(overlap_of({}, {0, 0}, square).of_second, 0);
    EXPECT_EQ(overlap_of({}, square, {0, 10}).of_first, 0);
}

TEST(Overlap, CornersALittleOutsideStillLieOnTheFirst)
{
    // An affine fit to a copy is off by less than a hundredth of the frame.
    EXPECT_EQ(overlap_of({{0.98, 0, 1, 0, 0.98, 1}}, square, square).corners_of_second, 4);
    EXPECT_EQ(overlap_of({{0.9, 0, 5, 0, 0.9, 5}}, square, square).corners_of_second, 0);
}

} // namespace
} // namespace stillwatch::matcher
