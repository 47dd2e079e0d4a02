#pragma once

#include "features/extract.hpp"
#include "matcher/reference_set.hpp"
#include "tests/unit/pictures/encoders.hpp"

#include <set>
#include <vector>

// The way of a picture from its bytes to verdicts, as the daemon and its workers share it.
namespace stillwatch::matcher::test {

inline EnrolledReference enrolled(std::int64_t id, const Bytes& file)
{
    return {
        {id}, {100 + id}, Sha256::of(file), features::extract_features(file, {}, Detail::reference).value()};
}

// A picture on its way: features, what of the references they call to mind, and sign grids of these places.
struct Found {
    features::Extracted extracted;
    Shortlist shortlist;
    std::vector<SignGrid> sign_grids;
};

inline Found look_up(const ReferenceSet& set, features::Extracted extracted, const Templates& templates = {},
                     const std::set<Tier>& tiers = {})
{
    Found found;
    found.extracted = std::move(extracted);
    found.shortlist = set.shortlist(found.extracted.features, templates, tiers);
    found.sign_grids = features::sign_grids_of(found.extracted.decoded, found.shortlist.views()).value();
    const auto looks = set.refinements(found.shortlist, found.sign_grids, templates);
    const auto again = features::sign_grids_of(found.extracted.decoded, views_of(looks)).value();
    set.move_leads(found.shortlist, found.sign_grids, looks, again, templates);
    return found;
}

inline Found look_up(const ReferenceSet& set, const Bytes& file, const Templates& templates = {},
                     const std::set<Tier>& tiers = {})
{
    return look_up(set, features::extract(file, {}, Detail::query).value(), templates, tiers);
}

inline std::vector<Match> compare(const ReferenceSet& set, const Bytes& file, const Templates& templates = {},
                                  const std::set<Tier>& tiers = {})
{
    const auto found = look_up(set, file, templates, tiers);
    return set.judge(found.shortlist, found.sign_grids, templates);
}

} // namespace stillwatch::matcher::test
