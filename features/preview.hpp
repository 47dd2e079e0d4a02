#pragma once

#include "features/extract.hpp"

namespace stillwatch::features {

// A picture for the eye: its first working frame (features/working_frame.hpp), and the full size that places
// are told in.
struct Preview {
    int width_px = 0; // as it is shown, like PictureFeatures
    int height_px = 0;
    DecodedFrames::Grey frame; // sides 1..LocalFeatures::max_side_px
};

} // namespace stillwatch::features
