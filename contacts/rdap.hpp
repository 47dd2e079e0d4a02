#pragma once

#include "core/contact_answers.hpp"
#include "core/result.hpp"

#include <string_view>

// Hostile bytes: for the worker.
namespace stillwatch::contacts {

// Bounded: what is larger, deeper or more than is useful is left out. Errors: too_large, malformed (no JSON,
// or no answer of RDAP).
Result<RdapAnswer> parse_rdap(std::string_view text);

} // namespace stillwatch::contacts
