#pragma once

#include <string>

namespace stillwatch::crawler {

// Whether anybody may have a name of his own below `domain` (lower case, international labels in their ASCII
// form), so that a cookie for all of it would reach strangers: "com", "co.uk", "blogspot.com"; also every
// single label that no list knows (publicsuffix.org, the list as libpsl was built with).
bool is_public_suffix(const std::string& domain);

} // namespace stillwatch::crawler
