#include "matcher/weakness.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::matcher {

std::optional<std::string> weakness_of(const PictureFeatures& features)
{
    int best = 0;
    for (const auto& frame : features.frames)
        best = std::max(best, frame.quality_percent);
    if (best >= min_quality_percent) return std::nullopt;
    return fmt::format(
        "The picture has little structure (quality {} of 100, below {}): changed copies of it may "
        "not be found.",
        best, min_quality_percent);
}

} // namespace stillwatch::matcher
