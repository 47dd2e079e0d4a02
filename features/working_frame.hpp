#pragma once

#include "features/extract.hpp"
#include "pictures/picture.hpp"

namespace stillwatch::features {

struct FrameSize {
    int width_px = 0;
    int height_px = 0;
};

// The frame as local features see it: grey, 8 bits, scaled in proportion to a fixed area, so that extraction
// costs the same for every picture and long screenshots keep their detail. References are taken smaller: what
// is found again is mostly smaller than the original. Sides stay within LocalFeatures::max_side_px.
// Only the size differs by what is asked for; below Detail::query it is that of Detail::query.
DecodedFrames::Grey working_frame(const pictures::Luma& frame, Detail detail);
// The same of a part of a frame: smaller, for there are many.
DecodedFrames::Grey working_frame_of_part(const pictures::Luma& part);
// The size alone.
FrameSize working_size(const pictures::Luma& frame, Detail detail);

} // namespace stillwatch::features
