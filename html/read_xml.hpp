#pragma once

#include "html/candidates.hpp"

#include <string_view>

namespace stillwatch::html {

// Takes the addresses of a feed (RSS, Atom, with media, iTunes and HTML content), of a sitemap or its index
// (with pictures and videos) or of any other XML. Entities are the five of XML and numbers: what a document
// declares is neither expanded nor fetched.
void read_xml(std::string_view markup, Candidates& out);

} // namespace stillwatch::html
