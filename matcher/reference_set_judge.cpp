#include "matcher/reference_set.hpp"

#include "matcher/judge.hpp"
#include "matcher/lead_facts.hpp"

#include <algorithm>
#include <map>

// What ReferenceSet makes of a shortlist once its sign grids are there.
namespace stillwatch::matcher {

namespace {

Placement placement_of(const Shortlist& shortlist, const Lead& lead, const Facts& facts)
{
    Placement placement;
    const auto number = static_cast<std::size_t>(lead.picture_frame);
    const auto frame = shortlist.frames[number];
    const auto part = shortlist.parts[number];
    const auto corners = corners_of(unit_to_picture(*lead.view), {1, 1});
    for (std::size_t i = 0; i < corners.size(); ++i) {
        placement.quadrilateral[2 * i] = part.x_px + corners[i].x * part.width_px / frame.width;
        placement.quadrilateral[2 * i + 1] = part.y_px + corners[i].y * part.height_px / frame.height;
    }
    placement.inliers = facts.inliers;
    placement.partners = facts.partners;
    placement.unpaired_share = lead.alignment ? lead.alignment->unpaired : 0;
    placement.shown_share = facts.shown_share;
    const double part_share =
        static_cast<double>(part.width_px) / shortlist.width_px * part.height_px / shortlist.height_px;
    placement.covered_share = facts.covered_share * part_share;
    if (facts.agreement && facts.agreement->tiles > 0) {
        const auto& agreement = *facts.agreement;
        placement.evidence = agreement.evidence;
        placement.agreeing_share = static_cast<double>(agreement.agreeing) / agreement.tiles;
        placement.disagreeing_share = static_cast<double>(agreement.disagreeing) / agreement.tiles;
        placement.edited = agreement.edited;
    }
    return placement;
}

double evidence_of(const Facts& facts)
{
    return facts.agreement ? facts.agreement->evidence : 0;
}

bool overlap(const Part& a, const Part& b)
{
    return a.x_px < b.x_px + b.width_px && b.x_px < a.x_px + a.width_px && a.y_px < b.y_px + b.height_px &&
           b.y_px < a.y_px + a.height_px;
}

// Where the view lays the middle of its reference, in shares of the sides of the whole picture.
Point middle_of(const Shortlist& shortlist, const Lead& lead)
{
    if (!lead.view) return {};
    const auto number = static_cast<std::size_t>(lead.picture_frame);
    const auto& part = shortlist.parts[number];
    const auto& frame = shortlist.frames[number];
    const auto middle = unit_to_picture(*lead.view)({0.5, 0.5});
    return {(part.x_px + middle.x * part.width_px / frame.width) / shortlist.width_px,
            (part.y_px + middle.y * part.height_px / frame.height) / shortlist.height_px};
}

// The parts of the picture that show the same reference as lead `i`, each once and none over another.
std::vector<Piece> pieces_of(const Shortlist& shortlist, std::size_t i, const std::vector<Facts>& facts)
{
    std::vector<Part> taken;
    std::vector<Piece> pieces;
    for (std::size_t k = i; k < shortlist.leads.size(); ++k) {
        const auto& lead = shortlist.leads[k];
        const auto frame = static_cast<std::size_t>(lead.picture_frame);
        if (lead.reference != shortlist.leads[i].reference || !lead.view || frame < shortlist.whole_frames)
            continue;
        const auto& part = shortlist.parts[frame];
        if (std::ranges::any_of(taken, [&](const Part& other) { return overlap(part, other); })) continue;
        taken.push_back(part);
        pieces.push_back({facts[k], middle_of(shortlist, lead)});
    }
    return pieces;
}

// What a part of the picture says, and where it lays the reference.
struct OfPart {
    Match match;
    Point middle;
};

bool surer(const Match& a, const Match& b)
{
    if (a.status != b.status) return a.status < b.status;
    if (a.tier != b.tier) return a.tier < b.tier;
    if (a.score != b.score) return a.score > b.score;
    return a.reference < b.reference;
}

} // namespace

std::optional<std::size_t> ReferenceSet::frame_of(const Shortlist& shortlist, const Match& match) const
{
    const Lead* best = nullptr;
    const auto is_better = [&](const Lead& lead) {
        if (best == nullptr) return true;
        if (match.tier == Tier::near && lead.is_near != best->is_near) return lead.is_near;
        if (match.tier == Tier::near && lead.is_near)
            return lead.distance_bits.value_or(256) < best->distance_bits.value_or(256);
        const auto inliers = [](const Lead& one) { return one.alignment ? one.alignment->inliers : 0; };
        return inliers(lead) > inliers(*best);
    };
    for (const auto& lead : shortlist.leads) {
        const bool is_of_whole = static_cast<std::size_t>(lead.picture_frame) < shortlist.whole_frames;
        if (references_[lead.reference]->reference != match.reference || !is_of_whole || lead.is_exact)
            continue;
        if (is_better(lead)) best = &lead;
    }
    if (best == nullptr) return std::nullopt;
    return static_cast<std::size_t>(best->picture_frame);
}

std::vector<Match> ReferenceSet::judge(const Shortlist& shortlist, std::span<const SignGrid> sign_grids,
                                       const Templates& templates) const
{
    const auto by_lead = by_lead_of(shortlist, sign_grids);
    const auto& leads = shortlist.leads;
    std::vector<Facts> facts;
    for (std::size_t i = 0; i < leads.size(); ++i)
        facts.push_back(
            facts_of(shortlist, leads[i], by_lead[i], *references_[leads[i].reference], templates));
    std::vector<Match> matches;
    std::vector<OfPart> of_parts;
    std::map<ReferenceId, Point> same_scene; // where the whole picture lays them
    for (std::size_t i = 0; i < leads.size(); ++i) {
        // Fingerprints lay the whole onto the whole; features may know better how it lies.
        std::size_t placed = i;
        int inliers = 0;
        for (std::size_t k = 0; leads[i].is_near && k < leads.size(); ++k) {
            if (leads[k].reference != leads[i].reference || !leads[k].alignment) continue;
            inliers = std::max(inliers, facts[k].inliers);
            if (evidence_of(facts[k]) > evidence_of(facts[placed])) placed = k;
        }
        auto known = facts[placed];
        known.inliers = std::max(known.inliers, inliers);
        known.is_near = leads[i].is_near;
        if (leads[i].distance_bits) known.distance_bits = leads[i].distance_bits;
        auto verdict = matcher::judge(known);
        const bool is_whole = static_cast<std::size_t>(leads[i].picture_frame) < shortlist.whole_frames;
        bool is_rearranged = false;
        if (leads[i].strips && verdict.status != MatchStatus::match)
            if (const auto of_strips = judge_strips(*leads[i].strips)) verdict = *of_strips;
        if (!is_whole)
            if (const auto together = judge_pieces(pieces_of(shortlist, i, facts))) {
                is_rearranged = together->is_rearranged;
                if (verdict.status != MatchStatus::match) verdict = together->verdict;
            }
        if (!verdict.status) continue;
        const auto& reference = *references_[leads[i].reference];
        Match match;
        match.reference = reference.reference;
        match.case_id = reference.case_id;
        match.hash_only = reference.is_hash_only();
        if (reference.is_video() && !leads[placed].is_exact)
            match.reference_time_ms = reference.moments[leads[placed].reference_frame].time_ms;
        // What is near a part of the picture is not near the picture.
        const bool is_of_part =
            static_cast<std::size_t>(leads[placed].picture_frame) >= shortlist.whole_frames;
        match.tier = verdict.tier == Tier::near && is_of_part ? Tier::derived : verdict.tier;
        if (!is_of_part && verdict.relation == Relation::same_scene)
            same_scene.emplace(match.reference, middle_of(shortlist, leads[placed]));
        match.status = *verdict.status;
        match.relation = verdict.relation;
        match.reason = verdict.reason;
        match.score = verdict.score;
        match.distance_bits = leads[i].distance_bits.value_or(0);
        match.orientation = leads[placed].orientation;
        match.inverted = leads[i].inverted;
        match.inliers = known.inliers;
        if (leads[placed].view) match.placement = placement_of(shortlist, leads[placed], known);
        if (is_of_part && !is_rearranged)
            of_parts.push_back({std::move(match), middle_of(shortlist, leads[placed])});
        else
            matches.push_back(std::move(match));
    }
    // A part of another photograph of the scene may lie whole in the reference: the whole picture knows
    // better, unless parts were moved against each other.
    for (auto& [match, middle] : of_parts) {
        const auto scene = same_scene.find(match.reference);
        if (scene == same_scene.end() || is_elsewhere(middle, scene->second))
            matches.push_back(std::move(match));
    }
    std::ranges::stable_sort(matches, surer);
    std::vector<Match> best; // of each reference
    for (auto& match : matches)
        if (std::ranges::find(best, match.reference, &Match::reference) == best.end())
            best.push_back(std::move(match));
    return best;
}

std::vector<PartKey> ReferenceSet::parts_of_others(const Shortlist& shortlist,
                                                   std::span<const SignGrid> sign_grids,
                                                   std::span<const Match> matches, bool is_background) const
{
    const auto by_lead = by_lead_of(shortlist, sign_grids);
    std::vector<PartKey> parts;
    for (std::size_t i = 0; i < shortlist.leads.size(); ++i) {
        const auto& lead = shortlist.leads[i];
        if (!lead.alignment) continue;
        const auto& reference = *references_[lead.reference];
        const auto match = std::ranges::find(matches, reference.reference, &Match::reference);
        if (match != matches.end()) {
            const bool seems_edited = match->tier == Tier::derived && match->relation == Relation::edited;
            if (!seems_edited || (match->status == MatchStatus::match && !is_background)) continue;
        }
        for (const auto feature : lead.features)
            parts.emplace_back(reference.reference, lead.reference_frame, PartKey::Kind::feature, feature);
        if (by_lead[i] == nullptr) continue;
        const auto shares =
            tile_shares(reference.local[lead.reference_frame].sign_grid, *by_lead[i], lead.inverted);
        for (std::size_t tile = 0; tile < shares.size(); ++tile)
            if (shares[tile] >= agreeing_share)
                parts.emplace_back(reference.reference, lead.reference_frame, PartKey::Kind::tile, tile);
    }
    return parts;
}

} // namespace stillwatch::matcher
