#pragma once

#include "core/bytes.hpp"
#include "core/fingerprint.hpp"
#include "core/result.hpp"
#include "pictures/limits.hpp"
#include "pictures/picture.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace stillwatch::features {

// The smallest thing that later questions about a decoded picture need: its working frames
// (features/working_frame.hpp), grey.
struct DecodedFrames {
    struct Grey {
        int width_px = 0;
        int height_px = 0;
        std::vector<std::uint8_t> levels; // row-major, 0 black
    };
    Sha256 file_digest;
    int width_px = 0; // of the picture itself
    int height_px = 0;
    std::vector<Grey> frames;
    // Frames as they were decoded, of which those above are made when they are first asked about: of most
    // pictures nobody asks. Empty once that was done.
    std::vector<pictures::Luma> whole{};
};

// Of all frames that wait in DecodedFrames::whole together, 4 MB; larger pictures are decoded again.
constexpr std::size_t max_whole_pixels = 2'000'000;

struct Extracted {
    PictureFeatures features;
    // Below Detail::query without frames, and only of what was decoded in full with `whole`, up to
    // max_whole_pixels.
    DecodedFrames decoded;
};

// Decodes a picture file and says what there is to compare. Errors: undecodable (unknown format, broken or
// truncated beyond use), too_large, invalid_argument (too small), io (memory did not do, this time). Single
// thread, no file, no network: made for the restricted worker, which calls prepare_worker() first.
Result<Extracted> extract(ByteView file, const pictures::PictureLimits& limits, Detail detail);
// The decoded frames alone, in the working frames of Detail::query. Errors as above.
Result<DecodedFrames> decode_frames(ByteView file, const pictures::PictureLimits& limits);
// The features alone.
Result<PictureFeatures> extract_features(ByteView file, const pictures::PictureLimits& limits = {},
                                         Detail detail = Detail::query);

// Sign grids of a picture, one a view; makes its working frames where that waited. Errors: invalid_argument
// (a frame that is not there, a mapping that is no finite one).
Result<std::vector<SignGrid>> sign_grids_of(DecodedFrames& decoded, const std::vector<View>& views);

} // namespace stillwatch::features
