#pragma once

#include "core/bytes.hpp"

#include <cstdint>
#include <span>

// How frames are shown: turned, and with square pixels.
namespace stillwatch::videos {

// A turn by quarters, and mirroring: where a shown pixel is taken from. First columns and rows are exchanged,
// then both are counted from the end where they are reversed.
struct Turn {
    bool exchanges = false;
    bool reverses_columns = false;
    bool reverses_rows = false;

    friend bool operator==(const Turn&, const Turn&) = default;
};

// Of a display matrix (ISO/IEC 14496-12, 6.2.2), nine numbers row by row; the nearest turn by quarters.
Turn turn_of_matrix(std::span<const std::int32_t, 9> matrix) noexcept;

struct Size {
    int width_px = 0;
    int height_px = 0;

    friend bool operator==(const Size&, const Size&) = default;
};

// The size with square pixels, of at most `max_side_px`; never larger than it takes to keep every pixel of
// the frame. An aspect that is none counts as 1:1. Nothing smaller than 1 x 1.
Size shown_size(Size frame, int aspect_width, int aspect_height, int max_side_px) noexcept;

// Three bytes a pixel, row by row, into `out` of the same length.
void turn_pixels(ByteView rgb, Size from, Turn turn, std::span<std::byte> out) noexcept;

} // namespace stillwatch::videos
