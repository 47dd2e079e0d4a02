#include "features/pdq.hpp"

#include "pictures/clones.hpp"
#include "pictures/orient.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace stillwatch::features {

namespace {

constexpr int thumb_side = 64;        // luma samples a side that are transformed
constexpr int block_side = 16;        // frequencies a side that are kept
constexpr int sampled_side = 512;     // larger sides are sampled to this first
constexpr int windows_per_side = 128; // box filter width is 1/128 of the side, rounded up

using Thumb = std::array<std::array<float, thumb_side>, thumb_side>;
using Block = std::array<std::array<float, block_side>, block_side>;

// One source line (row or column) and its share in a sample.
struct Tap {
    int line = 0;
    float weight = 0;
};
using Taps = std::vector<Tap>;

// The mean over the window around `centre`, cut at the borders: first and last position.
struct Window {
    int first;
    int last;
};

Window box_window(int centre, int side, int width) noexcept
{
    const int after = width / 2;
    const int before = width - 1 - after;
    return {std::max(0, centre - before), std::min(side - 1, centre + after)};
}

// What the 64 samples along one axis take from which source lines: box filter, box filter, every side/64-th
// position, and the source line of that position when the side was sampled down to 512. Where lines stand for
// several of the source (`lines` of them are there), their shares are added up.
std::vector<Taps> axis_taps(int source_side, bool sampled, int lines)
{
    const int side = sampled ? sampled_side : source_side;
    const int width = (side + windows_per_side - 1) / windows_per_side;
    std::vector<Taps> all;
    all.reserve(thumb_side);
    for (int i = 0; i < thumb_side; ++i) {
        const int centre = (2 * i + 1) * side / (2 * thumb_side);
        const auto outer = box_window(centre, side, width);
        const auto first = box_window(outer.first, side, width).first;
        const auto last = box_window(outer.last, side, width).last;
        std::vector<double> weights(static_cast<std::size_t>(last - first + 1), 0.0);
        for (int middle = outer.first; middle <= outer.last; ++middle) {
            const auto inner = box_window(middle, side, width);
            const double share = 1.0 / (outer.last - outer.first + 1) / (inner.last - inner.first + 1);
            for (int position = inner.first; position <= inner.last; ++position)
                weights[static_cast<std::size_t>(position - first)] += share;
        }
        Taps taps;
        for (int position = first; position <= last; ++position) {
            const int source_line =
                sampled ? static_cast<int>(std::int64_t{position} * source_side / sampled_side) : position;
            const int line = static_cast<int>(std::int64_t{source_line} * lines / source_side);
            const auto weight = static_cast<float>(weights[static_cast<std::size_t>(position - first)]);
            if (!taps.empty() && taps.back().line == line)
                taps.back().weight += weight;
            else
                taps.push_back({line, weight});
        }
        all.push_back(std::move(taps));
    }
    return all;
}

STILLWATCH_CLONES void add_row(const std::uint16_t* levels, float weight, int width_px, float* sums)
{
    for (int x = 0; x < width_px; ++x)
        sums[x] += weight * static_cast<float>(levels[x]);
}

// Both filters are linear and work along one axis each, so the 64 x 64 samples need no filtered full picture:
// the rows of each sample are added up, then the columns.
Thumb thumb_of(const pictures::Luma& picture, int full_width_px, int full_height_px)
{
    constexpr float whole_level = 1.0F / 256.0F;
    const bool sampled = full_width_px > sampled_side || full_height_px > sampled_side;
    const auto row_taps = axis_taps(full_height_px, sampled, picture.height_px);
    const auto column_taps = axis_taps(full_width_px, sampled, picture.width_px);
    Thumb thumb{};
    std::vector<float> line(static_cast<std::size_t>(picture.width_px));
    for (std::size_t i = 0; i < thumb_side; ++i) {
        std::ranges::fill(line, 0.0F);
        for (const auto& tap : row_taps[i])
            add_row(picture.row(tap.line), tap.weight, picture.width_px, line.data());
        for (std::size_t j = 0; j < thumb_side; ++j) {
            float sum = 0;
            for (const auto& tap : column_taps[j])
                sum += tap.weight * line[static_cast<std::size_t>(tap.line)];
            thumb[i][j] = sum * whole_level;
        }
    }
    return thumb;
}

// Sum of the steps between neighbours in whole percent of the range, scaled so that 100 is plenty.
int quality_of(const Thumb& thumb) noexcept
{
    constexpr int steps_for_one_percent = 90;
    const auto step = [](float a, float b) { return std::abs(static_cast<int>((a - b) * 100.0F / 255.0F)); };
    int sum = 0;
    for (std::size_t i = 0; i < thumb_side; ++i) {
        for (std::size_t j = 0; j + 1 < thumb_side; ++j) {
            sum += step(thumb[i][j], thumb[i][j + 1]);
            sum += step(thumb[j][i], thumb[j + 1][i]);
        }
    }
    return std::min(100, sum / steps_for_one_percent);
}

using Cosines = std::array<std::array<float, thumb_side>, block_side>;

// Rows 1..16 of the 64-point DCT-II; row 0, the mean, is left out.
Cosines make_cosines()
{
    Cosines cosines{};
    const double scale = std::sqrt(2.0 / thumb_side);
    for (std::size_t u = 0; u < block_side; ++u)
        for (std::size_t x = 0; x < thumb_side; ++x) {
            const auto angle =
                std::numbers::pi / 2.0 / thumb_side * static_cast<double>((u + 1) * (2 * x + 1));
            cosines[u][x] = static_cast<float>(scale * std::cos(angle));
        }
    return cosines;
}

// block[u][v]: u vertical, v horizontal frequency, both from 1.
Block transform(const Thumb& thumb)
{
    static const Cosines cosines = make_cosines();
    std::array<std::array<float, thumb_side>, block_side> half{};
    for (std::size_t u = 0; u < block_side; ++u)
        for (std::size_t y = 0; y < thumb_side; ++y)
            for (std::size_t x = 0; x < thumb_side; ++x)
                half[u][x] += cosines[u][y] * thumb[y][x];
    Block block{};
    for (std::size_t u = 0; u < block_side; ++u)
        for (std::size_t v = 0; v < block_side; ++v) {
            float sum = 0;
            for (std::size_t x = 0; x < thumb_side; ++x)
                sum += half[u][x] * cosines[v][x];
            block[u][v] = sum;
        }
    return block;
}

// Which frequencies change sign. Index 0 is frequency 1, so an even index is an odd frequency, whose cosine
// turns its sign when the axis is reversed.
struct Turn {
    bool exchange; // rows and columns, before the signs
    bool reverse_rows;
    bool reverse_columns;
};

constexpr Turn turn_of(Orientation orientation) noexcept
{
    switch (orientation) {
    case Orientation::original: return {false, false, false};
    case Orientation::rotate_90: return {true, true, false};
    case Orientation::rotate_180: return {false, true, true};
    case Orientation::rotate_270: return {true, false, true};
    case Orientation::flip_x: return {false, true, false};
    case Orientation::flip_y: return {false, false, true};
    case Orientation::flip_plus_1: return {true, false, false};
    case Orientation::flip_minus_1: return {true, true, true};
    }
    return {false, false, false};
}

Fingerprint bits_of(const Block& block, Turn turn)
{
    std::array<float, 256> values{};
    for (std::size_t u = 0; u < block_side; ++u)
        for (std::size_t v = 0; v < block_side; ++v) {
            const float value = turn.exchange ? block[v][u] : block[u][v];
            const bool negative = (turn.reverse_rows && u % 2 == 0) != (turn.reverse_columns && v % 2 == 0);
            values[u * block_side + v] = negative ? -value : value;
        }
    auto sorted = values;
    const auto median = sorted.begin() + 127; // the lower of the two middle ones, as PDQ takes it
    std::ranges::nth_element(sorted, median);
    Fingerprint fingerprint;
    for (std::size_t bit = 0; bit < values.size(); ++bit)
        if (values[bit] > *median) fingerprint.words[bit / 64] |= std::uint64_t{1} << (bit % 64);
    return fingerprint;
}

} // namespace

Frame fingerprint(const pictures::Luma& picture)
{
    return coarse_fingerprint(picture, picture.width_px, picture.height_px);
}

Frame coarse_fingerprint(const pictures::Luma& picture, int full_width_px, int full_height_px)
{
    Frame frame;
    if (picture.width_px < 1 || picture.height_px < 1) return frame;
    const auto thumb = thumb_of(picture, full_width_px, full_height_px);
    frame.quality_percent = quality_of(thumb);
    const auto block = transform(thumb);
    for (std::size_t i = 0; i < orientation_count; ++i)
        frame.fingerprints[i] = bits_of(block, turn_of(static_cast<Orientation>(i)));
    return frame;
}

Frame fingerprint_of_turns(const pictures::Luma& picture)
{
    // What EXIF calls each turn; PDQ turns anti-clockwise.
    constexpr std::array<int, orientation_count> exif_codes{1, 8, 3, 6, 4, 2, 5, 7};
    auto frame = fingerprint(picture);
    for (std::size_t i = 1; i < orientation_count; ++i)
        frame.fingerprints[i] = fingerprint(pictures::turned_upright(picture, exif_codes[i])).fingerprints[0];
    return frame;
}

} // namespace stillwatch::features
