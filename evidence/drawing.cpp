#include "evidence/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace stillwatch::evidence {

namespace {

struct Point {
    double x = 0;
    double y = 0;
};

constexpr double longest_side = 420; // of the picture, in units of the drawing
constexpr double margin = 30;        // a reference may lie partly outside: so much of it is shown

Point between(Point a, Point b, double share)
{
    return {a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share};
}

// A place of the reference's unit square in the found picture: the four corners bilinearly, which is exact
// along its sides and near enough inside them for a drawing.
Point inside(const std::array<Point, 4>& corners, double x, double y)
{
    return between(between(corners[0], corners[1], x), between(corners[3], corners[2], x), y);
}

std::string polygon(const std::array<Point, 4>& corners)
{
    std::string points;
    for (const auto& [x, y] : corners)
        points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", x, y);
    return points;
}

} // namespace

std::string render_drawing(const Placement& placement, PictureSize size)
{
    const auto is_finite = [](double value) { return std::isfinite(value) && std::abs(value) < 1e7; };
    if (size.width_px <= 0 || size.height_px <= 0 ||
        !std::ranges::all_of(placement.quadrilateral, is_finite) ||
        !std::ranges::all_of(placement.edited, is_finite))
        return {};
    const double scale = longest_side / std::max(size.width_px, size.height_px);
    const double width = size.width_px * scale;
    const double height = size.height_px * scale;
    std::array<Point, 4> corners{};
    for (std::size_t i = 0; i < 4; ++i)
        corners[i] = {placement.quadrilateral[2 * i] * scale + margin,
                      placement.quadrilateral[2 * i + 1] * scale + margin};
    auto svg =
        fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
                    "viewBox=\"0 0 {0:.0f} {1:.0f}\" "
                    "role=\"img\">\n<title>Where the reference lies in the found picture</title>\n"
                    "<rect width=\"100%\" height=\"100%\" fill=\"#f7f7f7\"/>\n"
                    "<rect x=\"{2:.0f}\" y=\"{2:.0f}\" width=\"{3:.1f}\" height=\"{4:.1f}\" fill=\"#e4e4e4\" "
                    "stroke=\"#777\"/>\n",
                    std::ceil(width + 2 * margin), std::ceil(height + 2 * margin), margin, width, height);
    svg += fmt::format("<polygon points=\"{}\" fill=\"none\" stroke=\"#0050b0\" stroke-width=\"2\"/>\n"
                       "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"#0050b0\"/>\n",
                       polygon(corners), corners[0].x, corners[0].y);
    const auto& [left, top, right, bottom] = placement.edited;
    if (right > left && bottom > top) {
        const std::array box{inside(corners, left, top), inside(corners, right, top),
                             inside(corners, right, bottom), inside(corners, left, bottom)};
        svg += fmt::format("<polygon points=\"{}\" fill=\"none\" stroke=\"#b00020\" stroke-width=\"2\" "
                           "stroke-dasharray=\"6 4\"/>\n",
                           polygon(box));
    }
    return svg + "</svg>\n";
}

} // namespace stillwatch::evidence
