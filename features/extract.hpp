#pragma once

#include "core/bytes.hpp"
#include "core/fingerprint.hpp"
#include "core/result.hpp"
#include "pictures/limits.hpp"

#include <cstdint>
#include <vector>

namespace stillwatch::features {

// The smallest thing that later questions about a decoded picture need: its working frames
// (features/working_frame.hpp), grey.
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
// truncated beyond use), too_large, invalid_argument (too small), io (memory did not do, this time). Single
// thread, no file, no network: made for the restricted worker, which calls prepare_worker() first.
Result<Extracted> extract(ByteView file, const pictures::PictureLimits& limits, Detail detail);
// The gist alone, in the working frames of Detail::query. Errors as above.
Result<Gist> extract_gist(ByteView file, const pictures::PictureLimits& limits);
// The features alone.
Result<PictureFeatures> extract_features(ByteView file, const pictures::PictureLimits& limits = {},
                                         Detail detail = Detail::query);

// Censuses of a picture, one a view. Errors: invalid_argument (a frame that is not there, a mapping that is
// no finite one).
Result<std::vector<Census>> censuses_of(const Gist& gist, const std::vector<View>& views);

} // namespace stillwatch::features
