#include "matcher/strip_order.hpp"

#include "comparing.hpp"
#include "features/sign_grid.hpp"
#include "features/working_frame.hpp"

#include <gtest/gtest.h>

#include <array>

// Pictures that were cut into strips which were put in another order.
namespace stillwatch::matcher {
namespace {

using namespace test;
using namespace pictures::test;

constexpr std::array order{3, 6, 1, 4, 7, 2, 0, 5};

Drawing in_strips(const Drawing& drawing, Strips strips)
{
    const bool is_rows = strips == Strips::rows;
    const int count = static_cast<int>(order.size());
    const int side = (is_rows ? drawing.height_px : drawing.width_px) / count; // what is left over is cut off
    Drawing result(is_rows ? drawing.width_px : side * count, is_rows ? side * count : drawing.height_px);
    for (int place = 0; place < count; ++place) {
        const int from = order[static_cast<std::size_t>(place)] * side;
        const auto strip = is_rows ? cropped(drawing, 0, from, drawing.width_px, side)
                                   : cropped(drawing, from, 0, side, drawing.height_px);
        result = with_pasted(result, strip, is_rows ? 0 : place * side, is_rows ? place * side : 0);
    }
    return result;
}

// What strip_order_of says of `found` against `reference`, laid as the whole on the whole.
StripOrder order_in(Strips strips, const Drawing& reference, const Drawing& found)
{
    const auto sign_grid = features::reference_sign_grid(grey(reference));
    const StoredSignGrid stored(sign_grid, *std::pmr::new_delete_resource());
    const Size size{static_cast<double>(found.width_px), static_cast<double>(found.height_px)};
    const auto looks = looks_for_strips(
        strips, stored, {static_cast<double>(reference.width_px), static_cast<double>(reference.height_px)},
        size);
    if (!looks) return {};
    std::array<SignGrid, 2> grids;
    for (std::size_t i = 0; i < grids.size(); ++i) {
        View view{0, stored.tile_columns, stored.tile_rows, {}};
        std::ranges::copy(combined(Affine{{size.width, 0, 0, 0, size.height, 0}}, looks->unit[i]).a, view.a);
        grids[i] = features::sign_grid_at(grey(found), view);
    }
    return strip_order_of(strips, stored, {&grids[0], &grids[1]}, looks->shown_share, false, {});
}

TEST(StripOrder, StripsAreFoundWhereverTheyStand)
{
    const auto reference = detailed_scene(61, 500, 375); // no multiple of eight
    for (const auto strips : {Strips::rows, Strips::columns}) {
        const auto found = order_in(strips, reference, in_strips(reference, strips));
        EXPECT_TRUE(is_reordered(found)) << found.evidence;
        EXPECT_GE(found.placed, 6);
        EXPECT_GE(found.shifts, 5);
    }
}

TEST(StripOrder, WhatWasNotPutInAnotherOrderIsNone)
{
    const auto reference = detailed_scene(61, 500, 375);
    for (const auto strips : {Strips::rows, Strips::columns}) {
        EXPECT_FALSE(is_reordered(order_in(strips, reference, reference)))
            << "one shift, however much agrees";
        const auto other = detailed_scene(62, 500, 375);
        EXPECT_EQ(order_in(strips, reference, other).shifts, 0);
        EXPECT_FALSE(is_reordered(order_in(strips, reference, in_strips(other, strips))));
        EXPECT_EQ(order_in(strips, reference,
                           in_strips(reference, strips == Strips::rows ? Strips::columns : Strips::rows))
                      .strips,
                  0)
            << "cut the other way";
    }
}

TEST(StripOrder, APictureOfAnotherShapeIsNoStrips)
{
    const auto sign_grid = features::reference_sign_grid(grey(detailed_scene(61, 500, 375)));
    const StoredSignGrid stored(sign_grid, *std::pmr::new_delete_resource());
    EXPECT_TRUE(looks_for_strips(Strips::rows, stored, {500, 375}, {1000, 736}));
    EXPECT_FALSE(looks_for_strips(Strips::rows, stored, {500, 375}, {1000, 600}));
    EXPECT_FALSE(looks_for_strips(Strips::columns, stored, {500, 375}, {1200, 750}));
}

TEST(StripOrder, PicturesOfStripsAreMatchesHoweverTheyAreTurned)
{
    const auto drawing = detailed_scene(63, 500, 375);
    std::vector<EnrolledReference> all{enrolled(1, encode_jpeg(drawing))};
    for (unsigned id = 2; id <= 5; ++id)
        all.push_back(enrolled(id, encode_jpeg(detailed_scene(500 + id, 500, 375))));
    const ReferenceSet set(std::move(all), 1, *std::pmr::new_delete_resource());
    const auto strips = in_strips(drawing, Strips::rows);
    for (const auto& found :
         {strips, in_strips(drawing, Strips::columns), mirrored(strips), rotated_right(strips)}) {
        const auto matches = compare(set, encode_jpeg(found, JpegKind::colour, 85));
        ASSERT_EQ(matches.size(), 1U);
        EXPECT_EQ(matches.front().reference.value, 1);
        EXPECT_EQ(matches.front().status, MatchStatus::match);
        EXPECT_EQ(matches.front().tier, Tier::derived);
        EXPECT_EQ(matches.front().relation, Relation::edited);
    }
    const auto other = in_strips(detailed_scene(64, 500, 375), Strips::rows);
    EXPECT_TRUE(compare(set, encode_jpeg(other, JpegKind::colour, 85)).empty());
}

} // namespace
} // namespace stillwatch::matcher
