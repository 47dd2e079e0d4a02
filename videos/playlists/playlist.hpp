#pragma once

#include "core/bytes.hpp"
#include "core/playlist.hpp"
#include "core/result.hpp"
#include "core/url.hpp"

#include <string_view>

namespace stillwatch::videos {

// Bytes of one that are read; what comes behind is left out, and Playlist::truncated says so.
inline constexpr std::size_t max_playlist_bytes = 4U << 20U;

// Reads an HLS or DASH playlist that was fetched from `base`: every address is made absolute, audio and text
// are left out. A media playlist of HLS has one variant. Errors: undecodable (neither), malformed (`base` is
// no address).
Result<Playlist> read_playlist(ByteView document, std::string_view base);

// The two formats. `text` is UTF-8 without a mark in front.
Playlist read_hls(std::string_view text, const Url& base);
Playlist read_dash(std::string_view text, const Url& base);

} // namespace stillwatch::videos
