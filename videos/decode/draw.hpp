#pragma once

#include "core/result.hpp"
#include "core/video.hpp"
#include "videos/decode/ffmpeg.hpp"
#include "videos/frame_choice.hpp"
#include "videos/orientation.hpp"

namespace stillwatch::videos {

// How the stream says that its frames are to be turned.
Turn turn_of(const AVStream& stream) noexcept;

// A frame as it should be shown, without black bars around it.
struct DrawnFrame {
    int width_px = 0;
    int height_px = 0;
    Bytes picture{}; // a PPM file
};

// Makes pictures of frames; keeps what it needs for frames of one shape.
class Painter {
public:
    // Errors: undecodable (a form of pixels that cannot be converted, sides without end).
    Result<DrawnFrame> draw(const AVFrame& frame, AVRational pixel_aspect, Turn turn);
    // Tells frames of one video apart at a tenth of the price of drawing them: not turned, for they all are.
    // Errors: as of draw().
    Result<Thumbnail> thumbnail(const AVFrame& frame);

private:
    Owned<SwsContext> thumbnails_;
    Owned<SwsContext> scaler_;
};

} // namespace stillwatch::videos
