#include "features/descriptor.hpp"

#include "pictures/clones.hpp"

#include <array>
#include <cmath>

namespace stillwatch::features {

namespace {

#include "features/descriptor_comparisons.inc"

constexpr int samples = 16;         // a side
constexpr int padded = samples + 2; // gradients look at their neighbours
constexpr int cells = 4;            // a side
constexpr int directions = 8;
constexpr float window_sigma = 0.7F; // of the Gaussian over the patch, in halves of its side

using Lanes = float __attribute__((vector_size(directions * sizeof(float))));

// What sample i gives to the two cells nearest to it: the first of them and the shares.
struct Share {
    int cell = 0;
    std::array<float, 2> weights{};
};

std::array<Share, samples> make_shares()
{
    std::array<Share, samples> shares;
    for (int i = 0; i < samples; ++i) {
        const float position = (static_cast<float>(i) + 0.5F) * cells / samples - 0.5F;
        const float from_middle = (static_cast<float>(i) + 0.5F) * 2 / samples - 1;
        const float window = std::exp(-from_middle * from_middle / (2 * window_sigma * window_sigma));
        const auto first = std::floor(position);
        auto& share = shares[static_cast<std::size_t>(i)];
        share.cell = static_cast<int>(first);
        share.weights = {window * (1 - (position - first)), window * (position - first)};
        // Past the edge there is no cell.
        if (share.cell < 0) share = {0, {share.weights[1], 0}};
        if (share.cell > cells - 2) share = {cells - 2, {0, share.weights[0]}};
    }
    return shares;
}

constexpr std::uint8_t mirror_of(std::uint8_t sum) noexcept
{
    const int direction = sum % directions;
    const int column = sum / directions % cells;
    const int row = sum / directions / cells;
    return static_cast<std::uint8_t>(((cells - 1 - row) * cells + column) * directions +
                                     (directions - direction) % directions);
}

constexpr auto mirrored_comparisons = [] {
    auto mirrored = comparisons;
    for (auto& pair : mirrored)
        for (auto& sum : pair)
            sum = mirror_of(sum);
    return mirrored;
}();

using Patch = std::array<float, static_cast<std::size_t>(padded) * padded>;

STILLWATCH_CLONES void sample(const Level& level, float x, float y, float angle, Patch& patch)
{
    constexpr float step = patch_side_px / samples;
    const float along = std::cos(angle) * step;
    const float across = std::sin(angle) * step;
    for (int j = 0; j < padded; ++j) {
        const float v = static_cast<float>(j) - (padded - 1) / 2.0F;
        float* row = patch.data() + j * padded;
        for (int i = 0; i < padded; ++i) {
            const float u = static_cast<float>(i) - (padded - 1) / 2.0F;
            // The nearest pixel: the level is blurred, and interpolation told points apart no better.
            const float at_x = x + along * u - across * v + 0.5F;
            const float at_y = y + across * u + along * v + 0.5F;
            row[i] = static_cast<float>(
                level.levels[static_cast<int>(at_y) * level.stride + static_cast<int>(at_x)]);
        }
    }
}

STILLWATCH_CLONES void pool(const Patch& patch, const std::array<Share, samples>& shares,
                            std::array<float, 128>& sums)
{
    constexpr float diagonal = 0.70710678F;
    constexpr Lanes east{1, diagonal, 0, -diagonal, -1, -diagonal, 0, diagonal};
    constexpr Lanes south{0, diagonal, 1, diagonal, 0, -diagonal, -1, -diagonal};
    constexpr float never_zero = 1e-6F;
    Lanes pooled[cells][cells] = {};
    for (int j = 0; j < samples; ++j) {
        const float* row = patch.data() + (j + 1) * padded + 1;
        std::array<float, samples> right;
        std::array<float, samples> down;
        std::array<float, samples> inverse;
        for (int i = 0; i < samples; ++i) {
            const auto k = static_cast<std::size_t>(i);
            right[k] = row[i + 1] - row[i - 1];
            down[k] = row[i + padded] - row[i - padded];
            inverse[k] = 1 / (std::sqrt(right[k] * right[k] + down[k] * down[k]) + never_zero);
        }
        Lanes in_row[cells] = {};
        for (int i = 0; i < samples; ++i) {
            const auto k = static_cast<std::size_t>(i);
            Lanes part = right[k] * east + down[k] * south;
            part = part > 0 ? part : Lanes{};
            part = part * part * inverse[k];
            const auto& share = shares[k];
            in_row[share.cell] += share.weights[0] * part;
            in_row[share.cell + 1] += share.weights[1] * part;
        }
        const auto& share = shares[static_cast<std::size_t>(j)];
        for (int c = 0; c < cells; ++c) {
            pooled[share.cell][c] += share.weights[0] * in_row[c];
            pooled[share.cell + 1][c] += share.weights[1] * in_row[c];
        }
    }
    auto* sum = sums.data();
    for (const auto& row : pooled)
        for (const auto& cell : row)
            for (int d = 0; d < directions; ++d)
                *sum++ = cell[d];
}

} // namespace

Descriptor describe(const Level& level, float x, float y, float angle)
{
    Patch patch;
    sample(level, x, y, angle, patch);
    std::array<float, 128> sums;
    static const auto shares = make_shares();
    pool(patch, shares, sums);
    Descriptor descriptor;
    for (std::size_t k = 0; k < comparisons.size(); ++k) {
        const auto larger = [&](const std::array<std::uint8_t, 2>& pair) {
            return static_cast<std::uint64_t>(sums[pair[0]] > sums[pair[1]]);
        };
        descriptor.words[k / 64] |= larger(comparisons[k]) << (k % 64);
        descriptor.words[2 + k / 64] |= larger(mirrored_comparisons[k]) << (k % 64);
    }
    return descriptor;
}

} // namespace stillwatch::features
