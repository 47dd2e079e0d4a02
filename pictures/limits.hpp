#pragma once

#include <cstddef>

namespace stillwatch::pictures {

// Bounds of one picture, checked from its header before anything is decoded.
struct PictureLimits {
    std::size_t max_pixels = 64U << 20U; // 64 Mpx, width x height of one frame
    int max_side_px = 32'768;
    int min_side_px = 32; // smaller pictures (icons, pixels) are refused: nothing to compare
    // Memory for decoding beside the file. Row-wise formats reach max_pixels within it; those that need the
    // whole picture in colour (interlaced PNG, lossless WebP, TIFF, AVIF) stop at about a third of that.
    std::size_t max_working_bytes = 256U << 20U;
};

} // namespace stillwatch::pictures
