#pragma once

#include "core/bytes.hpp"

#include <cstddef>

namespace stillwatch::packages {

// Rows of pixels with 8 bits a sample, one behind the other.
struct PngRows {
    std::size_t width_px = 0;
    std::size_t height_px = 0;
    std::size_t channels = 0;  // 1 grey, 3 red, green and blue
    bool are_filtered = false; // each row begins with how it is filtered, as in PNG
};

// A PNG file of them, not packed again. `pixels` holds at least the rows.
Bytes png_file(const PngRows& rows, ByteView pixels);

} // namespace stillwatch::packages
