#include "pictures/exif.hpp"

#include "core/binary.hpp"
#include "pictures/containers.hpp"

#include <algorithm>

namespace stillwatch::pictures {

namespace {

using namespace std::string_view_literals;

constexpr int upright = 1;
constexpr auto exif_prefix = "Exif\0\0"sv;

ByteView without_prefix(ByteView block) noexcept
{
    return begins_with(block, exif_prefix) ? block.subspan(exif_prefix.size()) : block;
}

int jpeg_orientation(ByteView file) noexcept
{
    JpegSegments segments(file);
    while (const auto segment = segments.next()) {
        if (segment->marker == 0xDA) break; // EXIF stands before the first scan
        if (segment->marker == 0xE1 && begins_with(segment->payload, exif_prefix))
            return tiff_orientation(without_prefix(segment->payload));
    }
    return upright;
}

template <class Chunks>
int chunk_orientation(Chunks chunks, std::string_view name) noexcept
{
    while (const auto chunk = chunks.next())
        if (chunk->name == name) return tiff_orientation(without_prefix(chunk->data));
    return upright;
}

} // namespace

int tiff_orientation(ByteView tiff) noexcept
{
    if (tiff.size() < 8) return upright;
    const bool little = begins_with(tiff, "II\x2A\0"sv);
    if (!little && !begins_with(tiff, "MM\0\x2A"sv)) return upright;
    const auto read_16 = little ? little_16 : big_16;
    const auto read_32 = little ? little_32 : big_32;

    const std::size_t directory = read_32(tiff, 4);
    if (directory > tiff.size() - 2) return upright;
    const std::size_t entries =
        std::min<std::size_t>(read_16(tiff, directory), (tiff.size() - directory - 2) / 12);
    for (std::size_t i = 0; i < entries; ++i) {
        const auto at = directory + 2 + 12 * i;
        if (read_16(tiff, at) != 0x0112) continue;
        constexpr std::uint16_t type_short = 3;
        const int value = read_16(tiff, at + 8);
        const bool valid = read_16(tiff, at + 2) == type_short && read_32(tiff, at + 4) == 1;
        return valid && value >= 1 && value <= 8 ? value : upright;
    }
    return upright;
}

int file_orientation(ByteView file, PictureFormat format) noexcept
{
    switch (format) {
    case PictureFormat::jpeg: return jpeg_orientation(file);
    case PictureFormat::png: return chunk_orientation(PngChunks(file), "eXIf");
    case PictureFormat::webp: return chunk_orientation(WebpChunks(file), "EXIF");
    case PictureFormat::tiff: return tiff_orientation(file);
    case PictureFormat::gif:
    case PictureFormat::bmp:
    case PictureFormat::avif:
    case PictureFormat::heif:
    case PictureFormat::jxl:
    case PictureFormat::jpeg2000:
    case PictureFormat::ico:
    case PictureFormat::ppm: break;
    }
    return upright;
}

} // namespace stillwatch::pictures
