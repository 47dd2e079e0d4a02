#include "features/reduce_by_area.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace stillwatch::features {

namespace {

// What one pixel of the target covers of a side of the source: `count` pixels from `first` on, with the
// shares that begin at `shares` in Cover::shares and come to 1.
struct Span {
    int first = 0;
    int count = 0;
    std::size_t shares = 0;
};

struct Cover {
    std::vector<Span> spans; // one a pixel of the target
    std::vector<float> shares;
};

Cover cover_of(int side, int target_side)
{
    constexpr double nothing = 1e-3; // of a pixel: what rounding leaves at a border
    const double width = static_cast<double>(side) / target_side;
    Cover cover;
    cover.spans.reserve(static_cast<std::size_t>(target_side));
    for (int i = 0; i < target_side; ++i) {
        const double begin = i * width;
        const double end = std::min(begin + width, static_cast<double>(side));
        const auto covered = [&](int pixel) {
            return std::min(end, pixel + 1.0) - std::max(begin, static_cast<double>(pixel));
        };
        Span span{static_cast<int>(begin + nothing), 0, cover.shares.size()};
        double all = 0;
        for (int pixel = span.first; pixel < side && pixel + nothing < end; ++pixel, ++span.count)
            all += covered(pixel);
        for (int pixel = span.first; pixel < span.first + span.count; ++pixel)
            cover.shares.push_back(static_cast<float>(covered(pixel) / all));
        cover.spans.push_back(span);
    }
    return cover;
}

// The rows first, since whole rows are added in the machine's widest steps; then along the row.
template <class Level>
void reduce(const Level* source, int width_px, int height_px, Level* target, int target_width_px,
            int target_height_px)
{
    const auto columns = cover_of(width_px, target_width_px);
    const auto rows = cover_of(height_px, target_height_px);
    std::vector<float> sums(static_cast<std::size_t>(width_px));
    auto* const sum = sums.data();
    for (const auto& covered : rows.spans) {
        for (int row = 0; row < covered.count; ++row) {
            const auto share = rows.shares[covered.shares + static_cast<std::size_t>(row)];
            const auto* from = source + static_cast<std::ptrdiff_t>(covered.first + row) * width_px;
            if (row == 0)
                for (int x = 0; x < width_px; ++x)
                    sum[x] = share * static_cast<float>(from[x]);
            else
                for (int x = 0; x < width_px; ++x)
                    sum[x] += share * static_cast<float>(from[x]);
        }
        for (const auto& span : columns.spans) {
            float level = 0;
            for (int i = 0; i < span.count; ++i)
                level += columns.shares[span.shares + static_cast<std::size_t>(i)] * sum[span.first + i];
            *target++ = static_cast<Level>(level + 0.5F);
        }
    }
}

} // namespace

void reduce_by_area(const std::uint8_t* source, int width_px, int height_px, std::uint8_t* target,
                    int target_width_px, int target_height_px)
{
    reduce(source, width_px, height_px, target, target_width_px, target_height_px);
}

void reduce_by_area(const std::uint16_t* source, int width_px, int height_px, std::uint16_t* target,
                    int target_width_px, int target_height_px)
{
    reduce(source, width_px, height_px, target, target_width_px, target_height_px);
}

} // namespace stillwatch::features
