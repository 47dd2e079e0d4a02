#pragma once

#include "videos/decode/ffmpeg.hpp"

namespace stillwatch::videos {

// The decoders that are used, of some 500 that Debian builds: those of videos on the web, and of old files.
extern const char* const decoders_read;

// The decoder for a codec, or nothing. AV1 by dav1d: FFmpeg's own needs hardware.
const AVCodec* decoder_for(AVCodecID codec) noexcept;

// Takes from FFmpeg what it would do beside reading; call it before the first use. Does once what its
// libraries do once.
void prepare_ffmpeg();

} // namespace stillwatch::videos
