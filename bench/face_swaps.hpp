#pragma once

#include "pictures/picture.hpp"

#include <opencv2/core.hpp>

#include <array>

// Faces put on other pictures, as crude as the cheap tools do it. For measuring only.
namespace stillwatch::faces::bench {

enum class Swap {
    whole_head,          // with hair and chin, nearly hard edge
    full_face_feathered, // brow to chin, soft edge
    full_face_cloned     // the same with the gradients of the face and the brightness of the host (Poisson)
};
// 45 px is what a face of LFW in its own size has at half of it.
enum class Damage { none, half_and_jpeg_50, face_45_px_and_jpeg_50 };

// `source`'s head on `host`'s; boxes as the detector tells them: left, top, width, height.
pictures::Picture swapped(const pictures::Picture& source, const std::array<double, 4>& source_box,
                          const pictures::Picture& host, const std::array<double, 4>& host_box, Swap swap,
                          Damage damage);

pictures::Picture quarter_turned(const pictures::Picture& picture);
// In the middle of an even grey one; smaller pictures only.
pictures::Picture on_canvas(const pictures::Picture& picture, int width_px, int height_px);
cv::Mat as_colour(const pictures::Picture& picture);

} // namespace stillwatch::faces::bench
