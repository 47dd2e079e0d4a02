#pragma once

#include "matcher/agreement.hpp"
#include "matcher/geometry.hpp"

#include <array>
#include <optional>
#include <vector>

namespace stillwatch::matcher {

// Which way a picture was cut into strips, seen from the reference: `rows` lie one below the other, `columns`
// side by side.
enum class Strips : std::uint8_t { rows, columns };

// Where to look at a picture that may be the whole reference cut into equal strips and put in another order.
struct StripLooks {
    // Of the reference's unit square in the picture's: as the whole lies on the whole, and half a cell of the
    // sign grid further.
    std::array<Affine, 2> unit;
    double shown_share = 1; // of the reference's side along the order: what is left over was cut off
};

// Nothing where the picture has another shape than such a cut could leave. Sizes of frames; the picture's as
// it lies when it is turned like the reference.
std::optional<StripLooks> looks_for_strips(Strips strips, const StoredSignGrid& reference,
                                           Size reference_size, Size picture_size);

// What strips agree when each is looked for in every place: none of it needs features.
struct StripOrder {
    int strips = 0; // the number of equal ones that agrees best
    int placed = 0; // that agree with a place of the picture, no two with the same
    int shifts = 0; // different ones among them
    // As Agreement::natural_evidence, of what was placed beside the shift that most of it has: that one may
    // be a copy, or another photograph of the scene, as it is.
    double evidence = 0;

    friend bool operator==(const StripOrder&, const StripOrder&) = default;
};

// `found`: the sign grids of the two looks. `ignored` as for agreement_of.
StripOrder strip_order_of(Strips strips, const StoredSignGrid& reference,
                          const std::array<const SignGrid*, 2>& found, double shown_share, bool inverted,
                          const std::vector<bool>& ignored);

// Whether that is more than other pictures reach. Threshold and its measurement stand in the source.
bool is_reordered(const StripOrder& order) noexcept;

} // namespace stillwatch::matcher
