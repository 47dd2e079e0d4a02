#include "matcher/draw.hpp"

#include <gtest/gtest.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <limits>

namespace stillwatch::matcher {
namespace {

using Rgb = std::array<std::uint8_t, 3>;

constexpr Rgb background{236, 236, 236};
constexpr Rgb place{0, 190, 255};
constexpr Rgb edited{255, 140, 0};
constexpr std::uint8_t reference_level = 200;
constexpr std::uint8_t found_level = 100;

struct Box {
    int left = std::numeric_limits<int>::max();
    int top = left;
    int right = -1; // the last pixel
    int bottom = -1;

    bool is_empty() const { return right < 0; }
    double width() const { return right - left + 1; }
    double height() const { return bottom - top + 1; }
};

struct Page {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb;

    Rgb at(int x, int y) const
    {
        const auto* pixel = rgb.data() + 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                                              static_cast<std::size_t>(x));
        return {pixel[0], pixel[1], pixel[2]};
    }
    // Around all pixels of that colour from column `from` to before `to`.
    Box box_of(const Rgb& colour, int from, int to) const
    {
        Box box;
        for (int y = 0; y < height; ++y)
            for (int x = from; x < to; ++x)
                if (at(x, y) == colour)
                    box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x),
                           std::max(box.bottom, y)};
        return box;
    }
    bool has(const Rgb& colour) const { return !box_of(colour, 0, width).is_empty(); }
    // Around all squares of 3 x 3 pixels of that level: letters and outlines are mixed with it on their edges
    // only.
    Box even_box_of(std::uint8_t level) const
    {
        const auto is_even = [&](int left, int top) {
            for (int y = top; y < top + 3; ++y)
                for (int x = left; x < left + 3; ++x)
                    if (at(x, y) != Rgb{level, level, level}) return false;
            return true;
        };
        Box box;
        for (int y = 0; y + 3 <= height; ++y)
            for (int x = 0; x + 3 <= width; ++x)
                if (is_even(x, y))
                    box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x + 2),
                           std::max(box.bottom, y + 2)};
        return box;
    }
    Box reference() const { return even_box_of(reference_level); }
    Box found() const { return even_box_of(found_level); }
};

Page read_page(const Bytes& file)
{
    Page page;
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    EXPECT_NE(png_image_begin_read_from_memory(&image, file.data(), file.size()), 0);
    image.format = PNG_FORMAT_RGB;
    page.width = static_cast<int>(image.width);
    page.height = static_cast<int>(image.height);
    page.rgb.resize(std::size_t{3} * image.width * image.height);
    EXPECT_NE(png_image_finish_read(&image, nullptr, page.rgb.data(), 0, nullptr), 0);
    return page;
}

features::Preview even(int width_px, int height_px, std::uint8_t level, int full_width_px, int full_height_px)
{
    const auto levels = static_cast<std::size_t>(width_px) * static_cast<std::size_t>(height_px);
    return {full_width_px, full_height_px, {width_px, height_px, std::vector<std::uint8_t>(levels, level)}};
}

const features::Preview reference_picture = even(640, 480, reference_level, 800, 600);
const features::Preview found_picture = even(800, 400, found_level, 4'000, 2'000);

Match match_with(std::optional<Placement> placement)
{
    Match match;
    match.tier = placement ? Tier::derived : Tier::near;
    match.status = MatchStatus::candidate;
    match.score = 0.62;
    match.distance_bits = 118;
    match.inliers = 57;
    match.placement = placement;
    return match;
}

// The middle of the found picture, in its full size.
Placement middle()
{
    Placement placement;
    placement.quadrilateral = {1'000, 500, 3'000, 500, 3'000, 1'500, 1'000, 1'500};
    return placement;
}

Page drawn(const Match& match, std::string reference_name = "r.jpg", std::string found_name = "f.png")
{
    return read_page(draw_match({reference_picture, std::move(reference_name)},
                                {found_picture, std::move(found_name)}, match));
}

// No colour but the background's in the outer columns: nothing was cut.
bool has_clean_sides(const Page& page)
{
    for (int y = 0; y < page.height; ++y)
        for (int x = 0; x < 8; ++x)
            if (page.at(x, y) != background || page.at(page.width - 1 - x, y) != background) return false;
    return true;
}

TEST(Draw, ShowsBothPicturesAtOneHeight)
{
    const auto page = drawn(match_with(std::nullopt));
    const auto reference = page.reference();
    const auto found = page.found();
    EXPECT_EQ(reference.top, found.top);
    EXPECT_EQ(reference.bottom, found.bottom);
    EXPECT_LT(reference.right, found.left);
    EXPECT_NEAR(reference.width() / reference.height(), 640.0 / 480, 0.01);
    EXPECT_NEAR(found.width() / found.height(), 2.0, 0.01);
}

TEST(Draw, OutlinesTheReferenceWhereItLies)
{
    const auto page = drawn(match_with(middle()));
    const auto found = page.found();
    const auto outline = page.box_of(place, found.left, page.width);
    // The dot reaches further than the lines, at the upper left corner.
    EXPECT_NEAR(outline.right, found.left + 0.75 * found.width(), 2);
    EXPECT_NEAR(outline.left, found.left + 0.25 * found.width(), 7);
    EXPECT_NEAR(outline.top, found.top + 0.25 * found.height(), 7);
    EXPECT_FALSE(page.has(edited));
}

