#include "pictures/sniff.hpp"

#include "core/binary.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::pictures {

namespace {

using namespace std::string_view_literals;

constexpr std::array<std::string_view, 8> hevc_brands{"heic", "heix", "heim", "heis",
                                                      "hevc", "hevx", "hevm", "hevs"};

// ISO base media: what the brands of its first box name (AV1 Image File Format, section 6; ISO/IEC 23008-12,
// annex B). Where they tell only that it is a still picture, the first kilobytes name how it is coded.
std::optional<PictureFormat> iso_media(ByteView file) noexcept
{
    constexpr std::size_t most_brands = 64;
    constexpr std::size_t most_head = 4096;
    if (file.size() < 16 || as_text(file.subspan(4, 4)) != "ftyp") return std::nullopt;
    const auto box_bytes = std::min<std::size_t>({big_32(file, 0), file.size(), 16 + 4 * most_brands});
    bool is_hevc = false;
    bool is_still = false;
    for (std::size_t at = 8; at + 4 <= box_bytes; at += 4) {
        if (at == 12) continue; // minor version
        const auto brand = as_text(file.subspan(at, 4));
        if (brand == "avif" || brand == "avis") return PictureFormat::avif;
        is_hevc = is_hevc || std::ranges::find(hevc_brands, brand) != hevc_brands.end();
        is_still = is_still || brand == "mif1" || brand == "msf1";
    }
    if (is_hevc) return PictureFormat::heif;
    if (!is_still) return std::nullopt;
    const auto head = as_text(file.first(std::min(file.size(), most_head)));
    return head.find("av01") != head.npos && head.find("hvc1") == head.npos ? PictureFormat::avif
                                                                            : PictureFormat::heif;
}

// A list of one picture or more that begins behind itself.
bool is_ico(ByteView file) noexcept
{
    const bool has_mark = begins_with(file, "\0\0\1\0"sv) || begins_with(file, "\0\0\2\0"sv);
    if (!has_mark || file.size() < 22) return false;
    const std::size_t count = little_16(file, 4);
    return count > 0 && count <= 256 && byte_at(file, 9) == 0 && little_32(file, 18) >= 6 + 16 * count;
}

bool is_ppm(ByteView file) noexcept
{
    constexpr std::size_t least_header = 9; // "P6 1 1 1 "
    if (!begins_with(file, "P6"sv) || file.size() < least_header) return false;
    const auto next = as_text(file.subspan(2, 2));
    return (next[0] == '\n' || next[0] == ' ') && next[1] >= '1' && next[1] <= '9';
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
    if (begins_with(file, "\xFF\x0A"sv) || begins_with(file, "\0\0\0\x0CJXL \r\n\x87\n"sv))
        return PictureFormat::jxl;
    if (begins_with(file, "\0\0\0\x0CjP  \r\n\x87\n"sv) || begins_with(file, "\xFF\x4F\xFF\x51"sv))
        return PictureFormat::jpeg2000;
    if (is_ico(file)) return PictureFormat::ico;
    if (is_ppm(file)) return PictureFormat::ppm;
    return iso_media(file);
}

} // namespace stillwatch::pictures
