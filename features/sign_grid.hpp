#pragma once

#include "core/sign_grid.hpp"
#include "features/extract.hpp"

namespace stillwatch::features {

// Cells along a picture's longer side. Measured (docs/performance.md): 96 tell edited copies from other
// pictures better than 64 and 128 do.
constexpr int sign_grid_cells = 96;

// The layout of a whole working frame, with what each tile is worth as evidence. For references.
ReferenceSignGrid reference_sign_grid(const DecodedFrames::Grey& frame);

// The sign grid of the part of a working frame that `view` names. Cells outside the frame are not clear, the
// others are. `view` must be finite; its frame is not looked at.
SignGrid sign_grid_at(const DecodedFrames::Grey& frame, const View& view);

} // namespace stillwatch::features
