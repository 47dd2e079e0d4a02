#pragma once

#include "html/candidates.hpp"

#include <string_view>

namespace stillwatch::html {

// Takes the addresses of a Link header (RFC 8288 section 3), several joined by commas, that name pictures or
// lead on: as <link> would.
void read_link_header(std::string_view value, Candidates& out);

} // namespace stillwatch::html
