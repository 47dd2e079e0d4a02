#pragma once

#include "core/sign_grid.hpp"

#include <array>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace stillwatch::matcher {

// A reference's sign grid in the memory that holds references.
struct StoredSignGrid {
    explicit StoredSignGrid(std::pmr::memory_resource& memory);
    StoredSignGrid(const ReferenceSignGrid& sign_grid, std::pmr::memory_resource& memory);

    int tile_columns = 0;
    int tile_rows = 0;
    std::pmr::vector<std::uint8_t> right, down, right_clear, down_clear; // as in SignGrid
    std::pmr::vector<TileTraits> tiles;
};

// How well a picture, laid onto a reference, shows what the reference shows. Tiles count that lie inside the
// picture and have clear bits enough.
struct Agreement {
    int tiles = 0;
    int agreeing = 0;    // tiles with at least agreeing_share of their clear bits alike
    int identical = 0;   // with at least identical_share
    int disagreeing = 0; // tiles with less than disagreeing_share
    int natural = 0;     // tiles that are photographed, not drawn
    int natural_identical = 0;
    // Sum over tiles of how unlikely their agreement is by chance, natural logarithms: n times the divergence
    // of the share found from the share expected (Chernoff's bound). Neighbouring bits resemble each other,
    // so it is far larger than the probability it is named for; thresholds come from measurement.
    double evidence = 0;
    double natural_evidence = 0; // the same over natural tiles
    double mean_share = 0;       // of clear bits alike, over tiles
    // Of the tiles that disagree, the box around them in the reference's unit square: left, top, right,
    // bottom.
    std::array<double, 4> edited{};

    friend bool operator==(const Agreement&, const Agreement&) = default;
};

constexpr double agreeing_share = 0.8;
constexpr double identical_share = 0.97;
constexpr double disagreeing_share = 0.65;

// `found` has the tiles of `reference`. `inverted`: the picture is a negative. `ignored`: one flag a tile, or
// empty; those set do not count (they belong to a site's template).
Agreement agreement_of(const StoredSignGrid& reference, const SignGrid& found, bool inverted,
                       const std::vector<bool>& ignored);

// One tile's evidence, as Agreement::evidence counts it, where the picture is taken up to `reach` cells
// elsewhere, rows from the top; index (y + reach) * (2 reach + 1) + x + reach.
struct TileShifts {
    static constexpr int reach = 3;
    std::array<double, (2 * reach + 1) * (2 * reach + 1)> evidence{};
};
TileShifts shifts_of(const StoredSignGrid& reference, const SignGrid& found, int tile_x, int tile_y,
                     bool inverted);

// What bits of one tile add to Agreement::evidence: so many clear ones, of which this share is alike.
double tile_evidence(int clear_bits, double share, const TileTraits& traits) noexcept;

// Whether both have the same tiles: else nothing can be compared.
bool same_grid(const StoredSignGrid& reference, const SignGrid& found) noexcept;

// Share of each tile's clear bits alike, or -1 where it does not count.
std::vector<double> tile_shares(const StoredSignGrid& reference, const SignGrid& found, bool inverted);

} // namespace stillwatch::matcher
