#pragma once

#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/id.hpp"
#include "core/links.hpp"
#include "core/url.hpp"
#include "crawler/policy/due.hpp"
#include "store/outside_host.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::store {

using crawler::name_of;
using crawler::Outcome;

// What is known of how often a page brings new pictures: decaying sums (crawler/revisit.hpp).
struct PageRate {
    double news = 0; // pictures found by revisits
    double days = 0; // that they came in
    int level = 0;   // of its rate; pages are counted by it. 0: not counted

    friend bool operator==(const PageRate&, const PageRate&) = default;
};

struct RateCount {
    int level = 0;
    std::int64_t pages = 0;

    friend bool operator==(const RateCount&, const RateCount&) = default;
};

// An address that is to be visited now.
struct Visit {
    UrlId id;
    HostId host;
    std::string site;
    Url url;
    LinkKind kind = LinkKind::page;
    int depth = 0;
    int tries = 0;      // failed visits in a row
    std::string etag{}; // validators of the last full answer, empty when none
    std::string last_modified{};
    std::optional<Sha256> content{}; // of the last full answer
    std::int64_t generation = 0;     // of the reference set at the last comparison
    Outcome last_outcome = Outcome::unvisited;
    Timestamp last_visit{};
    int unchanged_in_a_row = 0; // visits that brought nothing new
    PageRate rate{};
    UrlId parent{};                // what named it first; 0: the watch list
    std::optional<Url> named_by{}; // the same, or the page whose link was redirected
};

struct Discovered {
    Url url;
    LinkKind kind = LinkKind::page;
    Mechanism mechanism = Mechanism::a_href;
    std::string site{};
    int item = 0; // as Link has it: counts within one result
    bool is_next =
        false; // in a series with the page that names it (crawler/series.hpp): no step further from a seed

    // Links from a seed, given those of the page that names it. A series that a seed begins is no operator's
    // choice.
    int depth_from(int page_depth) const noexcept
    {
        return is_next ? std::max(1, page_depth) : page_depth + 1;
    }
};

// What comparing known bytes gave; valid only for its reference generation and verdict version.
struct Verdict {
    Sha256 content; // what it was known by on the way: see pipeline/answers.hpp
    std::int64_t generation = 0;
    int version = 0;              // verdict_version (core/fingerprint.hpp)
    bool matched = false;         // which references: CaseDatabase::occurrences_of_content, by file_digest()
    bool undecodable = false;     // by the decoder's own refusal; not tried again by the same version
    bool too_small = false;       // to compare; likewise
    std::optional<Sha256> file{}; // of the picture file, where that is something else than `content`

    bool is_unreadable() const noexcept { return undecodable || too_small; }
    const Sha256& file_digest() const noexcept { return file ? *file : content; }
};

// Bytes that cost every worker which had them. No verdict: they are tried again at growing pauses.
struct Unread {
    Sha256 content;
    int losses = 0;    // visits that ended so
    Timestamp retry{}; // not before
};

// What a claim gave. `goes_on`: nothing so far, but there are candidates left to look at.
struct Claim {
    std::vector<Visit> visits{};
    bool goes_on = false;
};

// The end of one visit; applied in batches, each batch one transaction.
struct VisitResult {
    UrlId id;
    HostId host;
    Timestamp at{};
    Outcome outcome = Outcome::unreachable;
    LinkKind kind = LinkKind::page; // as the bytes said
    int http_status = 0;            // 0: no answer
    std::int64_t wire_bytes = 0;
    std::string etag{};
    std::string last_modified{};
    std::optional<Sha256> content{};
    // At which the picture was compared or found impossible to compare, whatever the outcome: an older one
    // than the current makes the address stale at once. Not looked at when unreachable.
    std::int64_t generation = 0;
    Timestamp due{}; // next visit
    int tries = 0;
    int unchanged_in_a_row = 0;
    PageRate rate{};
    std::int64_t news = 0; // pictures named for the first time by anybody
    int depth = 0;         // of the visited address
    std::vector<Discovered> discovered{};
    std::optional<Verdict> verdict{};
    std::vector<ReferenceId>
        matched{}; // what the verdict's match is with: it counts only while one of them is there
    std::optional<Unread> unread{};     // a worker was lost over these bytes once more
    std::vector<OutsideHost> outside{}; // hosts of nobody's that it named pictures of, or was sent to
    std::optional<Wall> wall{};         // what was in the way, or none; nothing where the visit does not tell
    bool is_in_part = false;            // a bound left out some of what the picture or package shows
    bool has_locked = false;            // something in a package is under a password
    bool has_stand_in_ended = false;    // they come no more for nearly all of them
    bool is_stand_in = false;           // the same bytes come for nearly all addresses there
    std::vector<VisitResult>
        led_here{}; // of addresses whose redirects led to this one in the same visit; without any
};

} // namespace stillwatch::store
