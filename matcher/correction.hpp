#pragma once

#include "matcher/agreement.hpp"
#include "matcher/geometry.hpp"

#include <optional>

namespace stillwatch::matcher {

// How much better `found` agrees with `reference` when it is taken a little elsewhere: the sign grid was
// taken at places that features foretold, which for a few features on a small picture are off by some cells.
struct Correction {
    Affine unit;         // of the grid's unit square: what lies at p of the reference was found at unit(p)
    double evidence = 0; // expected there, as Agreement::evidence counts it
};

// Nothing when no shift, turn and scale within a few cells is clearly better. `inverted` and `ignored` as for
// agreement_of.
std::optional<Correction> correction_of(const StoredSignGrid& reference, const SignGrid& found, bool inverted,
                                        const std::vector<bool>& ignored);

} // namespace stillwatch::matcher
