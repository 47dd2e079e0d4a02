#include "pictures/sniff.hpp"

#include "pictures/byte_reader.hpp"

#include <algorithm>

namespace stillwatch::pictures {

namespace {

using namespace std::string_view_literals;

// ISO base media: a "ftyp" box whose major or compatible brands name AVIF (AV1 Image File Format, section 6).
// "mif1" alone may hold HEVC as well; the decoder then says so.
bool is_avif(ByteView file) noexcept
{
    if (file.size() < 16 || as_text(file.subspan(4, 4)) != "ftyp") return false;
    const auto box_bytes = std::min<std::size_t>({big_32(file, 0), file.size(), 256});
    for (std::size_t at = 8; at + 4 <= box_bytes; at += 4) {
        if (at == 12) continue; // minor version
        const auto brand = as_text(file.subspan(at, 4));
        if (brand == "avif" || brand == "avis" || brand == "mif1") return true;
    }
    return false;
}

} // namespace

std::optional<PictureFormat> sniff_picture(ByteView file) noexcept
{
    if (begins_with(file, "\xFF\xD8\xFF"sv)) return PictureFormat::jpeg;
    if (begins_with(file, "\x89PNG\r\n\x1A\n"sv)) return PictureFormat::png;
    if (begins_with(file, "RIFF"sv) && file.size() >= 16 && as_text(file.subspan(8, 7)) == "WEBPVP8")
        return PictureFormat::webp;
    if (begins_with(file, "GIF87a"sv) || begins_with(file, "GIF89a"sv)) return PictureFormat::gif;
    if (begins_with(file, "II\x2A\0"sv) || begins_with(file, "MM\0\x2A"sv)) return PictureFormat::tiff;
    if (begins_with(file, "BM"sv) && file.size() >= 26) return PictureFormat::bmp;
    if (is_avif(file)) return PictureFormat::avif;
    return std::nullopt;
}

} // namespace stillwatch::pictures
