#include "pictures/orient.hpp"

#include <opencv2/core.hpp>

#include <optional>
#include <utility>

namespace stillwatch::pictures {

namespace {

// Orientations 5..8 have rows and columns exchanged.
constexpr bool exchanges_sides(int exif_orientation) noexcept
{
    return exif_orientation >= 5;
}

// What cv::flip is to do after the exchange: 0 upside down, 1 left to right, -1 both.
std::optional<int> flip_code(int exif_orientation) noexcept
{
    switch (exif_orientation) {
    case 2: return 1;
    case 3: return -1;
    case 4: return 0;
    case 6: return 1; // transposed, then mirrored: a quarter turn to the right
    case 7: return -1;
    case 8: return 0; // a quarter turn to the left
    default: return std::nullopt;
    }
}

cv::Mat view_of(Luma& luma)
{
    return {luma.height_px, luma.width_px, CV_16UC1, luma.levels.data()};
}

} // namespace

Luma turned_upright(Luma stored, int exif_orientation)
{
    if (exif_orientation < 2 || exif_orientation > 8) return stored;
    if (exchanges_sides(exif_orientation)) {
        Luma exchanged(stored.height_px, stored.width_px);
        auto target = view_of(exchanged);
        cv::transpose(view_of(stored), target);
        stored = std::move(exchanged);
    }
    if (const auto code = flip_code(exif_orientation)) {
        Luma flipped(stored.width_px, stored.height_px);
        auto target = view_of(flipped);
        cv::flip(view_of(stored), target, *code);
        stored = std::move(flipped);
    }
    return stored;
}

void turn_upright(Picture& picture, int exif_orientation)
{
    for (auto& frame : picture.frames)
        frame = turned_upright(std::move(frame), exif_orientation);
    if (exchanges_sides(exif_orientation)) std::swap(picture.width_px, picture.height_px);
}

} // namespace stillwatch::pictures
