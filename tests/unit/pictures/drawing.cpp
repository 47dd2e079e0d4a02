#include "drawing.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace stillwatch::pictures::test {

namespace {

std::size_t offset(const Drawing& drawing, int x, int y)
{
    return 4 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(drawing.width_px) +
                static_cast<std::size_t>(x));
}

std::uint8_t clamped(double level)
{
    return static_cast<std::uint8_t>(std::clamp(level, 0.0, 255.0));
}

// Each target pixel is a copy of the source pixel that `source_of` names.
template <class SourceOf>
Drawing moved(const Drawing& source, int width, int height, SourceOf source_of)
{
    Drawing target(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const auto [from_x, from_y] = source_of(x, y);
            std::copy_n(source.at(from_x, from_y), 4, target.at(x, y));
        }
    return target;
}

Drawing transposed(const Drawing& drawing)
{
    return moved(drawing, drawing.height_px, drawing.width_px, [](int x, int y) { return std::pair(y, x); });
}

Drawing upside_down(const Drawing& drawing)
{
    return moved(drawing, drawing.width_px, drawing.height_px,
                 [&](int x, int y) { return std::pair(x, drawing.height_px - 1 - y); });
}

} // namespace

Drawing::Drawing(int width, int height, std::uint8_t level)
    : width_px(width), height_px(height),
      rgba(4 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height), level)
{
    for (std::size_t i = 3; i < rgba.size(); i += 4)
        rgba[i] = 255;
}

std::uint8_t* Drawing::at(int x, int y)
{
    return rgba.data() + offset(*this, x, y);
}

const std::uint8_t* Drawing::at(int x, int y) const
{
    return rgba.data() + offset(*this, x, y);
}

Drawing scene(unsigned seed, int width_px, int height_px)
{
    struct Blob {
        double x, y, across, down, level;
        bool hard;
    };
    std::mt19937 random(seed * 7919U + 17U);
    const auto unit = [&] { return static_cast<double>(random()) / 4294967296.0; };
    std::vector<Blob> blobs;
    for (int i = 0; i < 40; ++i) {
        const double size = 0.03 + 0.2 * unit();
        blobs.push_back(
            {unit(), unit(), size * (0.4 + unit()), size * (0.4 + unit()), 240 * unit() - 120, unit() < 0.5});
    }
    const double tilt_x = 80 * unit() - 40;
    const double tilt_y = 80 * unit() - 40;
    const double red = 0.8 + 0.4 * unit();
    const double blue = 0.8 + 0.4 * unit();
    Drawing drawing(width_px, height_px);
    for (int y = 0; y < height_px; ++y)
        for (int x = 0; x < width_px; ++x) {
            const double u = (x + 0.5) / width_px;
            const double v = (y + 0.5) / height_px;
            double level = 128 + tilt_x * (u - 0.5) + tilt_y * (v - 0.5);
            for (const auto& blob : blobs) {
                const double dx = (u - blob.x) / blob.across;
                const double dy = (v - blob.y) / blob.down;
                const double distance = dx * dx + dy * dy;
                if (distance < 1) level += blob.hard ? blob.level : blob.level * (1 - distance);
            }
            const double grain = static_cast<double>((x * 7 + y * 13 + x * y) % 11) - 5;
            auto* pixel = drawing.at(x, y);
            pixel[0] = clamped((level + grain) * red);
            pixel[1] = clamped(level + grain);
            pixel[2] = clamped((level + grain) * blue);
        }
    return drawing;
}

Drawing detailed_scene(unsigned seed, int width_px, int height_px)
{
    std::mt19937 random(seed * 104'729U + 71U);
    const auto unit = [&] { return static_cast<double>(random()) / 4294967296.0; };
    const double longer = std::max(width_px, height_px);
    const auto index = [&](int x, int y) {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_px) + static_cast<std::size_t>(x);
    };
    std::vector<double> levels(index(0, height_px), 128);
    for (int shape = 0; shape < 500; ++shape) {
        const double across = (0.01 + 0.15 * std::pow(unit(), 3)) * longer;
        const double down = across * (0.4 + 1.2 * unit());
        const double turn = 6.3 * unit();
        const double middle_x = unit() * width_px;
        const double middle_y = unit() * height_px;
        const double level = 160 * unit() - 80;
        const double slope =
            60 * unit() - 30; // shapes of one level would look drawn rather than photographed
        const bool hard = unit() < 0.6;
        const bool square = unit() < 0.4;
        const double reach = 1.5 * std::max(across, down);
        const auto from = [](double value) { return std::max(0, static_cast<int>(value)); };
        for (int y = from(middle_y - reach); y < std::min<double>(height_px, middle_y + reach); ++y)
            for (int x = from(middle_x - reach); x < std::min<double>(width_px, middle_x + reach); ++x) {
                const double dx = x + 0.5 - middle_x;
                const double dy = y + 0.5 - middle_y;
                const double u = (std::cos(turn) * dx + std::sin(turn) * dy) / across;
                const double v = (std::cos(turn) * dy - std::sin(turn) * dx) / down;
                const double distance = square ? std::max(std::abs(u), std::abs(v)) : std::hypot(u, v);
                if (distance < 1) levels[index(x, y)] += hard ? level + slope * u : level * (1 - distance);
            }
    }
    Drawing drawing(width_px, height_px);
    for (int y = 0; y < height_px; ++y)
        for (int x = 0; x < width_px; ++x) {
            const double noise = static_cast<double>(random() % 7) - 3;
            // Pressed into the range rather than cut off at its ends, where nothing would be left to see.
            const double level = 128 + 120 * std::tanh((levels[index(x, y)] - 128) / 110) + noise;
            std::fill_n(drawing.at(x, y), 3, clamped(level));
        }
    return drawing;
}

