#pragma once

#include "core/bytes.hpp"
#include "core/fingerprint.hpp"
#include "core/result.hpp"

#include <optional>

namespace stillwatch::matcher {

// Bounds of one picture, checked from its header before anything is decoded.
struct PictureLimits {
    std::size_t max_pixels = 64U << 20U; // 64 Mpx, width x height of one frame
    int max_side_px = 32'768;
    int min_side_px = 32; // smaller pictures (icons, pixels) are refused: nothing to compare
    // Memory for decoding beside the file. Row-wise formats reach max_pixels within it; those that need the
    // whole picture in colour (interlaced PNG, lossless WebP, TIFF, AVIF) stop at about a third of that.
    std::size_t max_working_bytes = 256U << 20U;
};

// The format by magic bytes; nothing when it is none of ours.
std::optional<PictureFormat> sniff_picture(ByteView file) noexcept;

// Decodes a picture file and says what there is to compare. Errors: undecodable (unknown format, broken or
// truncated beyond use), too_large, invalid_argument (too small). Single thread, no file, no network: made
// for the restricted worker, which calls prepare_worker() first.
Result<PictureFeatures> extract_features(ByteView file, const PictureLimits& limits = {});

} // namespace stillwatch::matcher
