#pragma once

#include "core/result.hpp"
#include "core/video.hpp"
#include "videos/decode/ffmpeg.hpp"
#include "videos/frame_choice.hpp"
#include "videos/orientation.hpp"

namespace stillwatch::videos {

// How the stream says that its frames are to be turned.
Turn turn_of(const AVStream& stream) noexcept;

// A frame as it should be shown.
struct DrawnFrame {
    int width_px = 0;
    int height_px = 0;
    Bytes picture{}; // a PPM file
    Thumbnail thumbnail{};
};

// Makes pictures of frames; keeps what it needs for frames of one shape.
class Painter {
public:
    // Errors: undecodable (a form of pixels that cannot be converted, sides without end).
    Result<DrawnFrame> draw(const AVFrame& frame, AVRational pixel_aspect, Turn turn);

private:
    Owned<SwsContext> scaler_;
};

} // namespace stillwatch::videos
