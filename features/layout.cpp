#include "features/layout.hpp"

#include "pictures/clones.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>

namespace stillwatch::features {

namespace {

// Smaller cells show too little (min_side_px of a contact sheet's cell at 64 px lies below).
constexpr int least_side_px = 48;
constexpr double least_area_share = 0.003; // of the picture
constexpr double most_area_share = 0.75;   // what is nearly all of it is looked at anyway
// Rows of cells, cells of a row, and once more for sheets in a page.
constexpr int most_cuts_deep = 3;

// A line is even where hardly a pixel is off its mean: gutters, also after JPEG.
constexpr int even_levels = 12;
constexpr double most_uneven_share = 0.02;
// A seam is a line across which most pixels step, and many more than across the lines around it.
constexpr int step_levels = 10;
constexpr double least_step_share = 0.45;
constexpr double least_over_others = 3;
constexpr int others_px = 12;

// Longer than this many times its width, a picture is looked at in windows of a photograph's shape, each half
// over the next, where it is wide enough to show something.
constexpr double long_ratio = 2.2;
constexpr double window_ratio = 4.0 / 3;
constexpr int least_window_px = 128;

constexpr std::uint16_t even_units = even_levels * 256;
constexpr std::uint16_t step_units = step_levels * 256;

// What is told of each line of a region: rows from the top, or columns from the left.
struct Lines {
    std::vector<double> uneven; // share of its pixels that are off its mean
    std::vector<double> steps;  // share that steps from the line before; 0 for the first
};

struct Range {
    int begin = 0;
    int end = 0;
    int size() const noexcept { return end - begin; }
};

STILLWATCH_CLONES std::uint32_t sum_of(const std::uint16_t* row, int count)
{
    std::uint32_t sum = 0; // of 256ths: 32 bits bear 65 000 white pixels
    for (int x = 0; x < count; ++x)
        sum += row[x];
    return sum;
}

STILLWATCH_CLONES std::uint32_t count_off(const std::uint16_t* row, int count, int mean)
{
    std::uint32_t off = 0;
    for (int x = 0; x < count; ++x)
        off += std::abs(row[x] - mean) > even_units ? 1U : 0U;
    return off;
}

STILLWATCH_CLONES std::uint32_t count_steps(const std::uint16_t* row, const std::uint16_t* other, int count)
{
    std::uint32_t steps = 0;
    for (int x = 0; x < count; ++x)
        steps += std::abs(row[x] - other[x]) > step_units ? 1U : 0U;
    return steps;
}

STILLWATCH_CLONES void add_row(const std::uint16_t* row, int count, std::uint32_t* sums)
{
    for (int x = 0; x < count; ++x)
        sums[x] += row[x];
}

STILLWATCH_CLONES void add_off(const std::uint16_t* row, int count, const std::int32_t* means,
                               std::uint32_t* off)
{
    for (int x = 0; x < count; ++x)
        off[x] += std::abs(row[x] - means[x]) > even_units ? 1U : 0U;
}

STILLWATCH_CLONES void add_steps(const std::uint16_t* row, int count, std::uint32_t* steps)
{
    for (int x = 1; x < count; ++x)
        steps[x] += std::abs(row[x] - row[x - 1]) > step_units ? 1U : 0U;
}

Lines rows_of(const pictures::Luma& frame, const Part& region)
{
    Lines lines;
    const double width = region.width_px;
    for (int y = 0; y < region.height_px; ++y) {
        const auto* row = frame.row(region.y_px + y) + region.x_px;
        const auto mean =
            static_cast<int>(sum_of(row, region.width_px) / static_cast<unsigned>(region.width_px));
        lines.uneven.push_back(count_off(row, region.width_px, mean) / width);
        const auto* above = y == 0 ? row : frame.row(region.y_px + y - 1) + region.x_px;
        lines.steps.push_back(count_steps(row, above, region.width_px) / width);
    }
    return lines;
}

Lines columns_of(const pictures::Luma& frame, const Part& region)
{
    const auto columns = static_cast<std::size_t>(region.width_px);
    std::vector<std::uint32_t> sums(columns, 0);
    std::vector<std::uint32_t> off(columns, 0);
    std::vector<std::uint32_t> steps(columns, 0);
    std::vector<std::int32_t> means(columns, 0);
    const auto row_at = [&](int y) { return frame.row(region.y_px + y) + region.x_px; };
    for (int y = 0; y < region.height_px; ++y)
        add_row(row_at(y), region.width_px, sums.data());
    for (std::size_t x = 0; x < columns; ++x)
        means[x] = static_cast<std::int32_t>(sums[x] / static_cast<unsigned>(region.height_px));
    for (int y = 0; y < region.height_px; ++y) {
        add_off(row_at(y), region.width_px, means.data(), off.data());
        add_steps(row_at(y), region.width_px, steps.data());
    }
    Lines lines;
    const double height = region.height_px;
    for (std::size_t x = 0; x < columns; ++x) {
        lines.uneven.push_back(off[x] / height);
        lines.steps.push_back(steps[x] / height);
    }
    return lines;
}

bool is_seam(const std::vector<double>& steps, std::size_t at)
{
    if (steps[at] < least_step_share) return false;
    std::vector<double> others;
    for (int away = 2; away <= others_px; ++away) {
        const auto distance = static_cast<std::size_t>(away);
        if (at >= distance) others.push_back(steps[at - distance]);
        if (at + distance < steps.size()) others.push_back(steps[at + distance]);
    }
    if (others.empty()) return false;
    const auto middle = others.begin() + static_cast<std::ptrdiff_t>(others.size() / 2);
    std::ranges::nth_element(others, middle);
    return steps[at] >= least_over_others * *middle;
}

// What lies between even lines and seams, as far as it is wide enough.
std::vector<Range> bands_of(const Lines& lines)
{
    std::vector<Range> bands;
    const int count = static_cast<int>(lines.uneven.size());
    int begin = 0;
    const auto close = [&](int end) {
        if (end - begin >= least_side_px) bands.push_back({begin, end});
    };
    for (int i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (lines.uneven[at] <= most_uneven_share) {
            close(i);
            begin = i + 1;
        } else if (i > begin && is_seam(lines.steps, at)) {
            close(i);
            begin = i;
        }
    }
    close(count);
    return bands;
}

class Cutter {
public:
    explicit Cutter(const pictures::Luma& frame) : frame_(frame) {}

