#include "features/reduce_by_area.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace stillwatch::features {
namespace {

struct Size {
    int width = 0;
    int height = 0;
};

// How much of a pixel lies between two places.
double covered(int pixel, double begin, double end)
{
    return std::max(0.0, std::min(end, pixel + 1.0) - std::max(begin, static_cast<double>(pixel)));
}

template <class Level>
double mean_of(const std::vector<Level>& source, Size size, double left, double right, double top,
               double bottom)
{
    double sum = 0;
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            sum += covered(x, left, right) * covered(y, top, bottom) *
                   source[static_cast<std::size_t>(y * size.width + x)];
    return sum / ((right - left) * (bottom - top));
}

// The largest difference from the definition, in levels; rounding alone makes half of one.
template <class Level>
double largest_difference(Size size, Size target, unsigned seed)
{
    std::mt19937 chance(seed);
    std::uniform_int_distribution<int> level(0, sizeof(Level) == 1 ? 255 : 65'280);
    std::vector<Level> source(static_cast<std::size_t>(size.width * size.height));
    std::ranges::generate(source, [&] { return static_cast<Level>(level(chance)); });
    std::vector<Level> reduced(static_cast<std::size_t>(target.width * target.height));
    reduce_by_area(source.data(), size.width, size.height, reduced.data(), target.width, target.height);
    const double wide = static_cast<double>(size.width) / target.width;
    const double high = static_cast<double>(size.height) / target.height;
    double most = 0;
    for (int y = 0; y < target.height; ++y)
        for (int x = 0; x < target.width; ++x) {
            const double right = x + 1 == target.width ? size.width : (x + 1) * wide;
            const double bottom = y + 1 == target.height ? size.height : (y + 1) * high;
            const double mean = mean_of(source, size, x * wide, right, y * high, bottom);
            most = std::max(most, std::abs(mean - reduced[static_cast<std::size_t>(y * target.width + x)]));
        }
    return most;
}

TEST(ReduceByArea, EachPixelIsTheMeanOfWhatItCovers)
{
    const std::vector<std::pair<Size, Size>> cases{
        {{40, 30}, {20, 15}}, {{41, 29}, {17, 13}}, {{33, 50}, {32, 49}},
        {{37, 23}, {1, 1}},   {{64, 9}, {21, 9}},   {{9, 64}, {9, 21}},
        {{1, 1}, {1, 1}},     {{2, 70}, {1, 33}},   {{48, 48}, {7, 48}}};
    unsigned seed = 1;
    for (const auto& [size, target] : cases) {
        EXPECT_LE(largest_difference<std::uint8_t>(size, target, ++seed), 0.501)
            << size.width << " " << target.width;
        EXPECT_LE(largest_difference<std::uint16_t>(size, target, ++seed), 0.6)
            << size.width << " " << target.width;
    }
}

TEST(ReduceByArea, AnEvenPictureStaysAsItIs)
{
    for (const int side : {60, 1051})
        for (int width = 1; width <= side; width += side == 60 ? 1 : 7) {
            const std::vector<std::uint16_t> white(static_cast<std::size_t>(side) * 7, 65'280);
            std::vector<std::uint16_t> reduced(static_cast<std::size_t>(width) * 3);
            reduce_by_area(white.data(), side, 7, reduced.data(), width, 3);
            EXPECT_EQ(reduced, std::vector<std::uint16_t>(reduced.size(), 65'280)) << width;
        }
}

} // namespace
} // namespace stillwatch::features
