#include "matcher/lead_facts.hpp"

#include <algorithm>

namespace stillwatch::matcher {

std::vector<bool> template_tiles(const StoredReference& reference, std::size_t frame,
                                 const Templates& templates)
{
    std::vector<bool> ignored;
    if (templates.empty()) return ignored;
    const auto tiles = reference.local[frame].sign_grid.tiles.size();
    for (std::size_t tile = 0; tile < tiles; ++tile)
        ignored.push_back(templates.contains({reference.reference, frame, PartKey::Kind::tile, tile}));
    return ignored;
}

Affine unit_to_picture(const View& view)
{
    Affine mapping;
    std::ranges::copy(view.a, mapping.a.begin());
    return mapping;
}

Affine turned_square(Orientation orientation)
{
    switch (orientation) {
    case Orientation::original: return {{1, 0, 0, 0, 1, 0}};
    case Orientation::rotate_90: return {{0, 1, 0, -1, 0, 1}};
    case Orientation::rotate_180: return {{-1, 0, 1, 0, -1, 1}};
    case Orientation::rotate_270: return {{0, -1, 1, 1, 0, 0}};
    case Orientation::flip_x: return {{1, 0, 0, 0, -1, 1}};
    case Orientation::flip_y: return {{-1, 0, 1, 0, 1, 0}};
    case Orientation::flip_plus_1: return {{0, 1, 0, 1, 0, 0}};
    case Orientation::flip_minus_1: return {{0, -1, 1, -1, 0, 1}};
    }
    return {};
}

Facts facts_of(const Shortlist& shortlist, const Lead& lead, const SignGrid* sign_grid,
               const StoredReference& reference, const Templates& templates)
{
    Facts facts;
    facts.is_exact = lead.is_exact;
    facts.is_near = lead.is_near;
    facts.distance_bits = lead.distance_bits;
    if (lead.alignment) {
        facts.inliers = lead.alignment->inliers;
        facts.partners = lead.alignment->partners;
    }
    if (lead.view) {
        const auto overlap = overlap_of(unit_to_picture(*lead.view), {1, 1},
                                        shortlist.frames[static_cast<std::size_t>(lead.picture_frame)]);
        facts.shown_share = overlap.of_first;
        facts.covered_share = overlap.of_second;
        facts.corners_inside = overlap.corners_of_second;
    }
    if (sign_grid != nullptr)
        facts.agreement =
            agreement_of(reference.local[lead.reference_frame].sign_grid, *sign_grid, lead.inverted,
                         template_tiles(reference, lead.reference_frame, templates));
    return facts;
}

} // namespace stillwatch::matcher
