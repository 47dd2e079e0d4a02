#pragma once

#include "core/local_features.hpp"

#include <cstddef>
#include <cstdint>

namespace stillwatch::features {

// Side of the square that a descriptor looks at, in pixels of its pyramid level, and how far it may reach
// from the point when it is turned.
constexpr float patch_side_px = 28;
constexpr int patch_reach_px = 22;

// An 8-bit level of a pyramid around a point: `stride` bytes from row to row. Everything within
// patch_reach_px of the point must be there.
struct Level {
    const std::uint8_t* levels = nullptr;
    std::ptrdiff_t stride = 0;
};

// Describes the surroundings of (x, y), pixels from the first of `level`, turned by `angle` radians.
//
// A patch of 16 x 16 samples is pooled into 4 x 4 cells of 8 directions of the gradient, as SIFT does (Lowe,
// "Distinctive Image Features from Scale-Invariant Keypoints", 2004); each bit says which of two of these 128
// sums is larger. Which two was chosen by measurement (docs/decisions/0005-local-features.md): pairs that
// seldom change in altered copies, are true half of the time, and tell different things. Each pair comes with
// its mirror image, so a mirrored picture's descriptor is known without looking at it.
Descriptor describe(const Level& level, float x, float y, float angle);

} // namespace stillwatch::features
