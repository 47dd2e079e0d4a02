#pragma once

#include "core/match.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace stillwatch::evidence {

// Size of a picture as it is shown, in pixels.
struct PictureSize {
    int width_px = 0;
    int height_px = 0;

    friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

// Where a reference lies in the found picture, as SVG to stand in a page: the outline of the found picture,
// the outline of the reference in it with a mark at its upper left corner, and the box in which they
// disagree, on an even ground. No pixel of either picture is in it. Equal values give equal text. Empty where
// the size is not known, or a figure is none that can be drawn.
std::string render_drawing(const Placement& placement, PictureSize size);

} // namespace stillwatch::evidence
