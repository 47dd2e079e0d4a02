#pragma once

#include "core/clock.hpp"
#include "crawler/robots/robots.hpp"
#include "store/site.hpp"

namespace stillwatch::crawler {

// What a host lets crawlers do, by how its robots.txt was answered.
enum class RobotsAccess : std::uint8_t {
    rules,      // 2xx: what the file says
    everything, // 4xx but 429, or redirects that lead nowhere: there is no file
    nothing,    // 429, 5xx, or no answer
};
// `http_status` 0 means that nothing answered (RFC 9309 section 2.3.1; 429 as Google counts it).
RobotsAccess access_by_status(int http_status) noexcept;

// A robots.txt in force.
struct RobotsFile {
    RobotsAccess access = RobotsAccess::everything;
    int http_status = 0;
    RobotsRules rules{};

    // Whether the path and query `target` may be fetched.
    RobotsDecision allows(std::string_view target) const;
    // "line 12 'Disallow: /x'", "the file is unreachable".
    std::string reason(const RobotsDecision& decision) const;
};

// How long an answer is good (RFC 9309 section 2.4), and how long a host that was never reached stays closed.
inline constexpr std::chrono::milliseconds robots_lifetime = std::chrono::hours(24);
inline constexpr std::chrono::milliseconds robots_unreachable_patience = std::chrono::days(30);

// The file as it is in force at `now`; a host not reached for robots_unreachable_patience counts as having
// none.
RobotsFile robots_file(const store::RobotsRow& row, Timestamp now);

} // namespace stillwatch::crawler
