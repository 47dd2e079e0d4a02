#pragma once

#include "features/extract.hpp"

#include <opencv2/core.hpp>

namespace stillwatch::features {

// A view of a grey frame for OpenCV, which knows no constant ones: only to be read.
inline cv::Mat mat_of(const DecodedFrames::Grey& grey)
{
    return {grey.height_px, grey.width_px, CV_8U, const_cast<std::uint8_t*>(grey.levels.data())};
}

} // namespace stillwatch::features
