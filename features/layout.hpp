#pragma once

#include "core/fingerprint.hpp"
#include "pictures/picture.hpp"

#include <vector>

namespace stillwatch::features {

// Where a picture that seems to be put together of several should be looked at once more: the cells of a
// contact sheet or collage, pictures joined one below the other, strips put in another order, and windows
// along a picture far longer than wide. Rectangles of `frame` in its pixels, largest first, at most
// PictureFeatures::max_parts; none for an ordinary picture. What is cut out for nothing costs time and
// matches nothing.
std::vector<Part> parts_of(const pictures::Luma& frame);

} // namespace stillwatch::features
