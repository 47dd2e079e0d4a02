#pragma once

#include "followup/report.hpp"
#include "followup/route.hpp"

#include <optional>
#include <string_view>
#include <vector>

// Which way to ask a host by, from what came of the notices before. Pure.
namespace stillwatch::followup {

// What is known of one way. Findings whose time still runs count where they are down already only: nobody
// knows yet what comes of the others.
struct RouteChoice {
    Route route = Route::host;
    std::optional<RouteResult> here{};      // nothing: not tried at this host
    std::optional<RouteResult> elsewhere{}; // at all others together
    // The share of findings that is to be expected to go, 0..1. That of this host, as if two findings more
    // had been asked for by this way and had fared as elsewhere; there, as if one of two more had gone. So
    // one removal is no certainty, and one failure no verdict.
    double likely = 0;
};

// Every way that asks for a removal (a report to the police asks for none), the likeliest first; of equals
// the faster here, then elsewhere, then in the order of Route: those with a time that a law names come first.
std::vector<RouteChoice> rank_routes(std::string_view host, const std::vector<FindingFacts>& findings,
                                     const std::vector<store::NoticeRow>& notices, Timestamp now);

// Members are named like the fields; "likely_percent" is rounded.
json::object describe(const RouteChoice& choice);

} // namespace stillwatch::followup
