#pragma once

#include "core/fingerprint.hpp"
#include "core/sign_grid.hpp"

namespace stillwatch::features {

// Levels of the scale pyramid that a feature may name; the picture would be 285 times coarser at the last.
constexpr int max_feature_level = 31;

// Whether these are features that the extractor can give for `detail`: every count, size and position within
// the bounds of core/fingerprint.hpp, nothing there that was not asked for. What comes from a worker or from
// a store is believed after this only. The limits of one request (PictureLimits) are the caller's to check.
bool plausible(const PictureFeatures& features, Detail detail) noexcept;

// Whether its planes have the size that its tiles say.
bool plausible(const SignGrid& sign_grid) noexcept;

} // namespace stillwatch::features
