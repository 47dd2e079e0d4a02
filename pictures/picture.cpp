#include "pictures/picture.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::pictures {

void rgba_row_to_luma(const std::uint8_t* rgba, std::uint16_t* luma, int width_px) noexcept
{
    for (int x = 0; x < width_px; ++x, rgba += 4)
        luma[x] = over_white(luma_of(rgba[0], rgba[1], rgba[2]), rgba[3]);
}

void premultiplied_row_to_luma(const std::uint8_t* rgba, std::uint16_t* luma, int width_px) noexcept
{
    for (int x = 0; x < width_px; ++x, rgba += 4)
        luma[x] = premultiplied_over_white(luma_of(rgba[0], rgba[1], rgba[2]), rgba[3]);
}

Result<void> check_size(std::int64_t width_px, std::int64_t height_px, std::size_t working_bytes_per_pixel,
                        const PictureLimits& limits)
{
    if (width_px < 1 || height_px < 1) return Error{Errc::undecodable, "picture without pixels"};
    if (width_px < limits.min_side_px || height_px < limits.min_side_px)
        return Error{Errc::invalid_argument,
                     fmt::format("picture of {}x{} pixels is too small to compare: at least {} a side",
                                 width_px, height_px, limits.min_side_px)};
    if (width_px > limits.max_side_px || height_px > limits.max_side_px)
        return Error{Errc::too_large,
                     fmt::format("picture of {}x{} pixels is longer than {} a side; make it smaller",
                                 width_px, height_px, limits.max_side_px)};
    const auto pixels = static_cast<std::size_t>(width_px) * static_cast<std::size_t>(height_px);
    if (pixels > limits.max_pixels)
        return Error{Errc::too_large,
                     fmt::format("picture of {}x{} pixels is over the limit of {} (workers.max_pixels)",
                                 width_px, height_px, limits.max_pixels)};
    if (pixels * working_bytes_per_pixel > limits.max_working_bytes)
        return Error{
            Errc::too_large,
            fmt::format(
                "picture of {}x{} pixels needs {} MB to decode, over the limit of {}; make it smaller",
                width_px, height_px, pixels * working_bytes_per_pixel >> 20U,
                limits.max_working_bytes >> 20U)};
    return {};
}

} // namespace stillwatch::pictures
