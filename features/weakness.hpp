#pragma once

#include "core/fingerprint.hpp"

#include <optional>
#include <string>

namespace stillwatch::features {

// PDQ's authors discard hashes of quality 49 and less (pdq/README.md of their repository).
constexpr int min_quality_percent = 50;

// Why a picture makes a weak reference, as one sentence for caseworkers; nothing when it makes a good one.
// A weak reference still finds byte-wise copies, and near copies only in a narrow range.
std::optional<std::string> weakness_of(const PictureFeatures& features);

} // namespace stillwatch::features
