#pragma once

#include "core/url.hpp"
#include "crawler/settings.hpp"

#include <string_view>

namespace stillwatch::crawler {

// Whether cookies and other headers of the site may go along to `url`: to the site's hosts, and over clear
// http only where the site itself is named so. The seeds of that host and port decide, else those of the
// host, else all of them: one with https closes clear http.
bool may_carry_secrets(const SiteRules& site, const Url& url);

// Whether the value of such a header tells nothing that must be kept: User-Agent, Accept, Accept-Language.
bool is_harmless_header(std::string_view name) noexcept;

} // namespace stillwatch::crawler
