#pragma once

#include <cstdint>

namespace stillwatch::features {

// Makes a picture smaller, row-major without padding: each pixel of the target is the mean of what it covers
// of the source, pixels that it covers in part with their part. As cv::resize() with INTER_AREA, whose
// general case takes two to three times as long (docs/performance.md). No side of the target may be longer
// than the source's.
void reduce_by_area(const std::uint8_t* source, int width_px, int height_px, std::uint8_t* target,
                    int target_width_px, int target_height_px);
void reduce_by_area(const std::uint16_t* source, int width_px, int height_px, std::uint16_t* target,
                    int target_width_px, int target_height_px);

} // namespace stillwatch::features
