#include "videos/frame_choice.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace stillwatch::videos {

namespace {

// Of a bar that captions are written over, so much of a line across them at most.
constexpr double most_written_over = 0.3;
// Widths of the bars on both sides differ by rounding.
constexpr std::size_t equal_lines = 3;

struct Bars {
    std::size_t before = 0; // lines
    std::size_t behind = 0;
};

// How many lines more, of `size`, belong to the bars, if so much of each may be lit.
template <class IsOfBar>
Bars widened(Bars bars, std::size_t size, double lit, const IsOfBar& is_of_bar)
{
    while (bars.before < size && is_of_bar(bars.before, lit))
        ++bars.before;
    while (bars.before + bars.behind < size && is_of_bar(size - 1 - bars.behind, lit))
        ++bars.behind;
    return bars;
}

// From where to where, of `size` lines, none belongs to a bar. Bars are as wide on one side as on the other;
// what is written over them hides that. Taken as it looks, a caption beside a picture with a dark rim would
// cut the one and keep the other, and what is left would end neither where the picture ends nor where the
// frame does. So bars that are equal but for what is written count, or else the narrower one up to the width
// of the other.
template <class IsOfBar>
std::pair<std::size_t, std::size_t> between_bars(std::size_t size, const IsOfBar& is_of_bar)
{
    const auto black = widened({}, size, 0, is_of_bar);
    if (black.before + black.behind == 0 || black.before + black.behind >= size)
        return {black.before, size - black.behind};
    auto bars = widened(black, size, most_written_over, is_of_bar);
    const auto apart = std::max(bars.before, bars.behind) - std::min(bars.before, bars.behind);
    if (apart > equal_lines) {
        const auto wider = std::max(black.before, black.behind);
        bars.before = std::min(bars.before, wider);
        bars.behind = std::min(bars.behind, wider);
    }
    return {bars.before, size - bars.behind};
}

} // namespace

ShownBox without_bars(ByteView rgb, int width_px, int height_px)
{
    const ShownBox all{0, 0, width_px, height_px};
    if (width_px <= 0 || height_px <= 0) return all;
    const auto width = static_cast<std::size_t>(width_px);
    const auto height = static_cast<std::size_t>(height_px);
    if (rgb.size() < 3 * width * height) return all;
    constexpr auto blackest = std::byte{24}; // what encoding makes of 0
    const auto is_black = [&](std::size_t x, std::size_t y) {
        const auto pixel = rgb.subspan(3 * (y * width + x), 3);
        return std::ranges::all_of(pixel, [](std::byte value) { return value <= blackest; });
    };
    std::size_t top = 0;
    std::size_t bottom = height;
    const auto is_row_of_bar = [&](std::size_t y, double written_over) {
        std::size_t lit = 0;
        for (std::size_t x = 0; x < width; ++x)
            lit += is_black(x, y) ? 0 : 1;
        return static_cast<double>(lit) <= written_over * static_cast<double>(width);
    };
    const auto is_column_of_bar = [&](std::size_t x, double written_over) {
        std::size_t lit = 0;
        for (auto y = top; y < bottom; ++y)
            lit += is_black(x, y) ? 0 : 1;
        return static_cast<double>(lit) <= written_over * static_cast<double>(bottom - top);
    };
    std::tie(top, bottom) = between_bars(height, is_row_of_bar);
    const auto [left, right] = between_bars(width, is_column_of_bar);
    constexpr std::size_t least_px = 64;
    if (right < left + least_px || bottom < top + least_px) return all;
    return {static_cast<int>(left), static_cast<int>(top), static_cast<int>(right - left),
            static_cast<int>(bottom - top)};
}

double mean_difference(const Thumbnail& a, const Thumbnail& b) noexcept
{
    int sum = 0;
    for (std::size_t i = 0; i < a.levels.size(); ++i)
        sum += std::abs(int{a.levels[i]} - int{b.levels[i]});
    return static_cast<double>(sum) / static_cast<double>(a.levels.size());
}

double standard_deviation(const Thumbnail& thumbnail) noexcept
{
    const auto count = static_cast<double>(thumbnail.levels.size());
    double sum = 0;
    double squares = 0;
    for (const double level : thumbnail.levels) {
        sum += level;
        squares += level * level;
    }
    const auto mean = sum / count;
    return std::sqrt(std::max(0.0, squares / count - mean * mean));
}

FrameChooser::FrameChooser(VideoPass pass, std::int64_t duration_ms) noexcept
    : pass_(pass), step_ms_(duration_ms > 0 && duration_ms < short_video_ms ? 500 : 1000)
{
}

bool FrameChooser::is_due(std::int64_t time_ms, bool is_key) const noexcept
{
    if (is_key && (!last_drawn_ms_ || time_ms - *last_drawn_ms_ >= least_gap_of_key_frames_ms)) return true;
    return pass_ == VideoPass::look && time_ms >= next_due_ms_;
}

Choice FrameChooser::choose(std::int64_t time_ms, const Thumbnail& thumbnail) noexcept
{
    last_drawn_ms_ = time_ms;
    if (time_ms >= next_due_ms_) next_due_ms_ = (time_ms / step_ms_ + 1) * step_ms_;
    if (standard_deviation(thumbnail) < least_deviation) return Choice::flat;
    if (pass_ == VideoPass::look && last_chosen_ &&
        mean_difference(*last_chosen_, thumbnail) < least_difference)
        return Choice::like_the_last;
    last_chosen_ = thumbnail;
    return Choice::chosen;
}

std::vector<std::int64_t> neighbour_times(std::int64_t time_ms)
{
    constexpr std::int64_t apart_ms = 350;
    if (time_ms < apart_ms) return {time_ms + apart_ms};
    return {time_ms - apart_ms, time_ms + apart_ms};
}

} // namespace stillwatch::videos
