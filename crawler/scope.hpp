#pragma once

#include "core/links.hpp"
#include "core/url.hpp"
#include "crawler/settings.hpp"

#include <string_view>

namespace stillwatch::crawler {

// Why an address is followed or not.
enum class ScopeReason : std::uint8_t {
    in_scope,
    off_site,            // not one of the site's hosts
    denied_host,         // reverse image search, translation, archive or sharing: never asked, even in scope
    too_far,             // too many links away from the seeds
    too_long,            // the address
    too_many_segments,   // of the path
    repeated_segments,   // a/b/a/b/a/b: a trap
    too_many_parameters, // of the query
    side_effect,         // the link does something: log out, report, delete, vote
    outside_paths,       // a page beyond the site's `paths`
    excluded_path,       // within its `excluded_paths`
    embedded_address,    // a page whose query holds an address elsewhere: a way out, or a proxy
};
std::string_view name_of(ScopeReason reason) noexcept;

struct ScopeDecision {
    bool follow = false;
    ScopeReason reason = ScopeReason::off_site;

    friend bool operator==(const ScopeDecision&, const ScopeDecision&) = default;
};

// Bounds against endless sites (the trap list of Heritrix: repeated segments, depth).
struct ScopeLimits {
    static constexpr std::size_t max_url_bytes = 2083;
    static constexpr std::size_t max_path_segments = 32;
    static constexpr std::size_t max_repeats = 2; // of a group of segments in a row, with a letter in it
    static constexpr int max_query_parameters = 12;
};

// Whether an address found `depth` links away from a seed is fetched for this site. Pure: looks at the
// address only.
ScopeDecision check_scope(const SiteRules& site, const Url& url, LinkKind kind, int depth);

// Whether the site's allow list names the host, as HOST (any scheme's default port) or HOST:PORT.
bool is_host_of(const SiteRules& site, const Url& url);

// Whether the host (and, for some, the path) belongs to a service that must not be told of pictures.
bool is_denied(const Url& url);

} // namespace stillwatch::crawler
