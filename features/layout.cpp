#include "features/layout.hpp"

#include "pictures/clones.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>

namespace stillwatch::features {

namespace {

// Smaller cells show too little (min_side_px of a contact sheet's cell at 64 px lies below).
constexpr int least_side_px = 40;
constexpr int least_strip_px = 24;
constexpr double least_area_share = 0.003;  // of the picture
constexpr double least_covered_share = 0.5; // by all cells: else these are things before an even ground
constexpr double fully_covered_share = 0.9;
constexpr double most_area_share = 0.75; // what is nearly all of it is looked at anyway
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

// Strips and tiles in another order leave seams at equal distances that may be faint one by one: this share
// of them must stand out from all but one of the lines around. Of few, all must, and clearly.
constexpr int most_regular = 24;
constexpr double stands_out = 1.3;
constexpr double least_standing_out = 0.6;
constexpr int few = 4;
constexpr double stands_out_clearly = 2;
constexpr double least_jump_levels = 1; // below, what stands out is noise

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
    std::vector<double> jumps;  // mean difference from the line before, in levels
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

STILLWATCH_CLONES std::uint32_t sum_jumps(const std::uint16_t* row, const std::uint16_t* other, int count)
{
    std::uint32_t sum = 0;
    for (int x = 0; x < count; ++x)
        sum += static_cast<std::uint32_t>(std::abs(row[x] - other[x]));
    return sum;
}

STILLWATCH_CLONES void add_jumps(const std::uint16_t* row, int count, std::uint32_t* jumps)
{
    for (int x = 1; x < count; ++x)
        jumps[x] += static_cast<std::uint32_t>(std::abs(row[x] - row[x - 1]));
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
        lines.jumps.push_back(sum_jumps(row, above, region.width_px) / (256 * width));
    }
    return lines;
}

Lines columns_of(const pictures::Luma& frame, const Part& region)
{
    const auto columns = static_cast<std::size_t>(region.width_px);
    std::vector<std::uint32_t> sums(columns, 0);
    std::vector<std::uint32_t> off(columns, 0);
    std::vector<std::uint32_t> steps(columns, 0);
    std::vector<std::uint32_t> jumps(columns, 0);
    std::vector<std::int32_t> means(columns, 0);
    const auto row_at = [&](int y) { return frame.row(region.y_px + y) + region.x_px; };
    for (int y = 0; y < region.height_px; ++y)
        add_row(row_at(y), region.width_px, sums.data());
    for (std::size_t x = 0; x < columns; ++x)
        means[x] = static_cast<std::int32_t>(sums[x] / static_cast<unsigned>(region.height_px));
    for (int y = 0; y < region.height_px; ++y) {
        add_off(row_at(y), region.width_px, means.data(), off.data());
        add_steps(row_at(y), region.width_px, steps.data());
        add_jumps(row_at(y), region.width_px, jumps.data());
    }
    Lines lines;
    const double height = region.height_px;
    for (std::size_t x = 0; x < columns; ++x) {
        lines.uneven.push_back(off[x] / height);
        lines.steps.push_back(steps[x] / height);
        lines.jumps.push_back(jumps[x] / (256 * height));
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

enum class Cut : std::uint8_t { gutters, gutters_and_seams };

// What lies between even lines, and seams where asked for, as far as it is wide enough.
std::vector<Range> bands_of(const Lines& lines, Cut cut_at)
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
        } else if (cut_at == Cut::gutters_and_seams && i > begin && is_seam(lines.steps, at)) {
            close(i);
            begin = i;
        }
    }
    close(count);
    return bands;
}

// How far the line stands out from all but one of those around it, or the one beside it does where a cut fell
// between two pixels.
double standing_out(const std::vector<double>& jumps, int at)
{
    const int count = static_cast<int>(jumps.size());
    double best = 0;
    for (int line = std::max(1, at - 1); line <= std::min(at + 1, count - 1); ++line)
        best = std::max(best, jumps[static_cast<std::size_t>(line)]);
    if (best < least_jump_levels) return 0;
    double first = 0;
    double second = 0;
    for (int away = -others_px; away <= others_px; ++away) {
        const int line = at + away;
        if (std::abs(away) <= 2 || line < 1 || line >= count) continue;
        const double jump = jumps[static_cast<std::size_t>(line)];
        second = std::max(second, std::min(first, jump));
        first = std::max(first, jump);
    }
    return second > 0 ? best / second : 0;
}

