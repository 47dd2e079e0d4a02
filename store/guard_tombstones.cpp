#include "store/guard_tombstones.hpp"

#include <map>
#include <string>

namespace stillwatch::store {

namespace {

constexpr std::size_t page_of_rows = 1'000;
constexpr std::string_view page_reason = "page"; // of a page: one stood on it, and others may

// Findings with a picture at one of these addresses, with the reason that stands there.
std::map<FindingId, std::string> findings_at(const CaseDatabase& cases,
                                             const std::map<std::string, std::string>& reasons)
{
    std::map<FindingId, std::string> found;
    CaseDatabase::FindingQuery query;
    query.limit = page_of_rows;
    for (auto findings = cases.findings(query); !findings.empty(); findings = cases.findings(query)) {
        query.after = findings.back().id;
        for (const auto& finding : findings)
            for (OccurrenceId after{};;) {
                const auto places = cases.occurrences(finding.id, after, page_of_rows);
                if (places.empty()) break;
                after = places.back().id;
                for (const auto& place : places)
                    if (const auto hit = reasons.find(place.image_url.document().text());
                        hit != reasons.end())
                        found.emplace(finding.id, hit->second);
            }
    }
    return found;
}

} // namespace

std::vector<GuardHit> all_guard_hits(const CaseDatabase& cases)
{
    std::vector<GuardHit> all;
    for (auto some = cases.guard_hits(0, page_of_rows); !some.empty();
         some = cases.guard_hits(all.back().id, page_of_rows))
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

Result<GuardedAgain> guard_again(CaseDatabase& cases, const std::vector<GuardHit>& hits, const Actor& actor)
{
    GuardedAgain again;
    std::map<std::string, std::string> reasons; // of pictures, by address
    for (const auto& hit : hits) {
        const auto address = Url::parse(hit.address);
        if (!address) {
            ++again.unreadable;
            continue;
        }
        if (hit.reason != page_reason) reasons.emplace(address->text(), hit.reason);
        if (cases.is_guarded(*address)) continue;
        const auto taken = cases.trip_guard(*address, {}, hit.reason, {}, actor);
        if (!taken) return taken.error();
        ++again.hits;
    }
    for (const auto& [id, reason] : findings_at(cases, reasons)) {
        if (!cases.standing(id)) continue; // it went with another one of the same picture
        const auto erased = cases.erase_finding(id, reason, {}, actor);
        if (!erased) return erased.error();
        again.findings.insert(again.findings.end(), erased->findings.begin(), erased->findings.end());
    }
    if (!again.findings.empty())
        if (const auto rebuilt = cases.erase_owed(); !rebuilt) return rebuilt.error();
    return again;
}

} // namespace stillwatch::store
