#include "core/inspector.hpp"
#include "matcher/correction.hpp"
#include "matcher/lead_facts.hpp"
#include "matcher/reference_set.hpp"

#include <algorithm>
#include <set>
#include <utility>

// Second looks of ReferenceSet at what first sign grids leave in doubt.
namespace stillwatch::matcher {

namespace {

// Below it a lead lies nowhere near: no correction of those measured came to anything.
constexpr double least_to_look_again = 5;

// Pairs of features that call a reference to mind as what the strips of a picture may show; other photographs
// rarely have so many.
constexpr int least_inliers_of_strips = 8;

struct ViewOfStrips {
    View view;
    Refinement::OfStrips of_strips;
};

// Of the first frame of the picture, which shows all of it: both looks for each way of cutting that the
// shapes allow.
std::vector<ViewOfStrips> views_of_strips(Size picture, const Lead& lead, const StoredReference& reference)
{
    const auto& local = reference.local[lead.reference_frame];
    const auto turned = turned_square(lead.orientation);
    const bool is_on_its_side = turned.a[0] == 0;
    const Size upright = is_on_its_side ? Size{picture.height, picture.width} : picture;
    const Affine to_picture = combined(Affine{{picture.width, 0, 0, 0, picture.height, 0}}, turned);
    std::vector<ViewOfStrips> views;
    for (const auto strips : {Strips::rows, Strips::columns}) {
        const auto looks = looks_for_strips(strips, local.sign_grid, local.size, upright);
        if (!looks) continue;
        for (const auto& unit : looks->unit) {
            View view{0, local.sign_grid.tile_columns, local.sign_grid.tile_rows, {}};
            std::ranges::copy(combined(to_picture, unit).a, view.a);
            views.push_back({view, {strips, looks->shown_share}});
        }
    }
    return views;
}

} // namespace

std::vector<View> views_of(std::span<const Refinement> looks)
{
    std::vector<View> views;
    for (const auto& look : looks)
        views.push_back(look.view);
    return views;
}

std::vector<Refinement> ReferenceSet::refinements(const Shortlist& shortlist,
                                                  std::span<const SignGrid> sign_grids,
                                                  const Templates& templates) const
{
    const auto by_lead = by_lead_of(shortlist, sign_grids);
    std::vector<Refinement> looks;
    for (std::size_t i = 0; i < by_lead.size() && looks.size() < Inspector::max_views; ++i) {
        const auto& lead = shortlist.leads[i];
        if (by_lead[i] == nullptr || lead.is_exact || lead.is_near) continue;
        const auto& reference = *references_[lead.reference];
        const auto& sign_grid = reference.local[lead.reference_frame].sign_grid;
        const auto ignored = template_tiles(reference, lead.reference_frame, templates);
        const auto agreement = agreement_of(sign_grid, *by_lead[i], lead.inverted, ignored);
        if (agreement.evidence < least_to_look_again) continue;
        const auto correction = correction_of(sign_grid, *by_lead[i], lead.inverted, ignored);
        if (!correction) continue;
        Refinement look{i, *lead.view};
        std::ranges::copy(combined(unit_to_picture(*lead.view), correction->unit).a, look.view.a);
        looks.push_back(look);
    }
    add_looks_for_strips(shortlist, sign_grids, templates, looks);
    return looks;
}

// For references that nothing else lays into the picture yet, once each.
void ReferenceSet::add_looks_for_strips(const Shortlist& shortlist, std::span<const SignGrid> sign_grids,
                                        const Templates& templates, std::vector<Refinement>& looks) const
{
    const auto by_lead = by_lead_of(shortlist, sign_grids);
    std::set<std::uint32_t> done; // references
    for (std::size_t i = 0; i < by_lead.size(); ++i) {
        const auto& lead = shortlist.leads[i];
        if (by_lead[i] == nullptr) continue;
        const auto facts = facts_of(shortlist, lead, by_lead[i], *references_[lead.reference], templates);
        if (matcher::judge(facts).status == MatchStatus::match) done.insert(lead.reference);
    }
    for (std::size_t i = 0; i < by_lead.size(); ++i) {
        const auto& lead = shortlist.leads[i];
        if (by_lead[i] == nullptr || !lead.alignment) continue;
        if (lead.alignment->inliers < least_inliers_of_strips || !done.insert(lead.reference).second)
            continue;
        const auto views = views_of_strips(shortlist.frames.front(), lead, *references_[lead.reference]);
        if (looks.size() + views.size() > Inspector::max_views) return;
        for (const auto& [view, of_strips] : views)
            looks.push_back({i, view, of_strips});
    }
}

void ReferenceSet::move_leads(Shortlist& shortlist, std::vector<SignGrid>& sign_grids,
                              std::span<const Refinement> looks, std::span<const SignGrid> again,
                              const Templates& templates) const
{
    const auto by_lead = by_lead_of(shortlist, std::span(sign_grids));
    const auto count = std::min(looks.size(), again.size());
    for (std::size_t i = 0; i < count; ++i) {
        auto& lead = shortlist.leads[looks[i].lead];
        const auto& reference = *references_[lead.reference];
        const auto& local = reference.local[lead.reference_frame];
        const auto ignored = template_tiles(reference, lead.reference_frame, templates);
        if (const auto& of_strips = looks[i].of_strips) {
            if (i + 1 == count) break;
            const auto order = strip_order_of(of_strips->strips, local.sign_grid, {&again[i], &again[i + 1]},
                                              of_strips->shown_share, lead.inverted, ignored);
            if (is_reordered(order) && (!lead.strips || order.evidence > lead.strips->evidence)) {
                lead.strips = order;
                lead.picture_frame = looks[i].view.frame;
                lead.view = looks[i].view;
                *by_lead[looks[i].lead] = again[i];
            }
            ++i;
            continue;
        }
        const auto evidence_of = [&](const SignGrid& sign_grid) {
            return agreement_of(local.sign_grid, sign_grid, lead.inverted, ignored).evidence;
        };
        auto& first = *by_lead[looks[i].lead];
        if (evidence_of(again[i]) <= evidence_of(first)) continue;
        first = again[i];
        lead.view = looks[i].view;
    }
}

} // namespace stillwatch::matcher
