#include "videos/orientation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace stillwatch::videos {

Turn turn_of_matrix(std::span<const std::int32_t, 9> matrix) noexcept
{
    // x' = a x + c y, y' = b x + d y
    const std::int64_t a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    if (std::abs(a) + std::abs(d) >= std::abs(b) + std::abs(c)) return {false, a < 0, d < 0};
    return {true, c < 0, b < 0};
}

Size shown_size(Size frame, int aspect_width, int aspect_height, int max_side_px) noexcept
{
    double aspect = 1;
    if (aspect_width > 0 && aspect_height > 0) aspect = double(aspect_width) / double(aspect_height);
    if (aspect > 16 || aspect < 1.0 / 16) aspect = 1; // no picture is meant so
    double width = frame.width_px;
    double height = frame.height_px;
    if (aspect >= 1)
        width *= aspect;
    else
        height /= aspect;
    const auto scale = std::min(1.0, max_side_px / std::max({width, height, 1.0}));
    const auto side = [&](double length) {
        return std::clamp(static_cast<int>(std::lround(length * scale)), 1, max_side_px);
    };
    return {side(width), side(height)};
}

void turn_pixels(ByteView rgb, Size from, Turn turn, std::span<std::byte> out) noexcept
{
    const auto width = static_cast<std::size_t>(from.width_px);
    const auto height = static_cast<std::size_t>(from.height_px);
    if (rgb.size() < 3 * width * height || out.size() < 3 * width * height) return;
    const auto columns = turn.exchanges ? height : width;
    const auto rows = turn.exchanges ? width : height;
    auto* to = out.data();
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t column = 0; column < columns; ++column, to += 3) {
            const auto shown_x = turn.reverses_columns ? columns - 1 - column : column;
            const auto shown_y = turn.reverses_rows ? rows - 1 - row : row;
            const auto x = turn.exchanges ? shown_y : shown_x;
            const auto y = turn.exchanges ? shown_x : shown_y;
            std::memcpy(to, rgb.data() + 3 * (y * width + x), 3);
        }
}

} // namespace stillwatch::videos
