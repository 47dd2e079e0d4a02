#pragma once

#include "matcher/judge.hpp"
#include "matcher/reference_set.hpp"

#include <span>
#include <vector>

// What is measured of the leads of a shortlist; for the sources of ReferenceSet only.
namespace stillwatch::matcher {

// The sign grid that belongs to each lead, where there is one.
template <class C>
std::vector<C*> by_lead_of(const Shortlist& shortlist, std::span<C> sign_grids)
{
    std::vector<C*> by_lead;
    std::size_t next = 0;
    for (const auto& lead : shortlist.leads)
        by_lead.push_back(lead.view && next < sign_grids.size() ? &sign_grids[next++] : nullptr);
    return by_lead;
}

// Flags for agreement_of.
std::vector<bool> template_tiles(const StoredReference& reference, std::size_t frame,
                                 const Templates& templates);

Affine unit_to_picture(const View& view);

// The reference's unit square in the picture's unit square, when the picture is the reference turned.
Affine turned_square(Orientation orientation);

// `sign_grid` is what was seen at the lead's view, if anything.
Facts facts_of(const Shortlist& shortlist, const Lead& lead, const SignGrid* sign_grid,
               const StoredReference& reference, const Templates& templates);

} // namespace stillwatch::matcher