    std::vector<Part> cut()
    {
        const Part whole{0, 0, frame_.width_px, frame_.height_px};
        cut(whole, 0);
        if (parts_.empty()) add_windows(whole);
        const double area = area_of(whole);
        std::erase_if(parts_, [&](const Part& part) {
            return area_of(part) < least_area_share * area || area_of(part) > most_area_share * area;
        });
        std::ranges::stable_sort(parts_, std::greater{}, area_of);
        if (parts_.size() > PictureFeatures::max_parts) parts_.resize(PictureFeatures::max_parts);
        return std::move(parts_);
    }

private:
    static double area_of(const Part& part) { return static_cast<double>(part.width_px) * part.height_px; }

    void cut(const Part& region, int depth)
    {
        if (depth == most_cuts_deep) return add(region);
        auto in_rows = [&region](Range band) {
            return Part{region.x_px, region.y_px + band.begin, region.width_px, band.size()};
        };
        auto in_columns = [&region](Range band) {
            return Part{region.x_px + band.begin, region.y_px, band.size(), region.height_px};
        };
        if (region.height_px >= 2 * least_side_px &&
            split(bands_of(rows_of(frame_, region)), region.height_px, in_rows, depth))
            return;
        if (region.width_px >= 2 * least_side_px &&
            split(bands_of(columns_of(frame_, region)), region.width_px, in_columns, depth))
            return;
        if (depth > 0) add(region);
    }

    template <class InRegion>
    bool split(const std::vector<Range>& bands, int side, const InRegion& in_region, int depth)
    {
        const bool is_cut = bands.size() > 1 || (bands.size() == 1 && bands.front().size() < side);
        if (!is_cut) return false;
        for (const auto& band : bands)
            cut(in_region(band), depth + 1);
        return true;
    }

    void add(const Part& part)
    {
        if (parts_.size() >= most_kept_) return;
        parts_.push_back(part);
        add_windows(part);
    }

    void add_windows(const Part& part)
    {
        const bool is_tall = part.height_px > part.width_px;
        const int width = std::min(part.width_px, part.height_px);
        const int length = std::max(part.width_px, part.height_px);
        if (width < least_window_px || length < long_ratio * width) return;
        const double window = window_ratio * width;
        const int count = static_cast<int>(std::ceil((length - window) / (window / 2))) + 1;
        for (int i = 0; i < count && parts_.size() < most_kept_; ++i) {
            const int at = static_cast<int>((length - window) * i / (count - 1));
            const int size = static_cast<int>(window);
            parts_.push_back(is_tall ? Part{part.x_px, part.y_px + at, width, size}
                                     : Part{part.x_px + at, part.y_px, size, width});
        }
    }

    static constexpr std::size_t most_kept_ = 1'000; // while cutting

    const pictures::Luma& frame_;
    std::vector<Part> parts_;
};

} // namespace

std::vector<Part> parts_of(const pictures::Luma& frame)
{
    if (std::min(frame.width_px, frame.height_px) < least_side_px) return {};
    return Cutter(frame).cut();
}

} // namespace stillwatch::features
