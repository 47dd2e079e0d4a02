#include "pictures/metadata.hpp"

#include "core/binary.hpp"
#include "pictures/containers.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::pictures {

namespace {

Sha256 jpeg_digest(ByteView file)
{
    Sha256Hasher hasher;
    JpegSegments segments(file);
    while (const auto segment = segments.next()) {
        const bool application =
            segment->marker >= 0xE0 && segment->marker <= 0xEF && segment->marker != 0xEE;
        const bool comment = segment->marker == 0xFE;
        if (!application && !comment) hasher.update(segment->whole);
    }
    if (!segments.ended()) hasher.update(segments.rest());
    return hasher.finish();
}

void update_chunk(Sha256Hasher& hasher, const Chunk& chunk)
{
    // Name and length stand before the data, so that two ways to cut the same bytes into chunks differ.
    std::array<std::byte, 8> length{};
    for (std::size_t i = 0; i < 8; ++i)
        length[i] = static_cast<std::byte>(std::uint64_t{chunk.data.size()} >> (8 * i));
    hasher.update(as_bytes(chunk.name));
    hasher.update(length);
    hasher.update(chunk.data);
}

Sha256 png_digest(ByteView file)
{
    static constexpr std::array<std::string_view, 8> kept{"IHDR", "PLTE", "tRNS", "IDAT",
                                                          "IEND", "acTL", "fcTL", "fdAT"};
    Sha256Hasher hasher;
    PngChunks chunks(file);
    while (const auto chunk = chunks.next())
        if (std::ranges::find(kept, chunk->name) != kept.end()) update_chunk(hasher, *chunk);
    if (!chunks.ended()) hasher.update(chunks.rest());
    return hasher.finish();
}

Sha256 webp_digest(ByteView file)
{
    static constexpr std::array<std::string_view, 5> kept{"VP8 ", "VP8L", "ALPH", "ANIM", "ANMF"};
    Sha256Hasher hasher;
    WebpChunks chunks(file);
    while (const auto chunk = chunks.next()) {
        // VP8X flags tell of metadata, and stills need no VP8X at all; only an animation's canvas size
        // counts.
        constexpr std::uint8_t animated = 0x02;
        if (chunk->name == "VP8X" && chunk->data.size() >= 10 && (byte_at(chunk->data, 0) & animated) != 0)
            hasher.update(chunk->data.subspan(4, 6));
        if (std::ranges::find(kept, chunk->name) != kept.end()) update_chunk(hasher, *chunk);
    }
    hasher.update(chunks.rest());
    return hasher.finish();
}

bool is_loop_count(ByteView extension) noexcept
{
    return extension.size() > 14 && (as_text(extension.subspan(3, 11)) == "NETSCAPE2.0" ||
                                     as_text(extension.subspan(3, 11)) == "ANIMEXTS1.0");
}

Sha256 gif_digest(ByteView file)
{
    Sha256Hasher hasher;
    GifBlocks blocks(file);
    while (const auto block = blocks.next()) {
        const bool extension = block->kind == GifBlock::Kind::extension;
        const bool comment = extension && block->label == 0xFE;
        const bool application = extension && block->label == 0xFF && !is_loop_count(block->whole);
        if (!comment && !application) hasher.update(block->whole);
    }
    if (!blocks.ended()) hasher.update(blocks.rest());
    return hasher.finish();
}

} // namespace

Sha256 data_digest(ByteView file, PictureFormat format)
{
    switch (format) {
    case PictureFormat::jpeg: return jpeg_digest(file);
    case PictureFormat::png: return png_digest(file);
    case PictureFormat::webp: return webp_digest(file);
    case PictureFormat::gif: return gif_digest(file);
    case PictureFormat::bmp:
    case PictureFormat::tiff:
    case PictureFormat::avif:
    case PictureFormat::heif:
    case PictureFormat::jxl:
    case PictureFormat::jpeg2000:
    case PictureFormat::ico:
    case PictureFormat::ppm: break;
    }
    return Sha256::of(file);
}

} // namespace stillwatch::pictures
