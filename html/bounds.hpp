#pragma once

#include "html/extract.hpp"

#include <string_view>

namespace stillwatch::html {

// Whether the tree builder will take this markup (UTF-8) in about linear time. It follows the stack of open
// elements as the HTML standard keeps it (section 13.2.6) and errs on the side of "no": a wrong "no" costs
// structure, never an address.
bool is_within_bounds(std::string_view markup, const ExtractLimits& limits);

} // namespace stillwatch::html
