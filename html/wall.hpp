#pragma once

#include "core/links.hpp"

#include <string_view>
#include <vector>

namespace stillwatch::html {

// Which wall an HTML page is (`riddle` only where it is no other), told by marks in the first 32 KiB of its
// text and by how little it names: a page that shows pictures or leads to many others is none, whatever
// stands in it. `links` are those of the page. A page may lie; what follows from the answer is counted over
// many pages and told to the operator.
Wall wall_of(std::string_view text, const std::vector<Link>& links);

} // namespace stillwatch::html
