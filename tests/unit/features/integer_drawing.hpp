#pragma once

#include <cstdint>
#include <vector>

// A picture drawn in whole numbers alone, so that it is the same on every machine and for every program that
// draws it.
namespace stillwatch::features::test {

// 8-bit RGB, row-major: a gradient, 60 rectangles and discs of all sizes and colours over it, grain over all.
inline std::vector<std::uint8_t> integer_drawing(std::uint32_t seed, int width_px, int height_px)
{
    std::uint32_t state = seed * 2654435761U + 12345U;
    const auto below = [&state](std::uint32_t end) {
        state = state * 1664525U + 1013904223U;
        return static_cast<int>((state >> 8U) % end);
    };
    const int longer = width_px > height_px ? width_px : height_px;
    std::vector<std::uint8_t> rgb;
    for (int y = 0; y < height_px; ++y)
        for (int x = 0; x < width_px; ++x)
            for (int channel = 0; channel < 3; ++channel)
                rgb.push_back(static_cast<std::uint8_t>(40 + (x * (90 + 20 * channel)) / width_px +
                                                        (y * (110 - 30 * channel)) / height_px));
    for (int shape = 0; shape < 60; ++shape) {
        const int middle_x = below(static_cast<std::uint32_t>(width_px));
        const int middle_y = below(static_cast<std::uint32_t>(height_px));
        const int reach = 1 + (longer * (2 + below(14))) / 100;
        const bool is_disc = below(2) == 0;
        const int colour[3] = {below(256), below(256), below(256)};
        for (int y = middle_y - reach; y <= middle_y + reach; ++y)
            for (int x = middle_x - reach; x <= middle_x + reach; ++x) {
                if (x < 0 || y < 0 || x >= width_px || y >= height_px) continue;
                const int dx = x - middle_x, dy = y - middle_y;
                if (is_disc && dx * dx + dy * dy > reach * reach) continue;
                for (int channel = 0; channel < 3; ++channel)
                    rgb[static_cast<std::size_t>(3 * (y * width_px + x) + channel)] =
                        static_cast<std::uint8_t>(colour[channel]);
            }
    }
    for (auto& level : rgb) {
        const int grained = level + below(9) - 4;
        level = static_cast<std::uint8_t>(grained < 0 ? 0 : grained > 255 ? 255 : grained);
    }
    return rgb;
}

} // namespace stillwatch::features::test
