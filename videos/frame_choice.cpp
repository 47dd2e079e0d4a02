#include "videos/frame_choice.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace stillwatch::videos {

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
    const auto is_black_row = [&](std::size_t y) {
        for (std::size_t x = 0; x < width; ++x)
            if (!is_black(x, y)) return false;
        return true;
    };
    std::size_t top = 0;
    while (top < height && is_black_row(top))
        ++top;
    std::size_t bottom = height;
    while (bottom > top && is_black_row(bottom - 1))
        --bottom;
    const auto is_black_column = [&](std::size_t x) {
        for (auto y = top; y < bottom; ++y)
            if (!is_black(x, y)) return false;
        return true;
    };
    std::size_t left = 0;
    while (left < width && is_black_column(left))
        ++left;
    std::size_t right = width;
    while (right > left && is_black_column(right - 1))
        --right;
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
