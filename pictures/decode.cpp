#include "pictures/decode.hpp"

#include "pictures/exif.hpp"
#include "pictures/orient.hpp"

namespace stillwatch::pictures {

Result<Picture> decode_as_stored(ByteView file, PictureFormat format, const PictureLimits& limits,
                                 Fidelity fidelity)
{
    switch (format) {
    case PictureFormat::jpeg: return decode_jpeg(file, limits, fidelity);
    case PictureFormat::png: return decode_png(file, limits);
    case PictureFormat::webp: return decode_webp(file, limits);
    case PictureFormat::gif: return decode_gif(file, limits);
    case PictureFormat::bmp: return decode_bmp(file, limits);
    case PictureFormat::tiff: return decode_tiff(file, limits);
    case PictureFormat::avif: return decode_avif(file, limits);
    }
    return Error{Errc::undecodable, "unknown picture format"};
}

Result<Picture> decode_picture(ByteView file, PictureFormat format, const PictureLimits& limits,
                               Fidelity fidelity)
{
    auto picture = decode_as_stored(file, format, limits, fidelity);
    if (picture) turn_upright(*picture, file_orientation(file, format));
    return picture;
}

} // namespace stillwatch::pictures
