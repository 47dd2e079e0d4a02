#pragma once

#include "core/clock.hpp"
#include "core/links.hpp"
#include "crawler/policy/wall_history.hpp"
#include "store/outside_host.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What people are told of the frontier.
namespace stillwatch::store {

// What keeps a host of a site from being looked at.
enum class HostTrouble : std::uint8_t { none, stopped, blocked, unreachable, disallowed };
std::string_view name_of(HostTrouble trouble) noexcept;

// One host of a site that is not being looked at.
struct HostHealth {
    std::string host; // HOST or HOST:PORT
    HostTrouble trouble = HostTrouble::none;
    std::int64_t pages = 0; // known addresses there
    std::int64_t images = 0;

    friend bool operator==(const HostHealth&, const HostHealth&) = default;
};

// How a site is doing, for its operator.
struct SiteHealth {
    std::int64_t pages = 0;  // known addresses
    std::int64_t images = 0; // known or likely
    std::int64_t videos = 0; // likewise, counted here alone
    std::int64_t videos_not_looked_at = 0;
    std::int64_t pages_read = 0;
    std::int64_t images_compared = 0; // at the generation asked for
    std::int64_t unvisited = 0;
    std::int64_t undecodable = 0;
    std::int64_t too_small = 0;
    std::int64_t waiting = 0; // came, and are still to be judged
    std::int64_t gone = 0;
    std::int64_t unreachable = 0;
    std::int64_t refused = 0;    // scope, guard
    std::int64_t disallowed = 0; // by robots.txt
    std::int64_t moved = 0;      // redirect to another known address
    std::int64_t set_aside =
        0; // among those unvisited: of families that bring nothing new, asked for a sample
    // How often each bound on what a site may make without end was reached.
    std::map<std::string, std::int64_t> bounds{};
    std::vector<std::string> idle_families{}; // with most addresses set aside, at most 10
    std::int64_t pages_that_day = 0;
    std::int64_t bytes_that_day = 0;
    // Of the last visits that told whether something is in the way, at most max_recent_visits.
    static constexpr int max_recent_visits = crawler::WallHistory::most_visits;
    int recent_visits = 0;
    int recent_walls = 0; // log-ins and age gates among them
    Wall last_wall = Wall::none;
    std::vector<std::string> challenged{}; // origins whose last answer of use was before their last challenge
    std::optional<Timestamp> last_success{}; // a page or picture was read
    std::optional<Timestamp> last_failure{};
    int last_failure_status = 0;         // HTTP; 0: no answer
    std::map<std::string, int> robots{}; // HTTP status of robots.txt by origin; 0: unreachable
    std::vector<HostHealth> in_trouble{};
    std::vector<OutsideHost> outside{}; // that with most redirects and pictures first, at most 10
};

// What a pass over a site begins with.
struct PassSize {
    std::int64_t due = 0;   // addresses to visit
    std::int64_t known = 0; // addresses that are visited at all: what was set aside is not
};

// How much of what is known was compared with references up to a generation.
struct Coverage {
    std::int64_t images = 0;      // addresses known to be or likely to be pictures
    std::int64_t compared = 0;    // compared at that generation or a later one
    std::int64_t undecodable = 0; // seen at that generation, but no decoder reads them
    std::int64_t too_small = 0;   // seen at that generation: nothing to compare
    std::int64_t waiting = 0;     // came, and are still to be judged
    std::int64_t gone = 0;
    std::int64_t unreachable = 0; // tried, and failed or refused
    std::int64_t pending = 0;     // still to do
};

// Which references pictures were last compared with: CaseDatabase's generation and references_state().
struct ComparedUnder {
    std::int64_t generation = 0; // no picture was compared at a higher one
    std::int64_t state = 0;

    friend bool operator==(const ComparedUnder&, const ComparedUnder&) = default;
};

struct FrontierCounts {
    std::int64_t pages = 0;
    std::int64_t images = 0;
    std::int64_t videos = 0;
    std::int64_t videos_not_looked_at = 0;
    std::int64_t contents = 0;
    std::int64_t due = 0;
};

} // namespace stillwatch::store
