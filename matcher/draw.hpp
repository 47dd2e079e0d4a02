#pragma once

#include "core/bytes.hpp"
#include "core/match.hpp"
#include "features/preview.hpp"

#include <string>

namespace stillwatch::matcher {

// A picture to draw, and the name to write above it: bytes that are not printable ASCII are written as '?', a
// long name loses its middle.
struct NamedPicture {
    const features::Preview& picture;
    std::string name;
};

// Why `found` matched, for the eye: a PNG file with the reference and the found picture side by side at one
// height. Each picture's outline is drawn where it lies in the other, with the reference's upper left corner;
// the box around what disagrees is drawn in both; the figures stand above. Of animated pictures the first
// frame is shown, wherever the match was.
Bytes draw_match(const NamedPicture& reference, const NamedPicture& found, const Match& match);

} // namespace stillwatch::matcher
