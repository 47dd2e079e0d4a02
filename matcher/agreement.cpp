#include "matcher/agreement.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace stillwatch::matcher {

namespace {

constexpr int least_bits = 12;         // of a tile's 128; fewer decide nothing
constexpr double least_inside = 0.75;  // of a tile's cells
constexpr double least_chance = 0.75;  // pictures laid onto each other by features agree more than by half
constexpr double surest_share = 0.995; // one wrong bit must not weigh like a proof

// Bits of one tile.
struct Count {
    int inside = 0; // cells
    int clear = 0;
    int alike = 0;
};

// Eight bits of a row of a plane, from `x` cells right of a tile's left edge on; 0 outside.
unsigned bits_at(const std::vector<std::uint8_t>& plane, int columns, std::size_t row, int tile_x, int x)
{
    const auto byte = [&](int column) {
        if (column < 0 || column >= columns) return 0U;
        return unsigned{plane[row * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column)]};
    };
    if (x == 0) return byte(tile_x);
    const unsigned three = byte(tile_x - 1) | byte(tile_x) << 8U | byte(tile_x + 1) << 16U;
    return three >> static_cast<unsigned>(SignGrid::tile_cells + x) & 0xFFU;
}

// The picture taken `x` and `y` cells elsewhere.
Count count_of(const StoredSignGrid& reference, const SignGrid& found, int tile_x, int tile_y, int x = 0,
               int y = 0)
{
    Count count;
    const int columns = reference.tile_columns;
    const int rows = reference.tile_rows * SignGrid::tile_cells;
    for (int row = tile_y * SignGrid::tile_cells; row < (tile_y + 1) * SignGrid::tile_cells; ++row) {
        if (row + y < 0 || row + y >= rows) continue;
        const auto at = static_cast<std::size_t>(row * columns + tile_x);
        const auto there = static_cast<std::size_t>(row + y);
        const auto add = [&](const auto& signs, const auto& clear, const auto& found_signs, unsigned inside) {
            const unsigned counted = clear[at] & inside;
            count.clear += std::popcount(counted);
            count.alike +=
                std::popcount(~(signs[at] ^ bits_at(found_signs, columns, there, tile_x, x)) & counted);
        };
        const unsigned inside = bits_at(found.right_clear, columns, there, tile_x, x);
        add(reference.right, reference.right_clear, found.right, inside);
        add(reference.down, reference.down_clear, found.down,
            bits_at(found.down_clear, columns, there, tile_x, x));
        count.inside += std::popcount(inside);
    }
    return count;
}

double share_of(const Count& count, bool inverted)
{
    constexpr int cells = SignGrid::tile_cells * SignGrid::tile_cells;
    if (count.inside < least_inside * cells || count.clear < least_bits) return -1;
    const double alike = static_cast<double>(count.alike) / count.clear;
    return inverted ? 1 - alike : alike;
}

} // namespace

double tile_evidence(int clear_bits, double share, const TileTraits& traits) noexcept
{
    const double chance = std::max(least_chance, traits.chance / 255.0);
    const double sure = std::min(share, surest_share);
    if (sure <= chance) return 0;
    return clear_bits * (sure * std::log(sure / chance) + (1 - sure) * std::log((1 - sure) / (1 - chance)));
}

bool same_grid(const StoredSignGrid& reference, const SignGrid& found) noexcept
{
    return reference.tile_columns == found.tile_columns && reference.tile_rows == found.tile_rows &&
           reference.right.size() == found.right.size();
}

StoredSignGrid::StoredSignGrid(std::pmr::memory_resource& memory)
    : right(&memory), down(&memory), right_clear(&memory), down_clear(&memory), tiles(&memory)
{
}

StoredSignGrid::StoredSignGrid(const ReferenceSignGrid& sign_grid, std::pmr::memory_resource& memory)
    : StoredSignGrid(memory)
{
    tile_columns = sign_grid.sign_grid.tile_columns;
    tile_rows = sign_grid.sign_grid.tile_rows;
    right.assign(sign_grid.sign_grid.right.begin(), sign_grid.sign_grid.right.end());
    down.assign(sign_grid.sign_grid.down.begin(), sign_grid.sign_grid.down.end());
    right_clear.assign(sign_grid.sign_grid.right_clear.begin(), sign_grid.sign_grid.right_clear.end());
    down_clear.assign(sign_grid.sign_grid.down_clear.begin(), sign_grid.sign_grid.down_clear.end());
    tiles.assign(sign_grid.tiles.begin(), sign_grid.tiles.end());
}

std::vector<double> tile_shares(const StoredSignGrid& reference, const SignGrid& found, bool inverted)
{
    std::vector<double> shares;
    if (!same_grid(reference, found)) return shares;
    for (int y = 0; y < reference.tile_rows; ++y)
        for (int x = 0; x < reference.tile_columns; ++x)
            shares.push_back(share_of(count_of(reference, found, x, y), inverted));
    return shares;
}

TileShifts shifts_of(const StoredSignGrid& reference, const SignGrid& found, int tile_x, int tile_y,
                     bool inverted)
{
    constexpr int reach = TileShifts::reach;
    TileShifts shifts;
    if (!same_grid(reference, found)) return shifts;
    const auto& traits = reference.tiles[static_cast<std::size_t>(tile_y * reference.tile_columns + tile_x)];
    std::size_t at = 0;
    for (int y = -reach; y <= reach; ++y)
        for (int x = -reach; x <= reach; ++x, ++at) {
            const auto count = count_of(reference, found, tile_x, tile_y, x, y);
            const double share = share_of(count, inverted);
            if (share > 0) shifts.evidence[at] = tile_evidence(count.clear, share, traits);
        }
    return shifts;
}

Agreement agreement_of(const StoredSignGrid& reference, const SignGrid& found, bool inverted,
                       const std::vector<bool>& ignored)
{
    Agreement agreement;
    if (!same_grid(reference, found)) return agreement;
    agreement.edited = {1, 1, 0, 0};
    for (int y = 0; y < reference.tile_rows; ++y)
        for (int x = 0; x < reference.tile_columns; ++x) {
            const auto tile = static_cast<std::size_t>(y * reference.tile_columns + x);
            if (!ignored.empty() && ignored[tile]) continue;
            const auto count = count_of(reference, found, x, y);
            const double share = share_of(count, inverted);
            if (share < 0) continue;
            ++agreement.tiles;
            agreement.mean_share += share;
            const auto& traits = reference.tiles[tile];
            const double evidence = tile_evidence(count.clear, share, traits);
            agreement.evidence += evidence;
            if (!traits.is_graphic) {
                ++agreement.natural;
                agreement.natural_evidence += evidence;
                if (share >= identical_share) ++agreement.natural_identical;
            }
            if (share >= agreeing_share) ++agreement.agreeing;
            if (share >= identical_share) ++agreement.identical;
            if (share >= disagreeing_share) continue;
            ++agreement.disagreeing;
            auto& box = agreement.edited;
            box[0] = std::min(box[0], static_cast<double>(x) / reference.tile_columns);
            box[1] = std::min(box[1], static_cast<double>(y) / reference.tile_rows);
            box[2] = std::max(box[2], static_cast<double>(x + 1) / reference.tile_columns);
            box[3] = std::max(box[3], static_cast<double>(y + 1) / reference.tile_rows);
        }
    if (agreement.tiles > 0) agreement.mean_share /= agreement.tiles;
    if (agreement.disagreeing == 0) agreement.edited = {};
    return agreement;
}

} // namespace stillwatch::matcher
