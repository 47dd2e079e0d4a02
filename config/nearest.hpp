#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stillwatch::config {

// Letters to insert, remove, replace or swap with their neighbour to get from one word to the other (optimal
// string alignment).
std::size_t edit_distance(std::string_view left, std::string_view right);

// The word that `typed` was probably meant to be: at most a third of its letters away. Nothing when none is
// near.
std::optional<std::string> nearest(std::string_view typed, std::span<const std::string> words);

} // namespace stillwatch::config
