#pragma once

#include "pictures/picture.hpp"

namespace stillwatch::pictures {

// How much of a picture to decode.
enum class Fidelity : std::uint8_t {
    full,
    coarse // of a JPEG what costs least: its short side may be reduced to 256 px, a progressive one to its
           // first scans
};

// Luma of what a file shows: its picture, and of animations, pages and several pictures in one file those
// frames that differ most (pictures/frame_chooser.hpp). As it should be shown, EXIF orientation applied; what
// is transparent over white and, where that shows another thing, over black. The format is told by the first
// bytes. Errors: undecodable (with what to do where a format is known and not read), too_large,
// invalid_argument (too small).
Result<Picture> decode_file(ByteView file, const PictureLimits& limits, Fidelity fidelity = Fidelity::full);

// The same of a known format.
Result<Picture> decode_picture(ByteView file, PictureFormat format, const PictureLimits& limits,
                               Fidelity fidelity = Fidelity::full);

// The same as stored, EXIF orientation ignored (PDQ's own tools work so).
Result<Picture> decode_as_stored(ByteView file, PictureFormat format, const PictureLimits& limits,
                                 Fidelity fidelity = Fidelity::full);

// The decoders behind it, one a file.
Result<Picture> decode_jpeg(ByteView file, const PictureLimits& limits, Fidelity fidelity = Fidelity::full);
enum class Turning : std::uint8_t { as_stored, upright };
Result<Picture> decode_jpegs(ByteView file, const PictureLimits& limits, Fidelity fidelity, Turning turning);
Result<Picture> decode_png(ByteView file, const PictureLimits& limits);
bool is_animated_png(ByteView file) noexcept;
Result<Picture> decode_apng(ByteView file, const PictureLimits& limits);
Result<Picture> decode_webp(ByteView file, const PictureLimits& limits);
Result<Picture> decode_gif(ByteView file, const PictureLimits& limits);
Result<Picture> decode_bmp(ByteView file, const PictureLimits& limits);
Result<Picture> decode_tiff(ByteView file, const PictureLimits& limits);
Result<Picture> decode_avif(ByteView file, const PictureLimits& limits);
Result<Picture> decode_heif(ByteView file, const PictureLimits& limits);
Result<Picture> decode_jxl(ByteView file, const PictureLimits& limits);
Result<Picture> decode_jpeg2000(ByteView file, const PictureLimits& limits);
Result<Picture> decode_ico(ByteView file, const PictureLimits& limits);
Result<Picture> decode_ppm(ByteView file, const PictureLimits& limits);

// Does once what libraries do once with files or threads; call it before the worker is restricted.
void prepare_decoders();

} // namespace stillwatch::pictures
