#include "matcher/extract.hpp"
#include "tests/fuzz/claim.hpp"

#include <cstddef>
#include <cstdint>

using namespace stillwatch;
using fuzz::claim;

// Any bytes as a picture file: every format, its metadata and the fingerprints.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    matcher::PictureLimits limits;
    limits.max_pixels = 1U << 20U; // small, so that many inputs are tried a second
    limits.max_working_bytes = 32U << 20U;
    const auto features = matcher::extract_features(std::as_bytes(std::span(data, size)), limits);
    if (!features) {
        claim(!features.error().detail.empty(), "an error says why");
        return 0;
    }
    claim(!features->frames.empty() && features->frames.size() <= PictureFeatures::max_frames,
          "1 to 4 frames");
    const auto pixels =
        static_cast<std::size_t>(features->width_px) * static_cast<std::size_t>(features->height_px);
    claim(features->width_px >= limits.min_side_px && features->height_px >= limits.min_side_px,
          "not too small");
    claim(pixels <= limits.max_pixels, "not too large");
    for (const auto& frame : features->frames)
        claim(frame.quality_percent >= 0 && frame.quality_percent <= 100, "quality is a percentage");
    return 0;
}
