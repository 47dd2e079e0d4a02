#include "features/trim.hpp"

#include "pictures/clones.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace stillwatch::features {

namespace {

constexpr double least_trim_share = 0.02; // of the side; less hardly moves a fingerprint
constexpr double least_left_share = 0.25;

// First and last line + 1.
struct Range {
    int begin = 0;
    int end = 0;
    int size() const noexcept { return end - begin; }
};

// Sum of the steps between neighbours. 32 bits suffice for PictureLimits::max_side_px steps of white.
STILLWATCH_CLONES std::int32_t steps_along(const std::uint16_t* row, int width_px)
{
    std::int32_t sum = 0;
    for (int x = 1; x < width_px; ++x)
        sum += std::abs(row[x] - row[x - 1]);
    return sum;
}

// Adds quarters of a level: 32 bits suffice for any side.
STILLWATCH_CLONES void add_steps_across(const std::uint16_t* row, const std::uint16_t* above, int width_px,
                                        std::int32_t* sums)
{
    for (int x = 0; x < width_px; ++x)
        sums[x] += std::abs(row[x] - above[x]) >> 6;
}

// Mean step between neighbours along each row of a part, and along each column.
std::vector<double> row_steps(const pictures::Luma& frame, Range rows, Range columns)
{
    std::vector<double> steps;
    for (int y = rows.begin; y < rows.end; ++y) {
        const auto sum = steps_along(frame.row(y) + columns.begin, columns.size());
        steps.push_back(static_cast<double>(sum) / std::max(1, columns.size() - 1));
    }
    return steps;
}

std::vector<double> column_steps(const pictures::Luma& frame, Range rows, Range columns)
{
    std::vector<std::int32_t> sums(static_cast<std::size_t>(columns.size()), 0);
    for (int y = rows.begin + 1; y < rows.end; ++y)
        add_steps_across(frame.row(y) + columns.begin, frame.row(y - 1) + columns.begin, columns.size(),
                         sums.data());
    std::vector<double> steps(sums.begin(), sums.end());
    return steps;
}

Range busy_part(const std::vector<double>& steps, double quiet_share)
{
    auto sorted = steps;
    const auto busy = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 3 / 4);
    std::ranges::nth_element(sorted, busy);
    const double quiet = *busy * quiet_share;
    int first = 0;
    int last = static_cast<int>(steps.size());
    while (first < last && steps[static_cast<std::size_t>(first)] <= quiet)
        ++first;
    while (last > first && steps[static_cast<std::size_t>(last - 1)] <= quiet)
        --last;
    const int side = static_cast<int>(steps.size());
    if (first < side * least_trim_share) first = 0;
    if (side - last < side * least_trim_share) last = side;
    return {first, last};
}

} // namespace

std::optional<pictures::Luma> trimmed(const pictures::Luma& frame, double quiet_share)
{
    const Range all_rows{0, frame.height_px};
    const Range all_columns{0, frame.width_px};
    if (frame.width_px < 2 || frame.height_px < 2) return std::nullopt;
    // Rows first; a frame all around is seen once the bars above and below are gone.
    auto rows = busy_part(row_steps(frame, all_rows, all_columns), quiet_share);
    if (rows.size() < 2) return std::nullopt;
    const auto columns = busy_part(column_steps(frame, rows, all_columns), quiet_share);
    if (rows.size() == frame.height_px && columns.size() == frame.width_px) return std::nullopt;
    if (rows.size() < frame.height_px * least_left_share ||
        columns.size() < frame.width_px * least_left_share)
        return std::nullopt;
    pictures::Luma inside(columns.size(), rows.size());
    for (int y = 0; y < rows.size(); ++y)
        std::copy_n(frame.row(rows.begin + y) + columns.begin, columns.size(), inside.row(y));
    return inside;
}

} // namespace stillwatch::features
