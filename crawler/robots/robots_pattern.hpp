#pragma once

#include <string>
#include <string_view>

namespace stillwatch::crawler {

// The path and query of an address in the form that patterns are compared with: what need not be
// percent-encoded is not, everything else is, with upper-case digits (RFC 9309 section 2.2.2); '*' and '$'
// become %2A and %24, since they are special in patterns.
std::string comparable_target(std::string_view target);

// The value of an Allow or Disallow line in the same form; '*', and '$' at the end, keep their meaning.
std::string comparable_pattern(std::string_view value);

// Whether a pattern matches a target from its first byte on, both in comparable form. '*' stands for any
// bytes,
// '$' at the end for the end of the target. Time grows with the sum of the two lengths.
bool matches(std::string_view pattern, std::string_view target);

} // namespace stillwatch::crawler
