#include "features/extract.hpp"
#include "features/plausible.hpp"
#include "tests/fuzz/claim.hpp"

#include <cstddef>
#include <cstdint>

using namespace stillwatch;
using fuzz::claim;

// Any bytes as a picture file: every format, its metadata, the fingerprints and the local features.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    pictures::PictureLimits limits;
    limits.max_pixels = 1U << 20U; // small, so that many inputs are tried a second
    limits.max_working_bytes = 32U << 20U;
    const auto file = std::as_bytes(std::span(data, size));
    const auto coarse = features::extract_features(file, limits, Detail::coarse);
    if (coarse) claim(features::plausible(*coarse, Detail::coarse), "a coarse pass in bounds");
    const auto features = features::extract_features(file, limits);
    // What can be read to its end bears a coarse pass. A coarse pass may get by with less of a file.
    claim(coarse || !features, "a coarse pass fails where a full one does not");
    if (!features) {
        claim(!features.error().detail.empty(), "an error says why");
        return 0;
    }
    claim(features::plausible(*features, Detail::query), "features in bounds");
    const auto pixels =
        static_cast<std::size_t>(features->width_px) * static_cast<std::size_t>(features->height_px);
    claim(features->width_px >= limits.min_side_px && features->height_px >= limits.min_side_px,
          "not too small");
    claim(pixels <= limits.max_pixels, "not too large");
    return 0;
}
