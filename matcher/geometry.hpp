#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace stillwatch::matcher {

struct Point {
    double x = 0;
    double y = 0;

    friend bool operator==(const Point&, const Point&) = default;
};

// x' = a[0] x + a[1] y + a[2], y' = a[3] x + a[4] y + a[5].
struct Affine {
    std::array<double, 6> a{1, 0, 0, 0, 1, 0};

    Point operator()(Point p) const noexcept
    {
        return {a[0] * p.x + a[1] * p.y + a[2], a[3] * p.x + a[4] * p.y + a[5]};
    }
    double determinant() const noexcept { return a[0] * a[4] - a[1] * a[3]; }
    // 1 for a similarity, more the more the two axes are stretched apart; determinant() must not be 0.
    double anisotropy() const noexcept;

    friend bool operator==(const Affine&, const Affine&) = default;
};

// first `inner`, then `outer`.
Affine combined(const Affine& outer, const Affine& inner) noexcept;

// Two places that belong together.
struct Pair {
    Point from;
    Point to;
};

// The mapping with the least squared error; nothing for fewer than three pairs or pairs near one line.
std::optional<Affine> fit_affine(std::span<const Pair> pairs);

// How much of two frames lies on the other, 0..1 of their areas, when the first is laid onto the second.
struct Overlap {
    double of_first = 0;
    double of_second = 0;
    int corners_of_second = 0; // that lie on the first; a little inwards, where no edge decides
};

struct Size {
    double width = 0;
    double height = 0;
};

Overlap overlap_of(const Affine& mapping, Size first, Size second);

// The corners of a frame as they are mapped, clockwise from the upper left.
std::array<Point, 4> corners_of(const Affine& mapping, Size frame);

} // namespace stillwatch::matcher
