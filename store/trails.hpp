#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::store {

// The patterns that pages of one host are counted by, one or two: the first part of the path and, where there
// is more, the first two. Digits, long hexadecimal words and queries are wildcards, so that a calendar, a
// maze or the facets of a shop are one trail each however many addresses they make. `target` is path and
// query.
std::vector<std::string> trails_of(std::string_view target);

// The first eight segments of a path with the same wildcards.
std::string pattern_of(std::string_view path);

} // namespace stillwatch::store
