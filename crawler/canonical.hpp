#pragma once

#include "core/url.hpp"

namespace stillwatch::crawler {

// The address that is asked for in place of `url`, so that one document costs one request: without session
// ids (";jsessionid=…", "PHPSESSID=…", a long "sid"), parameters that only tell where a visitor came from
// (utm_…, fbclid, gclid…), a query that is empty, and the sorting of an open directory. What may name another
// document stays: order and case of the rest, "index.html", "www.".
Url canonical(const Url& url);

} // namespace stillwatch::crawler
