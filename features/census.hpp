#pragma once

#include "core/census.hpp"
#include "features/extract.hpp"

namespace stillwatch::features {

// Cells along a picture's longer side. Measured (docs/performance.md): 96 tell edited copies from other
// pictures better than 64 and 128 do.
constexpr int census_cells = 96;

// The layout of a whole working frame, with what each tile is worth as evidence. For references.
ReferenceCensus reference_census(const Gist::Grey& frame);

// The census of the part of a working frame that `view` names. Cells outside the frame are not clear, the
// others are. `view` must be finite; its frame is not looked at.
Census census_at(const Gist::Grey& frame, const View& view);

} // namespace stillwatch::features