bool is_cut_in(const std::vector<double>& jumps, int strips)
{
    int standing = 0;
    int clearly = 0;
    for (int i = 1; i < strips; ++i) {
        const auto at = std::lround(static_cast<double>(jumps.size()) * i / strips);
        const double much = standing_out(jumps, static_cast<int>(at));
        if (much >= stands_out) ++standing;
        if (much >= stands_out_clearly) ++clearly;
    }
    const int seams = strips - 1;
    return seams < few ? clearly == seams : standing >= least_standing_out * seams;
}

// Equal bands, as many as there are seams for; one where there are none.
std::vector<Range> regular_bands_of(const Lines& lines)
{
    const int side = static_cast<int>(lines.jumps.size());
    for (int strips = std::min(most_regular, side / least_strip_px); strips > 1; --strips) {
        if (!is_cut_in(lines.jumps, strips)) continue;
        std::vector<Range> bands;
        for (int i = 0; i < strips; ++i)
            bands.push_back({side * i / strips, side * (i + 1) / strips});
        return bands;
    }
    return {{0, side}};
}

class Cutter {
public:
    explicit Cutter(const pictures::Luma& frame) : frame_(frame) {}

    std::vector<Part> cut()
    {
        const Part whole{0, 0, frame_.width_px, frame_.height_px};
        cut(whole, 0);
        const double area = area_of(whole);
        std::erase_if(parts_, [&](const Part& part) {
            return area_of(part) < least_area_share * area || area_of(part) > most_area_share * area;
        });
        double covered = 0;
        for (const auto& part : parts_)
            covered += area_of(part);
        if (parts_.size() < 2 || covered < least_covered_share * area) parts_.clear();
        auto long_ones = parts_;
        if (parts_.empty() || covered < fully_covered_share * area) long_ones.push_back(whole);
        for (const auto& part : long_ones)
            add_windows(part);
        std::ranges::stable_sort(parts_, std::greater{}, area_of);
        if (parts_.size() > PictureFeatures::max_parts) parts_.resize(PictureFeatures::max_parts);
        return std::move(parts_);
    }

private:
    static double area_of(const Part& part) { return static_cast<double>(part.width_px) * part.height_px; }

    // Gutters first; without any, seams at equal distances, then single seams.
    void cut(const Part& region, int depth)
    {
        if (depth == most_cuts_deep || std::min(region.width_px, region.height_px) < least_side_px)
            return add(region);
        const auto rows = rows_of(frame_, region);
        const auto columns = columns_of(frame_, region);
        for (const auto cut_at : {Cut::gutters, Cut::gutters_and_seams}) {
            const auto across = bands_of(rows, cut_at);
            if (is_cut(across, region.height_px))
                return cut_cells(region, across, {all(region.width_px)}, depth);
            const auto along = bands_of(columns, cut_at);
            if (is_cut(along, region.width_px))
                return cut_cells(region, {all(region.height_px)}, along, depth);
            if (cut_at == Cut::gutters_and_seams) break;
            const auto strips = regular_bands_of(rows);
            const auto stripes = regular_bands_of(columns);
            if (strips.size() * stripes.size() > 1)
                return cut_cells(region, strips, stripes, most_cuts_deep - 1);
        }
        if (depth > 0) add(region);
    }

    static Range all(int side) { return {0, side}; }
    static bool is_cut(const std::vector<Range>& bands, int side)
    {
        return bands.size() > 1 || (bands.size() == 1 && bands.front().size() < side);
    }

    void cut_cells(const Part& region, const std::vector<Range>& rows, const std::vector<Range>& columns,
                   int depth)
    {
        for (const auto& row : rows)
            for (const auto& column : columns)
                cut({region.x_px + column.begin, region.y_px + row.begin, column.size(), row.size()},
                    depth + 1);
    }

    void add(const Part& part)
    {
        if (parts_.size() >= most_kept_) return;
        parts_.push_back(part);
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
