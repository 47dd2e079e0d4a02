#pragma once

#include "core/bytes.hpp"

namespace stillwatch::videos {

// Whether a file is a video, or a playlist of one (HLS, DASH), by its first bytes: ISO base media (also
// QuickTime and fragments), Matroska and WebM, AVI, FLV, Ogg with Theora, MPEG program and transport streams,
// ASF. Pictures in the same containers (AVIF, HEIF) are told by pictures/sniff.hpp and are to be asked first.
bool is_video(ByteView file) noexcept;

// Whether it is a playlist: it holds no picture, and says where the video lies.
bool is_playlist(ByteView file) noexcept;

} // namespace stillwatch::videos
