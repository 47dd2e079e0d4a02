#include "pictures/containers.hpp"

#include "core/binary.hpp"

#include <algorithm>
#include <cstring>

namespace stillwatch::pictures {

namespace {

constexpr std::uint8_t jpeg_end = 0xD9;
constexpr std::uint8_t jpeg_scan = 0xDA;

bool stands_alone(std::uint8_t marker) noexcept
{
    return marker == 0x01 || (marker >= 0xD0 && marker <= jpeg_end);
}

// Offset of the next marker that ends coded data: 0xFF followed by neither 0 (stuffing), a restart nor a
// fill.
std::size_t end_of_scan(ByteView bytes, std::size_t at) noexcept
{
    while (at + 1 < bytes.size()) {
        const auto* found = std::memchr(bytes.data() + at, 0xFF, bytes.size() - at - 1);
        if (found == nullptr) break;
        at = static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes.data());
        const auto marker = byte_at(bytes, at + 1);
        if (marker != 0 && marker != 0xFF && !(marker >= 0xD0 && marker <= 0xD7)) return at;
        at += marker == 0xFF ? 1 : 2;
    }
    return bytes.size();
}

// Bytes of a chain of sub-blocks with its terminator; nothing when it is cut.
std::optional<std::size_t> gif_sub_blocks(ByteView bytes, std::size_t at) noexcept
{
    while (at < bytes.size()) {
        const auto size = byte_at(bytes, at);
        at += 1U + size;
        if (size == 0) return at;
    }
    return std::nullopt;
}

std::size_t gif_colours_bytes(std::uint8_t flags) noexcept
{
    return (flags & 0x80U) != 0 ? std::size_t{3} << ((flags & 7U) + 1U) : 0;
}

} // namespace

std::optional<JpegSegment> JpegSegments::next() noexcept
{
    if (ended_) return std::nullopt;
    std::size_t at = 0;
    while (at + 1 < rest_.size() && byte_at(rest_, at) == 0xFF && byte_at(rest_, at + 1) == 0xFF)
        ++at;
    if (at + 2 > rest_.size() || byte_at(rest_, at) != 0xFF || byte_at(rest_, at + 1) == 0)
        return std::nullopt;
    JpegSegment segment;
    segment.marker = byte_at(rest_, at + 1);
    std::size_t end = at + 2;
    if (!stands_alone(segment.marker)) {
        if (end + 2 > rest_.size()) return std::nullopt;
        const std::size_t length = big_16(rest_, end);
        if (length < 2 || end + length > rest_.size()) return std::nullopt;
        segment.payload = rest_.subspan(end + 2, length - 2);
        end += length;
        if (segment.marker == jpeg_scan) end = end_of_scan(rest_, end);
    }
    segment.whole = rest_.subspan(at, end - at);
    rest_ = rest_.subspan(end);
    ended_ = segment.marker == jpeg_end;
    return segment;
}

PngChunks::PngChunks(ByteView file) noexcept : rest_(file.subspan(std::min<std::size_t>(8, file.size()))) {}

std::optional<Chunk> PngChunks::next() noexcept
{
    if (ended_ || rest_.size() < 12) return std::nullopt;
    const std::size_t length = big_32(rest_, 0);
    if (length > rest_.size() - 12) return std::nullopt;
    const Chunk chunk{as_text(rest_.subspan(4, 4)), rest_.subspan(8, length)};
    rest_ = rest_.subspan(12 + length);
    ended_ = chunk.name == "IEND";
    return chunk;
}

WebpChunks::WebpChunks(ByteView file) noexcept
{
    if (file.size() < 12) return;
    const auto end = std::min<std::size_t>(file.size(), std::size_t{little_32(file, 4)} + 8);
    if (end > 12) rest_ = file.subspan(12, end - 12);
}

std::optional<Chunk> WebpChunks::next() noexcept
{
    if (rest_.size() < 8) return std::nullopt;
    const std::size_t length = little_32(rest_, 4);
    if (length > rest_.size() - 8) return std::nullopt;
    const Chunk chunk{as_text(rest_.first(4)), rest_.subspan(8, length)};
    rest_ = rest_.subspan(std::min(8 + length + length % 2, rest_.size()));
    return chunk;
}

std::optional<GifBlock> GifBlocks::next() noexcept
{
    if (ended_ || rest_.empty()) return std::nullopt;
    GifBlock block;
    std::size_t end = 0;
    if (!header_seen_) {
        if (rest_.size() < 13) return std::nullopt;
        end = 13 + gif_colours_bytes(byte_at(rest_, 10));
        if (end > rest_.size()) return std::nullopt;
        header_seen_ = true;
    } else if (byte_at(rest_, 0) == 0x3B) {
        ended_ = true;
        return std::nullopt;
    } else if (byte_at(rest_, 0) == 0x2C && rest_.size() > 10) {
        block.kind = GifBlock::Kind::image;
        const auto data = gif_sub_blocks(rest_, 10 + gif_colours_bytes(byte_at(rest_, 9)) + 1);
        if (!data) return std::nullopt;
        end = *data;
    } else if (byte_at(rest_, 0) == 0x21 && rest_.size() > 2) {
        block.kind = GifBlock::Kind::extension;
        block.label = byte_at(rest_, 1);
        const auto data = gif_sub_blocks(rest_, 2);
        if (!data) return std::nullopt;
        end = *data;
    } else {
        return std::nullopt;
    }
    if (end > rest_.size()) return std::nullopt;
    block.whole = rest_.first(end);
    rest_ = rest_.subspan(end);
    return block;
}

} // namespace stillwatch::pictures
