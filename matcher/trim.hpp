#pragma once

#include "matcher/picture.hpp"

#include <optional>

namespace stillwatch::matcher {

// What a frame shows inside its uniform or blurred borders (letterboxes, frames, bars); nothing when it has
// none worth trimming, or when less than a quarter of a side would be left.
std::optional<Luma> trimmed(const Luma& frame);

} // namespace stillwatch::matcher
