#include "features/layout.hpp"

#include "tests/unit/pictures/drawing.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace stillwatch::features {
namespace {

using namespace pictures::test;

Drawing joined(int count, int width_px, int height_px)
{
    Drawing all(width_px, count * height_px);
    for (int i = 0; i < count; ++i)
        all = with_pasted(all, detailed_scene(static_cast<unsigned>(i + 1), width_px, height_px), 0,
                          i * height_px);
    return all;
}

Drawing sheet(int columns, int rows, int cell_px, int gutter_px)
{
    const int step = cell_px + gutter_px;
    auto page = flat(20, columns * step + gutter_px, rows * step + gutter_px);
    for (int i = 0; i < columns * rows; ++i)
        page = with_pasted(page, detailed_scene(static_cast<unsigned>(i + 1), cell_px, cell_px),
                           gutter_px + i % columns * step, gutter_px + i / columns * step);
    return page;
}

// Whether one of the parts is that rectangle, a few pixels off.
bool has(const std::vector<Part>& parts, const Part& wanted)
{
    constexpr int most_off = 3;
    const auto is_near = [](int a, int b) { return std::abs(a - b) <= most_off; };
    return std::ranges::any_of(parts, [&](const Part& part) {
        return is_near(part.x_px, wanted.x_px) && is_near(part.y_px, wanted.y_px) &&
               is_near(part.width_px, wanted.width_px) && is_near(part.height_px, wanted.height_px);
    });
}

TEST(Layout, AnOrdinaryPictureHasNoParts)
{
    for (unsigned seed = 1; seed <= 12; ++seed)
        EXPECT_TRUE(parts_of(luma(detailed_scene(seed, 320, 240))).empty()) << seed;
}

TEST(Layout, EveryCellOfAContactSheetIsAPart)
{
    const auto parts = parts_of(luma(sheet(4, 5, 120, 6)));
    EXPECT_EQ(parts.size(), 20U);
    for (int i = 0; i < 20; ++i)
        EXPECT_TRUE(has(parts, {6 + i % 4 * 126, 6 + i / 4 * 126, 120, 120})) << i;
}

TEST(Layout, ATitleAboveTheCellsHidesNone)
{
    const auto cells = sheet(3, 3, 120, 6);
    auto page = with_pasted(flat(20, cells.width_px, cells.height_px + 50), cells, 0, 50);
    for (int x = 10; x < 200; x += 7) // letters across the gutters
        page = with_pasted(page, flat(220, 4, 9), x, 20);
    EXPECT_EQ(parts_of(luma(page)).size(), 9U);
}

TEST(Layout, PicturesJoinedWithoutAGutterArePartedAtTheirSeams)
{
    const auto parts = parts_of(luma(joined(6, 320, 240)));
    for (int i = 0; i < 6; ++i)
        EXPECT_TRUE(has(parts, {0, i * 240, 320, 240})) << i;
}

TEST(Layout, ALongPictureIsSeenInWindows)
{
    const auto parts = parts_of(luma(detailed_scene(3, 200, 1'200)));
    ASSERT_FALSE(parts.empty());
    for (int y = 0; y < 1'200; y += 20) // each line by one of them at least
        EXPECT_TRUE(std::ranges::any_of(parts, [&](const Part& part) {
            return part.y_px <= y && y < part.y_px + part.height_px;
        })) << y;
}

TEST(Layout, ThereAreNeverMoreThanAWorkerMayTell)
{
    const auto parts = parts_of(luma(sheet(12, 12, 60, 4)));
    EXPECT_EQ(parts.size(), PictureFeatures::max_parts);
}

TEST(Layout, AFlatPictureAndATinyOneHaveNone)
{
    EXPECT_TRUE(parts_of(luma(flat(90, 400, 300))).empty());
    EXPECT_TRUE(parts_of(luma(detailed_scene(1, 20, 900))).empty());
}

} // namespace
} // namespace stillwatch::features
