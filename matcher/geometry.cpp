#include "matcher/geometry.hpp"

#include <algorithm>
#include <cmath>

namespace stillwatch::matcher {

namespace {

// What of a convex polygon lies on the inner side of a line, where inside(p) >= 0.
template <class Inside>
std::vector<Point> cut(const std::vector<Point>& polygon, const Inside& inside)
{
    std::vector<Point> kept;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const auto& a = polygon[i];
        const auto& b = polygon[(i + 1) % polygon.size()];
        const double at_a = inside(a);
        const double at_b = inside(b);
        if (at_a >= 0) kept.push_back(a);
        if ((at_a >= 0) != (at_b >= 0)) {
            const double share = at_a / (at_a - at_b);
            kept.push_back({a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)});
        }
    }
    return kept;
}

double area_of(const std::vector<Point>& polygon)
{
    double twice = 0;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const auto& a = polygon[i];
        const auto& b = polygon[(i + 1) % polygon.size()];
        twice += a.x * b.y - b.x * a.y;
    }
    return std::abs(twice) / 2;
}

} // namespace

double Affine::anisotropy() const noexcept
{
    const double squares = a[0] * a[0] + a[1] * a[1] + a[3] * a[3] + a[4] * a[4];
    return squares / 2 / std::abs(determinant());
}

Affine combined(const Affine& outer, const Affine& inner) noexcept
{
    const auto& o = outer.a;
    const auto& i = inner.a;
    return {{o[0] * i[0] + o[1] * i[3], o[0] * i[1] + o[1] * i[4], o[0] * i[2] + o[1] * i[5] + o[2],
             o[3] * i[0] + o[4] * i[3], o[3] * i[1] + o[4] * i[4], o[3] * i[2] + o[4] * i[5] + o[5]}};
}

std::optional<Affine> fit_affine(std::span<const Pair> pairs)
{
    if (pairs.size() < 3) return std::nullopt;
    const auto count = static_cast<double>(pairs.size());
    Point from;
    Point to;
    for (const auto& pair : pairs) {
        from.x += pair.from.x / count;
        from.y += pair.from.y / count;
        to.x += pair.to.x / count;
        to.y += pair.to.y / count;
    }
    double xx = 0, xy = 0, yy = 0, ux = 0, uy = 0, vx = 0, vy = 0;
    for (const auto& pair : pairs) {
        const double x = pair.from.x - from.x;
        const double y = pair.from.y - from.y;
        const double u = pair.to.x - to.x;
        const double v = pair.to.y - to.y;
        xx += x * x;
        xy += x * y;
        yy += y * y;
        ux += x * u;
        uy += y * u;
        vx += x * v;
        vy += y * v;
    }
    constexpr double near_a_line = 1e-3;
    const double determinant = xx * yy - xy * xy;
    if (determinant <= near_a_line * (xx + yy) * (xx + yy)) return std::nullopt;
    Affine fitted;
    fitted.a[0] = (ux * yy - uy * xy) / determinant;
    fitted.a[1] = (uy * xx - ux * xy) / determinant;
    fitted.a[2] = to.x - fitted.a[0] * from.x - fitted.a[1] * from.y;
    fitted.a[3] = (vx * yy - vy * xy) / determinant;
    fitted.a[4] = (vy * xx - vx * xy) / determinant;
    fitted.a[5] = to.y - fitted.a[3] * from.x - fitted.a[4] * from.y;
    return fitted;
}

std::array<Point, 4> corners_of(const Affine& mapping, Size frame)
{
    return {mapping({0, 0}), mapping({frame.width, 0}), mapping({frame.width, frame.height}),
            mapping({0, frame.height})};
}

Overlap overlap_of(const Affine& mapping, Size first, Size second)
{
    const auto corners = corners_of(mapping, first);
    std::vector<Point> polygon(corners.begin(), corners.end());
    const double whole = area_of(polygon);
    polygon = cut(polygon, [](const Point& p) { return p.x; });
    polygon = cut(polygon, [&](const Point& p) { return second.width - p.x; });
    polygon = cut(polygon, [](const Point& p) { return p.y; });
    polygon = cut(polygon, [&](const Point& p) { return second.height - p.y; });
    const double common = area_of(polygon);
    const double second_area = second.width * second.height;
    if (whole <= 0 || second_area <= 0) return {};
    Overlap overlap{std::min(1.0, common / whole), std::min(1.0, common / second_area), 0};
    const double determinant = mapping.determinant();
    if (determinant == 0) return overlap;
    constexpr double inwards = 0.02;
    for (const double x : {inwards * second.width, (1 - inwards) * second.width})
        for (const double y : {inwards * second.height, (1 - inwards) * second.height}) {
            const double dx = x - mapping.a[2];
            const double dy = y - mapping.a[5];
            const double u = (mapping.a[4] * dx - mapping.a[1] * dy) / determinant;
            const double v = (mapping.a[0] * dy - mapping.a[3] * dx) / determinant;
            if (u >= 0 && v >= 0 && u <= first.width && v <= first.height) ++overlap.corners_of_second;
        }
    return overlap;
}

} // namespace stillwatch::matcher
