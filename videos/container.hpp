#pragma once

#include "core/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace stillwatch::videos {

// The kinds of file that are read. HLS, DASH and other documents that name further addresses are none of
// them.
enum class Container : std::uint8_t { mp4, matroska, mpeg_ts, avi, flv, ogg, mpeg_ps };
// The name that FFmpeg finds its reader by.
std::string_view demuxer_of(Container container) noexcept;

// Bytes of a file's beginning that are enough to tell its kind.
constexpr std::size_t container_head_bytes = 1024;

// The kind of a file by its first bytes; nothing where it is none of them.
std::optional<Container> sniff_container(ByteView head) noexcept;

} // namespace stillwatch::videos
