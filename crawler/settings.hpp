#pragma once

#include "core/fetch.hpp"
#include "crawler/pace/pace.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::crawler {

// The name that robots.txt groups are chosen by; a part of the User-Agent (RFC 9309 section 2.2.1).
inline constexpr std::string_view product_token = "Stillwatch";

enum class RobotsPolicy : std::uint8_t { obey, ignore };

// What becomes of the cookies that a site hands out: kept and sent back, as long as the program runs, or not.
enum class CookieUse : std::uint8_t { none, session };

// Whether requests tell which page led to them.
enum class RefererUse : std::uint8_t { none, send };

// How much of a site's videos is looked at: nothing, what pages show in their place, key frames, a frame of
// each second. Each includes those before it.
enum class VideoUse : std::uint8_t { off, posters, glance, look };

// How often pages are looked at again.
struct RevisitSettings {
    std::chrono::milliseconds revisit_min = std::chrono::hours(1);
    std::chrono::milliseconds revisit_max = std::chrono::days(14);

    friend bool operator==(const RevisitSettings&, const RevisitSettings&) = default;
};

// One site of the watch list as crawling needs it.
struct SiteRules {
    std::string name;
    std::vector<std::string> hosts; // HOST or HOST:PORT, lower case: the scope
    // Patterns as comparable_pattern() makes them. Pages lie within `paths`, unless it is empty; nothing
    // within `excluded_paths`.
    std::vector<std::string> paths{};
    std::vector<std::string> excluded_paths{};
    PaceSettings pace{};
    RobotsPolicy robots = RobotsPolicy::obey;
    Timestamp robots_until = Timestamp::max(); // from then on robots.txt is obeyed whatever `robots` says
    int max_depth = 20;                        // links from a seed
    std::int64_t max_pages_per_day = 50'000;
    RevisitSettings revisit{};
    CookieUse cookie_jar = CookieUse::session;
    RefererUse referer = RefererUse::send;
    VideoUse videos = VideoUse::look;
    std::vector<HeaderField> headers{}; // sent to `hosts` only, and as may_carry_secrets() says
    std::vector<Url> seeds{};           // as the site names its hosts, with https or in clear
    Route route{};

    bool obeys_robots(Timestamp now) const noexcept
    {
        return robots == RobotsPolicy::obey || now >= robots_until;
    }

    friend bool operator==(const SiteRules&, const SiteRules&) = default;
};

// An unchanging picture of the watch list; a reload makes a new one.
struct CrawlSettings {
    std::map<std::string, std::shared_ptr<const SiteRules>, std::less<>> sites;
    int max_visits = 512; // at the same time, over all hosts

    // Null for a name that is not on the watch list.
    std::shared_ptr<const SiteRules> site(std::string_view name) const
    {
        const auto found = sites.find(name);
        return found == sites.end() ? nullptr : found->second;
    }
};

} // namespace stillwatch::crawler
