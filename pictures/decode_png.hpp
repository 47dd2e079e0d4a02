#pragma once

#include "core/result.hpp"
#include "pictures/picture.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace stillwatch::pictures {

struct RgbaPixels {
    int width_px = 0;
    int height_px = 0;
    std::vector<std::uint8_t> rgba; // row-major, alpha not multiplied in
};

// All pixels of a PNG file, which is taken whatever its check sums say: for the frames of an animation.
// Errors: too_large (more than `most_pixels`), undecodable (broken or cut), io.
Result<RgbaPixels> png_pixels(ByteView file, std::size_t most_pixels);

} // namespace stillwatch::pictures
