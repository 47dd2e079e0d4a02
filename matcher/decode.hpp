#pragma once

#include "matcher/picture.hpp"

namespace stillwatch::matcher {

// Luma of the first frame, and of up to three later ones of an animation, as it should be shown: EXIF
// orientation applied, transparency over white. Errors: undecodable, too_large, invalid_argument (too small).
Result<Picture> decode_picture(ByteView file, PictureFormat format, const PictureLimits& limits);

// The same as stored, EXIF orientation ignored (PDQ's own tools work so).
Result<Picture> decode_as_stored(ByteView file, PictureFormat format, const PictureLimits& limits);

// The decoders behind it, one a file.
Result<Picture> decode_jpeg(ByteView file, const PictureLimits& limits);
Result<Picture> decode_png(ByteView file, const PictureLimits& limits);
Result<Picture> decode_webp(ByteView file, const PictureLimits& limits);
Result<Picture> decode_gif(ByteView file, const PictureLimits& limits);
Result<Picture> decode_bmp(ByteView file, const PictureLimits& limits);
Result<Picture> decode_tiff(ByteView file, const PictureLimits& limits);
Result<Picture> decode_avif(ByteView file, const PictureLimits& limits);

} // namespace stillwatch::matcher
