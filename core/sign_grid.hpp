#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace stillwatch {

// The signs of brightness differences on a coarse grid over a picture, or over the part of a picture that a
// View names: a census transform on coarse cells, which keeps a layout when brightness, contrast and detail
// are gone. Four planes of bits, a byte for eight cells of a row (lowest bit first), rows from the top:
//   right   brightness rises from left to right here      right_clear   that bit means something
//   down    brightness rises downwards here               down_clear    that bit means something
// Cells outside the picture are not clear. A tile is 8 x 8 cells: one byte of each of eight rows.
struct SignGrid {
    static constexpr int tile_cells = 8;
    static constexpr int max_tiles_a_side = 16;

    int tile_columns = 0; // 1..max_tiles_a_side
    int tile_rows = 0;
    std::vector<std::uint8_t> right, down, right_clear, down_clear; // tile_columns * tile_rows * 8 bytes each

    std::size_t plane_bytes() const noexcept
    {
        return static_cast<std::size_t>(tile_columns) * static_cast<std::size_t>(tile_rows) * tile_cells;
    }
    friend bool operator==(const SignGrid&, const SignGrid&) = default;
};

// What is known of a tile of a reference, row by row.
struct TileTraits {
    // Share of bits, in 1/255, that agree by chance: the most that the tile agrees with other places nearby
    // in its own picture. Straight edges, ramps and repeated patterns come near 255 and prove little.
    std::uint8_t chance = 0;
    bool is_graphic = false; // even areas and hard edges: drawn, not photographed

    friend bool operator==(const TileTraits&, const TileTraits&) = default;
};

// A reference's own layout.
struct ReferenceSignGrid {
    SignGrid sign_grid;
    std::vector<TileTraits> tiles; // tile_columns * tile_rows

    friend bool operator==(const ReferenceSignGrid&, const ReferenceSignGrid&) = default;
};

// Where to take a sign grid of a picture: the grid's unit square (0..1 right and down) mapped into the
// working frame of one of its frames, x = a[0] u + a[1] v + a[2], y = a[3] u + a[4] v + a[5], in pixels.
struct View {
    int frame = 0;
    int tile_columns = 0;
    int tile_rows = 0;
    double a[6] = {};

    friend bool operator==(const View&, const View&) = default;
};

} // namespace stillwatch
