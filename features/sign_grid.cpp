#include "features/sign_grid.hpp"

#include "features/grey.hpp"
#include "features/reduce_by_area.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace stillwatch::features {

namespace {

constexpr int samples_per_cell = 4;     // a side; averaged
constexpr double cell_blur_sigma = 0.7; // forgives an alignment that is off by half a cell
constexpr float clear_step = 1.5F;      // levels between the cells on either side; below it noise decides

// Signs of a grid of cell means, unpacked.
struct Signs {
    int columns = 0;
    int rows = 0;
    cv::Mat cells; // float, rows x columns

    float right(int x, int y) const
    {
        const auto* row = cells.ptr<float>(y);
        return row[std::min(x + 1, columns - 1)] - row[std::max(x - 1, 0)];
    }
    float down(int x, int y) const
    {
        return cells.at<float>(std::min(y + 1, rows - 1), x) - cells.at<float>(std::max(y - 1, 0), x);
    }
};

struct Mapping {
    double a[6]; // from sample index to pixel centres of the source

    cv::Matx23d matrix() const { return {a[0], a[1], a[2], a[3], a[4], a[5]}; }
};

Signs signs_of(const DecodedFrames::Grey& frame, const View& view, Mapping& mapping)
{
    Signs signs;
    signs.columns = view.tile_columns * SignGrid::tile_cells;
    signs.rows = view.tile_rows * SignGrid::tile_cells;
    const cv::Size size(signs.columns * samples_per_cell, signs.rows * samples_per_cell);
    const auto& a = view.a;
    const double per_u = 1.0 / size.width;
    const double per_v = 1.0 / size.height;
    // Sample i has its centre at (i + 1/2) / count of the unit square; pixel k its centre at k + 1/2.
    mapping = {{a[0] * per_u, a[1] * per_v, a[2] + a[0] * per_u / 2 + a[1] * per_v / 2 - 0.5, a[3] * per_u,
                a[4] * per_v, a[5] + a[3] * per_u / 2 + a[4] * per_v / 2 - 0.5}};
    cv::Mat source = mat_of(frame);
    // Where samples lie far apart, the picture is made smaller first, so that none of it is skipped.
    const double pixels_a_sample =
        std::sqrt(std::abs(mapping.a[0] * mapping.a[4] - mapping.a[1] * mapping.a[3]));
    constexpr double too_far = 1.5;
    auto warp = mapping;
    if (pixels_a_sample > too_far) {
        const auto smaller = [&](int side) {
            return std::clamp(static_cast<int>(std::lround(side / pixels_a_sample)), std::min(side, 2), side);
        };
        cv::Mat small(smaller(source.rows), smaller(source.cols), CV_8U);
        const double x = static_cast<double>(small.cols) / source.cols;
        const double y = static_cast<double>(small.rows) / source.rows;
        reduce_by_area(source.ptr(), source.cols, source.rows, small.ptr(), small.cols, small.rows);
        source = small;
        for (int i = 0; i < 3; ++i) {
            warp.a[i] *= x;
            warp.a[3 + i] *= y;
        }
        warp.a[2] += (x - 1) / 2;
        warp.a[5] += (y - 1) / 2;
    }
    cv::Mat samples;
    cv::warpAffine(source, samples, warp.matrix(), size, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                   cv::BORDER_REPLICATE);
    samples.convertTo(samples, CV_32F);
    cv::resize(samples, signs.cells, cv::Size(signs.columns, signs.rows), 0, 0, cv::INTER_AREA);
    cv::GaussianBlur(signs.cells, signs.cells, cv::Size(5, 5), cell_blur_sigma);
    return signs;
}

template <class IsClearRight, class IsClearDown>
SignGrid packed(const Signs& signs, const IsClearRight& is_clear_right, const IsClearDown& is_clear_down)
{
    SignGrid sign_grid;
    sign_grid.tile_columns = signs.columns / SignGrid::tile_cells;
    sign_grid.tile_rows = signs.rows / SignGrid::tile_cells;
    for (auto* plane : {&sign_grid.right, &sign_grid.down, &sign_grid.right_clear, &sign_grid.down_clear})
        plane->assign(sign_grid.plane_bytes(), 0);
    std::size_t at = 0;
    for (int y = 0; y < signs.rows; ++y)
        for (int x = 0; x < signs.columns; ++x, ++at) {
            const auto bit = static_cast<std::uint8_t>(1U << (at % 8));
            const auto set = [&](std::vector<std::uint8_t>& plane, bool value) {
                if (value) plane[at / 8] = static_cast<std::uint8_t>(plane[at / 8] | bit);
            };
            set(sign_grid.right, signs.right(x, y) > 0);
            set(sign_grid.down, signs.down(x, y) > 0);
            set(sign_grid.right_clear, is_clear_right(x, y));
            set(sign_grid.down_clear, is_clear_down(x, y));
        }
    return sign_grid;
}

// The largest share of a tile's clear bits that agree when the tile is laid elsewhere on its own picture.
std::uint8_t chance_of(const Signs& signs, int tile_x, int tile_y)
{
    constexpr int side = SignGrid::tile_cells;
    constexpr int reach = 16;  // cells
    constexpr int step = 2;    // cells; signs hardly change from one to the next
    constexpr int nearest = 4; // nearer it is still the same place
    struct Bit {
        int x, y;
        bool is_right, value;
    };
    std::vector<Bit> bits;
    for (int y = tile_y * side; y < (tile_y + 1) * side; ++y)
        for (int x = tile_x * side; x < (tile_x + 1) * side; ++x) {
            if (const float step_right = signs.right(x, y); std::abs(step_right) > clear_step)
                bits.push_back({x, y, true, step_right > 0});
            if (const float step_down = signs.down(x, y); std::abs(step_down) > clear_step)
                bits.push_back({x, y, false, step_down > 0});
        }
    if (bits.empty()) return 255;
    double most = 0;
    for (int dy = -reach; dy <= reach; dy += step)
        for (int dx = -reach; dx <= reach; dx += step) {
            if (std::max(std::abs(dx), std::abs(dy)) < nearest) continue;
            std::size_t inside = 0;
            std::size_t agreeing = 0;
            for (const auto& bit : bits) {
                const int x = bit.x + dx;
                const int y = bit.y + dy;
                if (x < 0 || y < 0 || x >= signs.columns || y >= signs.rows) continue;
                ++inside;
                const float there = bit.is_right ? signs.right(x, y) : signs.down(x, y);
                agreeing += (there > 0) == bit.value ? 1U : 0U;
            }
            if (inside * 4 >= bits.size() * 3)
                most = std::max(most, static_cast<double>(agreeing) / static_cast<double>(inside));
        }
    return static_cast<std::uint8_t>(std::lround(most * 255));
}

// Whether two narrow ranges of brightness hold most of a part: paper and ink, a button and its label. A
// photograph spreads over its range even where it is smooth.
bool is_graphic(const cv::Mat& part)
{
    constexpr double drawn_share = 0.55;
    constexpr int least_range = 40; // levels; below it noise is as wide as the ranges
    constexpr int parts_of_range = 24;
    std::array<int, 256> counts{};
    for (int y = 0; y < part.rows; ++y)
        for (int x = 0; x < part.cols; ++x)
            ++counts[part.at<std::uint8_t>(y, x)];
    const int total = part.rows * part.cols;
    const auto level_at = [&](double share) {
        int seen = 0;
        for (int level = 0; level < 256; ++level)
            if ((seen += counts[static_cast<std::size_t>(level)]) > share * total) return level;
        return 255;
    };
    const int range = level_at(0.98) - level_at(0.02);
    if (range < least_range) return false;
    const int width = std::max(3, range / parts_of_range);
    const auto sum_at = [&](int begin) {
        int sum = 0;
        for (int level = begin; level < std::min(256, begin + width); ++level)
            sum += counts[static_cast<std::size_t>(level)];
        return sum;
    };
    int held = 0;
    for (int round = 0; round < 2; ++round) {
        int best = 0;
        for (int begin = 0; begin < 256; ++begin)
            if (sum_at(begin) > sum_at(best)) best = begin;
        held += sum_at(best);
        std::fill_n(counts.begin() + best, std::min(width, 256 - best), 0);
    }
    return held > drawn_share * total;
}

} // namespace

