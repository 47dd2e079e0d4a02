#include "pipeline/known_place.hpp"

#include "core/signed_address.hpp"

namespace stillwatch::pipeline {

namespace {

// Of one reference on one page that are looked at.
constexpr std::size_t max_occurrences_compared = 256;

// By its store's own signature, or the same bytes under an address that differs as signatures do.
bool is_same_place(const Occurrence& known, const Finding& seen)
{
    if (known.image_url == seen.image_url || seen.page_url == seen.image_url) return false;
    if (known.content == seen.content) return may_be_same_document(known.image_url, seen.image_url);
    const auto before = without_signature(known.image_url.target());
    const auto after = without_signature(seen.image_url.target());
    return known.image_url.origin() == seen.image_url.origin() && before && before->is_sure &&
           before == after;
}

// Of that finding, under the very address or one that was signed before.
KnownPlace signed_before(const store::CaseDatabase& cases, const store::CaseDatabase::Place& place,
                         const Finding& seen)
{
    KnownPlace known{place};
    if (place.occurrence) return known;
    for (const auto& [occurrence, state] :
         cases.occurrences_on(seen.case_id, seen.reference, seen.page_url, max_occurrences_compared)) {
        if (occurrence.finding != place.finding || !is_same_place(occurrence, seen)) continue;
        known.place.occurrence = occurrence.id;
        known.place.evidence = occurrence.evidence;
        known.is_signed_anew = true;
    }
    return known;
}

} // namespace

std::optional<KnownPlace> known_place(const store::CaseDatabase& cases, const Finding& seen)
{
    const auto place = cases.place_of(seen);
    if (!place) return std::nullopt;
    return signed_before(cases, *place, seen);
}

std::optional<KnownPlace> known_place_in(const store::CaseDatabase& cases, FindingId finding,
                                         const Finding& seen)
{
    const auto place = cases.place_in(finding, seen.page_url, seen.image_url);
    if (!place) return std::nullopt;
    return signed_before(cases, *place, seen);
}

} // namespace stillwatch::pipeline
