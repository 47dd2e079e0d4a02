#pragma once

#include "control/commands.hpp"

// Inside this folder only: how arguments are read and how values are written in replies.
namespace stillwatch::control {

// invalid_argument, naming the argument and what it should be.
Error missing(std::string_view argument, std::string_view form);

// Errors: missing().
Result<std::string> text_argument(const json::object& arguments, std::string_view name);
Result<Timestamp> time_argument(const json::object& arguments, std::string_view name);

json::object describe_consent(const Consent& consent);
json::object describe_reference(const store::ReferenceRow& row);
json::object describe_coverage(const store::Coverage& coverage, const std::set<Tier>& tiers);

// Who acts where nobody does: the daemon.
constexpr std::string_view program_name = "stillwatchd";

std::optional<FindingId> finding_number(std::string_view text); // "12" or "F-12"
// Whether the arguments narrow findings down at all.
bool has_filter(const json::object& arguments);
// "limit", between 1 and 10 000.
std::int64_t limit_of(const json::object& arguments, std::int64_t when_absent);
// Of which cases a list is, for the audit log.
std::string looked_at(const json::object& arguments);

json::object describe_notice(const store::NoticeRow& notice);
json::object describe_finding(const Finding& finding);
json::object describe_occurrence(const Occurrence& occurrence);
json::array describe_history(const std::vector<store::FindingChange>& history);

inline CommandOutcome done(json::value result, Effects effects = {})
{
    return {std::move(result), std::move(effects)};
}

} // namespace stillwatch::control
