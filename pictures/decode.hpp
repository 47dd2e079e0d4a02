#pragma once

#include "pictures/picture.hpp"

namespace stillwatch::pictures {

// How much of a picture to decode.
enum class Fidelity : std::uint8_t {
    full,
    coarse // of a JPEG what costs least: its short side may be reduced to 256 px, a progressive one to its
           // first scans
};

// Luma of the first frame, and of up to three later ones of an animation, as it should be shown: EXIF
// orientation applied, transparency over white. Errors: undecodable, too_large, invalid_argument (too small).
Result<Picture> decode_picture(ByteView file, PictureFormat format, const PictureLimits& limits,
                               Fidelity fidelity = Fidelity::full);

// The same as stored, EXIF orientation ignored (PDQ's own tools work so).
Result<Picture> decode_as_stored(ByteView file, PictureFormat format, const PictureLimits& limits,
                                 Fidelity fidelity = Fidelity::full);

// The decoders behind it, one a file.
Result<Picture> decode_jpeg(ByteView file, const PictureLimits& limits, Fidelity fidelity = Fidelity::full);
Result<Picture> decode_png(ByteView file, const PictureLimits& limits);
Result<Picture> decode_webp(ByteView file, const PictureLimits& limits);
Result<Picture> decode_gif(ByteView file, const PictureLimits& limits);
Result<Picture> decode_bmp(ByteView file, const PictureLimits& limits);
Result<Picture> decode_tiff(ByteView file, const PictureLimits& limits);
Result<Picture> decode_avif(ByteView file, const PictureLimits& limits);

} // namespace stillwatch::pictures
