#pragma once

#include "core/binary.hpp"
#include "core/playlist.hpp"

#include <optional>

// How a playlist is written into an answer (sandbox/messages.hpp).
namespace stillwatch::sandbox {

void write_playlist(BinaryWriter& writer, const Playlist& playlist);

// Nothing where it is none, or over a bound of Playlist.
std::optional<Playlist> read_playlist(BinaryReader& reader);

} // namespace stillwatch::sandbox
