#pragma once

#include "pictures/picture.hpp"

namespace stillwatch::pictures {

// Turns a stored picture upright: `exif_orientation` 1..8 as in EXIF 2.3 section 4.6.4, 1 leaves it.
Luma turned_upright(Luma stored, int exif_orientation);
void turn_upright(Picture& picture, int exif_orientation);

} // namespace stillwatch::pictures
