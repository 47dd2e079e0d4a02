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

json::object describe_finding(const Finding& finding);
json::object describe_occurrence(const Occurrence& occurrence);

inline CommandOutcome done(json::value result, Effects effects = {})
{
    return {std::move(result), std::move(effects)};
}

} // namespace stillwatch::control
