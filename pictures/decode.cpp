#include "pictures/decode.hpp"

#include "pictures/exif.hpp"
#include "pictures/hevc_plugin.hpp"
#include "pictures/orient.hpp"
#include "pictures/sniff.hpp"
#include "pictures/unread_format.hpp"

namespace stillwatch::pictures {

namespace {

constexpr std::string_view formats_read = "none of the formats that are read: JPEG, PNG, WebP, GIF, BMP, "
                                          "TIFF, AVIF, HEIC, JPEG XL, JPEG 2000, ICO, "
                                          "PPM";

Result<Picture> decode_as(PictureFormat format, ByteView file, const PictureLimits& limits, Fidelity fidelity,
                          Turning turning)
{
    switch (format) {
    case PictureFormat::jpeg: return decode_jpegs(file, limits, fidelity, turning);
    case PictureFormat::png:
        return is_animated_png(file) ? decode_apng(file, limits) : decode_png(file, limits);
    case PictureFormat::webp: return decode_webp(file, limits);
    case PictureFormat::gif: return decode_gif(file, limits);
    case PictureFormat::bmp: return decode_bmp(file, limits);
    case PictureFormat::tiff: return decode_tiff(file, limits);
    case PictureFormat::avif: return decode_avif(file, limits);
    case PictureFormat::heif: return decode_heif(file, limits);
    case PictureFormat::jxl: return decode_jxl(file, limits);
    case PictureFormat::jpeg2000: return decode_jpeg2000(file, limits);
    case PictureFormat::ico: return decode_ico(file, limits);
    case PictureFormat::ppm: return decode_ppm(file, limits);
    }
    return Error{Errc::undecodable, "unknown picture format"};
}

} // namespace

Result<Picture> decode_as_stored(ByteView file, PictureFormat format, const PictureLimits& limits,
                                 Fidelity fidelity)
{
    return decode_as(format, file, limits, fidelity, Turning::as_stored);
}

Result<Picture> decode_picture(ByteView file, PictureFormat format, const PictureLimits& limits,
                               Fidelity fidelity)
{
    auto picture = decode_as(format, file, limits, fidelity, Turning::upright);
    if (picture && format != PictureFormat::jpeg) // each of several JPEG files is turned by itself
        turn_upright(*picture, file_orientation(file, format));
    return picture;
}

Result<Picture> decode_file(ByteView file, const PictureLimits& limits, Fidelity fidelity)
{
    if (const auto format = sniff_picture(file)) return decode_picture(file, *format, limits, fidelity);
    return Error{Errc::undecodable, unread_format(file).value_or(std::string(formats_read))};
}

void prepare_decoders()
{
    prepare_libheif();
}

} // namespace stillwatch::pictures
