#pragma once

#include "core/clock.hpp"
#include "core/time_zone.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::alerts {

// What of a finding may leave beside pseudonym, numbers and link.
enum class Disclosure : std::uint8_t { none, host, url };

enum class DigestEvery : std::uint8_t { never, day, week };

// Minutes since midnight; `to` before `from` is the next morning.
struct QuietHours {
    int from = 0;
    int to = 0;

    friend bool operator==(const QuietHours&, const QuietHours&) = default;
};

// When a channel tells, and what it is told of.
struct ChannelRules {
    std::string channel;
    // Alertmanager's: the first alert of a case on a host waits so long for others; further ones come so long
    // after the last; and one that nobody acknowledged is told again after so long. 0: at once, never again.
    std::chrono::milliseconds group_wait{0};
    std::chrono::milliseconds group_interval{0};
    std::chrono::milliseconds repeat_interval{std::chrono::hours(24)};
    DigestEvery digest = DigestEvery::never;
    int digest_minute = 8 * 60;
    std::chrono::weekday digest_day = std::chrono::Monday;
    std::optional<QuietHours> quiet{};
    std::shared_ptr<const TimeZone> zone = TimeZone::utc(); // of digest and quiet hours
    int max_per_hour = 0;                                   // messages; the rest becomes one. 0: no bound
    std::chrono::milliseconds escalate_after{0};            // unacknowledged for so long: told there, too
    std::vector<std::string> escalate_to{};                 // channels; empty: none
    Disclosure disclosure = Disclosure::none;
    std::vector<std::string> events{}; // event names; empty: all
    std::vector<std::string> cases{};  // pseudonyms; empty: all
};

using RulesByChannel = std::map<std::string, ChannelRules, std::less<>>;

// The names that `events` of a channel may hold.
const std::vector<std::string_view>& event_names();

// What an event of that type, about a problem of that kind, is called where channels choose: a site that is
// blocked is "crawl.degraded", whatever began or ended.
std::string_view topic_of(std::string_view type, std::string_view problem);

// The channels that are told, in the order given. What somebody must be told and no channel chose goes over
// all of them.
std::vector<std::string> routed(const std::vector<ChannelRules>& channels, std::string_view type,
                                std::string_view problem, std::string_view pseudonym);

} // namespace stillwatch::alerts
