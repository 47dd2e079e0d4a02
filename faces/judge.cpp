#include "faces/judge.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace stillwatch::faces {

Likeness likeness_of(const Resemblance& alike, const Sha256& model, int faces) noexcept
{
    const auto hundredths = static_cast<int>(std::floor(100 * std::clamp(alike.similarity, 0.0, 1.0)));
    return {model, hundredths, alike.references, faces};
}

Match lead_of(const Resemblance& alike, const Face& face)
{
    Match match;
    match.reference = alike.reference;
    match.case_id = alike.case_id;
    match.tier = Tier::resemblance;
    match.status = MatchStatus::candidate;
    match.relation = Relation::face_only;
    match.score = score_of(alike.band);
    match.reason = Reason::face_resembles;
    const auto& [left, top, width, height] = face.box;
    Placement placement;
    placement.quadrilateral = {left, top, left + width, top, left + width, top + height, left, top + height};
    match.placement = placement;
    return match;
}

std::vector<LeadByFace> leads_in(const FacesSeen& seen, const People& people, const Sha256& model, Weak weak)
{
    std::vector<LeadByFace> leads;
    if (seen.model != model) return leads;
    struct Best {
        Resemblance alike;
        const Face* face = nullptr;
    };
    std::map<CaseId, Best> best;
    for (const auto& face : seen.faces)
        for (const auto& alike : people.alike(face.embedding)) {
            if (alike.band == Band::weak && weak == Weak::left_out) continue;
            auto& kept = best[alike.case_id];
            if (kept.face == nullptr || alike.similarity > kept.alike.similarity) kept = {alike, &face};
        }
    std::vector<Best> ranked;
    for (const auto& [case_id, one] : best)
        ranked.push_back(one);
    std::ranges::stable_sort(ranked, std::ranges::greater{},
                             [](const Best& one) { return one.alike.similarity; });
    for (const auto& one : ranked)
        leads.push_back({lead_of(one.alike, *one.face),
                         static_cast<std::size_t>(one.face - seen.faces.data()),
                         likeness_of(one.alike, model, 1)});
    return leads;
}

} // namespace stillwatch::faces
