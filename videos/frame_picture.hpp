#pragma once

#include "core/bytes.hpp"
#include "videos/frame_choice.hpp"

#include <optional>

namespace stillwatch::videos {

struct FrameSize {
    int width_px = 0;
    int height_px = 0;

    friend bool operator==(const FrameSize&, const FrameSize&) = default;
};

// A part of a frame's picture (VideoFrame::picture, of the size told beside it) as a picture of its own,
// pixel by pixel. Nothing where the bytes are no such picture, or the box is empty or goes beyond it: they
// come from the process that reads the video and are compared with what they must begin with, not read.
std::optional<Bytes> part_of(ByteView picture, FrameSize size, const ShownBox& box);

} // namespace stillwatch::videos