TEST(Draw, MapsTheBoxOfWhatDisagreesIntoTheFoundPicture)
{
    auto placement = middle();
    placement.quadrilateral = {3'000, 500, 1'000, 500, 1'000, 1'500, 3'000, 1'500}; // mirrored
    placement.edited = {0.0625, 0.25, 0.25, 0.75};
    const auto page = drawn(match_with(placement));
    const auto reference = page.reference();
    const auto found = page.found();
    // The legend's swatch stands below both.
    Page pictures = page;
    pictures.height = found.bottom;
    const auto in_reference = pictures.box_of(edited, 0, reference.right);
    EXPECT_NEAR(in_reference.left, reference.left + 0.0625 * reference.width(), 2);
    EXPECT_NEAR(in_reference.right, reference.left + 0.25 * reference.width(), 2);
    EXPECT_NEAR(in_reference.top, reference.top + 0.25 * reference.height(), 2);
    EXPECT_NEAR(in_reference.bottom, reference.top + 0.75 * reference.height(), 2);
    const auto in_found = pictures.box_of(edited, found.left, page.width);
    EXPECT_NEAR(in_found.left, found.left + (0.75 - 0.25 * 0.5) * found.width(), 2);
    EXPECT_NEAR(in_found.right, found.left + (0.75 - 0.0625 * 0.5) * found.width(), 2);
    EXPECT_NEAR(in_found.top, found.top + (0.25 + 0.25 * 0.5) * found.height(), 2);
    EXPECT_NEAR(in_found.bottom, found.top + (0.25 + 0.75 * 0.5) * found.height(), 2);
}

TEST(Draw, OutlinesInTheReferenceWhatACropShows)
{
    auto placement = middle();
    placement.quadrilateral = {-4'000, -2'000, 12'000, -2'000,
                               12'000, 6'000,  -4'000, 6'000}; // a quarter of each side
    auto page = drawn(match_with(placement));
    const auto reference = page.reference();
    page.height = reference.bottom; // without the legend
    const auto part = page.box_of(place, 0, reference.right);
    EXPECT_NEAR(part.left, reference.left + 0.25 * reference.width(), 2);
    EXPECT_NEAR(part.right, reference.left + 0.5 * reference.width(), 2);
    EXPECT_NEAR(part.top, reference.top + 0.25 * reference.height(), 2);
    EXPECT_NEAR(part.bottom, reference.top + 0.5 * reference.height(), 2);
}

TEST(Draw, OutlinesAreClippedToThePicture)
{
    auto placement = middle();
    placement.edited = {0, 0, 1, 1};
    for (const double far : {1e5, 1e300}) {
        placement.quadrilateral = {-far, -far, far, 1'000, 2'000, far, -far, far};
        const auto page = drawn(match_with(placement));
        const auto found = page.found();
        const auto outline = page.box_of(place, found.left - 30, page.width);
        EXPECT_TRUE(outline.is_empty() ||
                    (outline.left >= found.left - 4 && outline.right <= found.right + 4));
        EXPECT_TRUE(has_clean_sides(page));
    }
    placement.quadrilateral[3] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(has_clean_sides(drawn(match_with(placement))));
}

TEST(Draw, WithoutPlacementNothingIsOutlined)
{
    for (const auto tier : {Tier::exact, Tier::near}) {
        auto match = match_with(std::nullopt);
        match.tier = tier;
        const auto page = drawn(match);
        EXPECT_FALSE(page.has(place));
        EXPECT_FALSE(page.has(edited));
    }
}

TEST(Draw, LongNamesAndFiguresStayInside)
{
    auto match = match_with(middle());
    match.orientation = Orientation::flip_minus_1;
    match.inverted = true;
    match.placement->evidence = 1e9;
    match.placement->edited = {0.1, 0.1, 0.9, 0.9};
    std::string wide(200, 'W');
    wide += ".jpg";
    std::string long_text = "\xc3\xa4\x1b\n";
    long_text.append(5'000, 'i');
    const auto page = drawn(match, wide, long_text);
    EXPECT_TRUE(has_clean_sides(page));
    EXPECT_EQ(page.width, drawn(match).width);
}

TEST(Draw, EveryShapeOfPictureFits)
{
    const std::array shapes{std::pair(1, 1), std::pair(1'000, 1), std::pair(1, 1'000),
                            std::pair(1'000, 1'000)};
    for (const auto& [width, height] : shapes) {
        for (const auto& [other_width, other_height] : shapes) {
            const auto one = even(width, height, reference_level, 32 * width, 32 * height);
            const auto other =
                even(other_width, other_height, found_level, 32 * other_width, 32 * other_height);
            const auto page = read_page(draw_match({one, "one"}, {other, "other"}, match_with(middle())));
            EXPECT_TRUE(has_clean_sides(page));
            EXPECT_LE(page.width, 3'000);
            EXPECT_LE(page.height, 1'000);
        }
    }
}

} // namespace
} // namespace stillwatch::matcher
