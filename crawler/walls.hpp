#pragma once

#include "core/fetch.hpp"
#include "core/links.hpp"

namespace stillwatch::crawler {

// Whether an answer's headers say that it is a riddle and not the page. Not every riddle says so: its text
// may (html/wall.hpp).
bool is_challenge(const Fetched& answer);

// Which wall a site's own address is for: /login, /member.php?action=login, /age-gate; never `challenge`.
Wall wall_at(const Url& url);

} // namespace stillwatch::crawler