ReferenceSignGrid reference_sign_grid(const DecodedFrames::Grey& frame)
{
    const int longer = std::max(frame.width_px, frame.height_px);
    const auto tiles = [&](int side) {
        const double cells = static_cast<double>(sign_grid_cells) * side / longer;
        return std::max(1, static_cast<int>(std::lround(cells / SignGrid::tile_cells)));
    };
    const View whole{0,
                     tiles(frame.width_px),
                     tiles(frame.height_px),
                     {static_cast<double>(frame.width_px), 0, 0, 0, static_cast<double>(frame.height_px), 0}};
    Mapping mapping;
    const auto signs = signs_of(frame, whole, mapping);
    ReferenceSignGrid reference;
    reference.sign_grid = packed(
        signs, [&](int x, int y) { return std::abs(signs.right(x, y)) > clear_step; },
        [&](int x, int y) { return std::abs(signs.down(x, y)) > clear_step; });
    const auto picture = mat_of(frame);
    for (int y = 0; y < whole.tile_rows; ++y)
        for (int x = 0; x < whole.tile_columns; ++x) {
            const int left = x * frame.width_px / whole.tile_columns;
            const int top = y * frame.height_px / whole.tile_rows;
            const int right = std::max(left + 1, (x + 1) * frame.width_px / whole.tile_columns);
            const int bottom = std::max(top + 1, (y + 1) * frame.height_px / whole.tile_rows);
            const auto part =
                picture(cv::Rect(cv::Point(left, top), cv::Point(std::min(right, frame.width_px),
                                                                 std::min(bottom, frame.height_px))));
            reference.tiles.push_back({chance_of(signs, x, y), is_graphic(part)});
        }
    return reference;
}

SignGrid sign_grid_at(const DecodedFrames::Grey& frame, const View& view)
{
    Mapping mapping;
    const auto signs = signs_of(frame, view, mapping);
    const auto& a = mapping.a;
    const auto is_inside = [&](int x, int y) {
        const double u = (x + 0.5) * samples_per_cell - 0.5;
        const double v = (y + 0.5) * samples_per_cell - 0.5;
        const double at_x = a[0] * u + a[1] * v + a[2];
        const double at_y = a[3] * u + a[4] * v + a[5];
        return at_x >= 0 && at_y >= 0 && at_x <= frame.width_px - 1 && at_y <= frame.height_px - 1;
    };
    return packed(signs, is_inside, is_inside);
}

} // namespace stillwatch::features
