#pragma once

#include "core/url.hpp"

namespace stillwatch::crawler {

// Whether two addresses are the same but for their digits, as the pages of a long list or thread are. From
// one page of a list to the next is no step further from a seed: a board of a thousand pages would end at the
// twentieth. What keeps an endless list within bounds is its trail (crawler/policy/trail.hpp) and the site's
// number of pages.
bool same_series(const Url& a, const Url& b) noexcept;

} // namespace stillwatch::crawler
