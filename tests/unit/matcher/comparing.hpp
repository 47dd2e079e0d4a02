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

// A picture on its way: features, what of the references they call to mind, and censuses of these places.
struct Found {
    features::Extracted extracted;
    Shortlist shortlist;
    std::vector<Census> censuses;
};

inline Found look_up(const ReferenceSet& set, features::Extracted extracted, const Templates& templates = {},
                     const std::set<Tier>& tiers = {})
{
    Found found;
    found.extracted = std::move(extracted);
    found.shortlist = set.shortlist(found.extracted.features, templates, tiers);
    found.censuses = features::censuses_of(found.extracted.gist, found.shortlist.views()).value();
    const auto looks = set.second_looks(found.shortlist, found.censuses, templates);
    const auto again = features::censuses_of(found.extracted.gist, views_of(looks)).value();
    set.move_leads(found.shortlist, found.censuses, looks, again, templates);
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
    return set.judge(found.shortlist, found.censuses, templates);
}

} // namespace stillwatch::matcher::test
