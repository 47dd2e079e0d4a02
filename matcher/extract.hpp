#pragma once

#include "core/bytes.hpp"
#include "core/fingerprint.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <vector>

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

// The smallest thing that later questions about a decoded picture need: its working frames
// (matcher/working_frame.hpp), grey.
struct Gist {
    struct Grey {
        int width_px = 0;
        int height_px = 0;
        std::vector<std::uint8_t> levels; // row-major, 0 black
    };
    Sha256 file_digest;
    int width_px = 0; // of the picture itself
    int height_px = 0;
    std::vector<Grey> frames;
};

struct Extracted {
    PictureFeatures features;
    Gist gist; // without frames below Detail::query, which nothing asks about
};

// Decodes a picture file and says what there is to compare. Errors: undecodable (unknown format, broken or
// truncated beyond use), too_large, invalid_argument (too small), io (memory did not do, this time). Single thread, no file, no network: made
// for the restricted worker, which calls prepare_worker() first.
Result<Extracted> extract(ByteView file, const PictureLimits& limits, Detail detail);
// The gist alone, in the working frames of Detail::query. Errors as above.
Result<Gist> extract_gist(ByteView file, const PictureLimits& limits);
// The features alone.
Result<PictureFeatures> extract_features(ByteView file, const PictureLimits& limits = {},
                                         Detail detail = Detail::query);

// Censuses of a picture, one a view. Errors: invalid_argument (a frame that is not there, a mapping that is no
// finite one).
Result<std::vector<Census>> censuses_of(const Gist& gist, const std::vector<View>& views);

} // namespace stillwatch::matcher
