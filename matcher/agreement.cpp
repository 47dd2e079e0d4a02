#include "matcher/agreement.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace stillwatch::matcher {

namespace {

constexpr int least_bits = 12;          // of a tile's 128; fewer decide nothing
constexpr double least_inside = 0.75;   // of a tile's cells
constexpr double least_chance = 0.75;   // pictures laid onto each other by features agree more than by half
constexpr double surest_share = 0.995;  // one wrong bit must not weigh like a proof

// Bits of one tile.
struct Count {
    int inside = 0; // cells
    int clear = 0;
    int alike = 0;
};

Count count_of(const StoredCensus& reference, const Census& found, int tile_x, int tile_y)
{
    Count count;
    for (int row = 0; row < Census::tile_cells; ++row) {
        const auto at = static_cast<std::size_t>((tile_y * Census::tile_cells + row) * reference.tile_columns + tile_x);
        const auto add = [&](const auto& signs, const auto& clear, const auto& found_signs, const auto& found_clear) {
            const unsigned counted = clear[at] & found_clear[at];
            count.clear += std::popcount(counted);
            count.alike += std::popcount(static_cast<unsigned>(~(signs[at] ^ found_signs[at])) & counted);
        };
        add(reference.right, reference.right_clear, found.right, found.right_clear);
        add(reference.down, reference.down_clear, found.down, found.down_clear);
        count.inside += std::popcount(unsigned{found.right_clear[at]});
    }
    return count;
}

double evidence_of(const Count& count, double share, double chance)
{
    const double sure = std::min(share, surest_share);
    if (sure <= chance) return 0;
    return count.clear * (sure * std::log(sure / chance) + (1 - sure) * std::log((1 - sure) / (1 - chance)));
}

double share_of(const Count& count, bool inverted)
{
    constexpr int cells = Census::tile_cells * Census::tile_cells;
    if (count.inside < least_inside * cells || count.clear < least_bits) return -1;
    const double alike = static_cast<double>(count.alike) / count.clear;
    return inverted ? 1 - alike : alike;
}

bool same_grid(const StoredCensus& reference, const Census& found)
{
    return reference.tile_columns == found.tile_columns && reference.tile_rows == found.tile_rows &&
           reference.right.size() == found.right.size();
}

} // namespace

StoredCensus::StoredCensus(std::pmr::memory_resource& memory)
    : right(&memory), down(&memory), right_clear(&memory), down_clear(&memory), tiles(&memory)
{
}

StoredCensus::StoredCensus(const ReferenceCensus& census, std::pmr::memory_resource& memory) : StoredCensus(memory)
{
    tile_columns = census.census.tile_columns;
    tile_rows = census.census.tile_rows;
    right.assign(census.census.right.begin(), census.census.right.end());
    down.assign(census.census.down.begin(), census.census.down.end());
    right_clear.assign(census.census.right_clear.begin(), census.census.right_clear.end());
    down_clear.assign(census.census.down_clear.begin(), census.census.down_clear.end());
    tiles.assign(census.tiles.begin(), census.tiles.end());
}

std::vector<double> tile_shares(const StoredCensus& reference, const Census& found, bool inverted)
{
    std::vector<double> shares;
    if (!same_grid(reference, found)) return shares;
    for (int y = 0; y < reference.tile_rows; ++y)
        for (int x = 0; x < reference.tile_columns; ++x)
            shares.push_back(share_of(count_of(reference, found, x, y), inverted));
    return shares;
}

Agreement agreement_of(const StoredCensus& reference, const Census& found, bool inverted, const std::vector<bool>& ignored)
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
            const double evidence = evidence_of(count, share, std::max(least_chance, traits.chance / 255.0));
            agreement.evidence += evidence;
            if (!traits.is_graphic) {
                ++agreement.natural;
                agreement.natural_evidence += evidence;
            }
            if (share >= agreeing_share) ++agreement.agreeing;
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
