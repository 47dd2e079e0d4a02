#pragma once

#include "core/finding.hpp"
#include "core/json.hpp"
#include "store/finding_change.hpp"
#include "store/notice_table.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

// What became of findings and notices, counted: how long removals took, by which way, at which host. Pure.
namespace stillwatch::followup {

// What reports need of a finding.
struct FindingFacts {
    FindingId id;
    CaseId case_id;
    std::string host;
    FindingState state = FindingState::fresh;
    bool is_lead = false; // no match: another picture of the scene, a face
    Timestamp first_seen{};
    std::vector<Timestamp> downs{};   // each time it was marked down, and not undone
    std::vector<Timestamp> returns{}; // each time it was seen again after that
};
// `history`: of this finding, oldest first; steps that lead neither to nor from being down may be left out.
FindingFacts facts_of(const Finding& finding, std::span<const store::FindingChange> history);

// Neither down nor dismissed, and a match.
bool is_still_up(const FindingFacts& finding) noexcept;

// What came of notices that went one way. A finding in two notices counts for both.
struct RouteResult {
    std::string route;
    std::int64_t notices = 0;  // sent
    std::int64_t refused = 0;  // of them, by their recipient
    std::int64_t findings = 0; // in them, dismissed ones left out
    std::int64_t removed = 0;  // of these, down after the notice
    std::int64_t within_48_hours = 0;
    // From sending a notice to the moment its finding was marked down. Nothing where none is.
    std::optional<std::chrono::milliseconds> median{};    // of an even number the mean of the middle two
    std::optional<std::chrono::milliseconds> ninetieth{}; // nearest rank
    std::int64_t still_up() const noexcept { return findings - removed; }
};
// By route, of all findings and notices given. The way that worked best first: by the share that was removed,
// then by the median.
std::vector<RouteResult> route_results(const std::vector<FindingFacts>& findings,
                                       const std::vector<store::NoticeRow>& notices);

struct HostResult {
    std::string host;
    std::int64_t findings = 0; // matches that are not dismissed
    std::int64_t still_up = 0;
    std::int64_t removed = 0; // down now
    std::int64_t reappearances = 0;
    std::int64_t refusals = 0;
    std::vector<RouteResult> routes{};
};
// That with most still up first.
std::vector<HostResult> host_results(const std::vector<FindingFacts>& findings,
                                     const std::vector<store::NoticeRow>& notices);

// A sorted or unsorted list of durations, as RouteResult tells them. Nothing of none.
std::optional<std::chrono::milliseconds> median_of(std::vector<std::chrono::milliseconds> times);
std::optional<std::chrono::milliseconds> ninetieth_of(std::vector<std::chrono::milliseconds> times);

// Members are named like the fields; durations are hours with one decimal, or null.
json::object describe(const RouteResult& result);
json::object describe(const HostResult& result);

} // namespace stillwatch::followup
