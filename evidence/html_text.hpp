#pragma once

#include <string>
#include <string_view>

namespace stillwatch::evidence {

// Text for reading: what would move the cursor or turn the direction of letters becomes visible.
std::string shown(std::string_view text);

// Text for HTML and SVG, outside and inside quoted attributes.
std::string escaped(std::string_view text);

// The beginning of a page that loads nothing and runs nothing: doctype, head with a policy that forbids both,
// style for screen and paper, and the start of its body. `title` is plain text.
std::string html_head(std::string_view title);

} // namespace stillwatch::evidence
