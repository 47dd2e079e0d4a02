#pragma once

#include "core/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

// Walks over the segments of picture files, for what stands beside the pixels. Nothing is copied; every part
// lies inside the file given, and each step moves on by at least one byte, so a walk ends with the file.
namespace stillwatch::pictures {

// A JPEG marker segment (ITU-T T.81 annex B). `whole` holds the marker too and, for a scan, its coded data.
struct JpegSegment {
    std::uint8_t marker = 0;
    ByteView payload;
    ByteView whole;
};

class JpegSegments {
public:
    explicit JpegSegments(ByteView file) noexcept : rest_(file) {}
    // Nothing after the end marker, or where the file breaks the format: rest() then holds what follows.
    std::optional<JpegSegment> next() noexcept;
    bool ended() const noexcept { return ended_; } // by the end marker
    ByteView rest() const noexcept { return rest_; }

private:
    ByteView rest_;
    bool ended_ = false;
};

// A chunk of PNG (name of four letters, data without its check sum) or RIFF.
struct Chunk {
    std::string_view name;
    ByteView data;
};

class PngChunks {
public:
    explicit PngChunks(ByteView file) noexcept;
    std::optional<Chunk> next() noexcept; // nothing after IEND or where the file breaks off
    bool ended() const noexcept { return ended_; }
    ByteView rest() const noexcept { return rest_; }

private:
    ByteView rest_;
    bool ended_ = false;
};

// The chunks after "RIFF size WEBP".
class WebpChunks {
public:
    explicit WebpChunks(ByteView file) noexcept;
    std::optional<Chunk> next() noexcept;
    ByteView rest() const noexcept { return rest_; }

private:
    ByteView rest_;
};

// A block of a GIF: header with screen descriptor and global colours, an image, or an extension.
struct GifBlock {
    enum class Kind : std::uint8_t { header, image, extension };
    Kind kind = Kind::header;
    std::uint8_t label = 0; // of an extension
    ByteView whole;
};

class GifBlocks {
public:
    explicit GifBlocks(ByteView file) noexcept : rest_(file) {}
    std::optional<GifBlock> next() noexcept; // nothing after the trailer or where the file breaks off
    bool ended() const noexcept { return ended_; }
    ByteView rest() const noexcept { return rest_; }

private:
    ByteView rest_;
    bool header_seen_ = false;
    bool ended_ = false;
};

} // namespace stillwatch::pictures