Drawing flat(std::uint8_t level, int width_px, int height_px)
{
    return {width_px, height_px, level};
}

Drawing resized(const Drawing& drawing, int width_px, int height_px)
{
    Drawing target(width_px, height_px);
    for (int y = 0; y < height_px; ++y)
        for (int x = 0; x < width_px; ++x) {
            const int left = x * drawing.width_px / width_px;
            const int top = y * drawing.height_px / height_px;
            const int right = std::max(left + 1, (x + 1) * drawing.width_px / width_px);
            const int bottom = std::max(top + 1, (y + 1) * drawing.height_px / height_px);
            for (int channel = 0; channel < 4; ++channel) {
                int sum = 0;
                for (int from_y = top; from_y < bottom; ++from_y)
                    for (int from_x = left; from_x < right; ++from_x)
                        sum += drawing.at(from_x, from_y)[channel];
                target.at(x, y)[channel] = static_cast<std::uint8_t>(sum / ((right - left) * (bottom - top)));
            }
        }
    return target;
}

Drawing mirrored(const Drawing& drawing)
{
    return moved(drawing, drawing.width_px, drawing.height_px,
                 [&](int x, int y) { return std::pair(drawing.width_px - 1 - x, y); });
}

Drawing rotated_right(const Drawing& drawing)
{
    return mirrored(transposed(drawing));
}

Drawing brightened(const Drawing& drawing, double gain, int offset_levels)
{
    auto target = drawing;
    for (std::size_t i = 0; i < target.rgba.size(); ++i)
        if (i % 4 != 3) target.rgba[i] = clamped(target.rgba[i] * gain + offset_levels);
    return target;
}

Drawing negative(const Drawing& drawing)
{
    return brightened(drawing, -1, 255);
}

Drawing turned(const Drawing& drawing, Orientation orientation)
{
    switch (orientation) {
    case Orientation::original: return drawing;
    case Orientation::rotate_90: return rotated_right(turned(drawing, Orientation::rotate_180));
    case Orientation::rotate_180: return mirrored(upside_down(drawing));
    case Orientation::rotate_270: return rotated_right(drawing); // PDQ counts anti-clockwise
    case Orientation::flip_x: return upside_down(drawing);
    case Orientation::flip_y: return mirrored(drawing);
    case Orientation::flip_plus_1: return transposed(drawing);
    case Orientation::flip_minus_1: return turned(transposed(drawing), Orientation::rotate_180);
    }
    return drawing;
}

Drawing cropped(const Drawing& drawing, int left, int top, int width_px, int height_px)
{
    return moved(drawing, width_px, height_px, [&](int x, int y) { return std::pair(left + x, top + y); });
}

Drawing with_pasted(const Drawing& drawing, const Drawing& part, int left, int top)
{
    auto target = drawing;
    for (int y = std::max(0, -top); y < std::min(part.height_px, drawing.height_px - top); ++y)
        for (int x = std::max(0, -left); x < std::min(part.width_px, drawing.width_px - left); ++x)
            std::copy_n(part.at(x, y), 4, target.at(left + x, top + y));
    return target;
}

Drawing stored_for_orientation(const Drawing& drawing, int exif_orientation)
{
    // The named position of row 0 and column 0 (EXIF 2.3, 4.6.4): each undoes what a viewer will do.
    switch (exif_orientation) {
    case 2: return mirrored(drawing);                          // row 0 top, column 0 right
    case 3: return mirrored(upside_down(drawing));             // bottom, right
    case 4: return upside_down(drawing);                       // bottom, left
    case 5: return transposed(drawing);                        // left, top
    case 6: return upside_down(transposed(drawing));           // right, top
    case 7: return mirrored(upside_down(transposed(drawing))); // right, bottom
    case 8: return mirrored(transposed(drawing));              // left, bottom
    default: return drawing;
    }
}

Luma luma(const Drawing& drawing)
{
    Luma result(drawing.width_px, drawing.height_px);
    for (int y = 0; y < drawing.height_px; ++y)
        rgba_row_to_luma(drawing.at(0, y), result.row(y), drawing.width_px);
    return result;
}

features::DecodedFrames::Grey grey(const Drawing& drawing)
{
    features::DecodedFrames::Grey result{drawing.width_px, drawing.height_px, {}};
    for (const auto level : luma(drawing).levels)
        result.levels.push_back(static_cast<std::uint8_t>(level >> 8U));
    return result;
}

} // namespace stillwatch::pictures::test
