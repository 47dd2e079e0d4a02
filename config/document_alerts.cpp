#include "config/document.hpp"

#include "config/checks.hpp"
#include "core/time_zone.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

// When a channel tells, and of what.
namespace stillwatch::config {

namespace {

using namespace std::chrono_literals;

// The names in docs/formats/alerts.md; a test compares them with those of alerts/.
constexpr std::array<std::string_view, 19> event_words{"match.opened",
                                                       "match.grouped",
                                                       "match.reappeared",
                                                       "match.capped",
                                                       "item.down",
                                                       "crawl.degraded",
                                                       "consent.expiring",
                                                       "consent.withdrawn",
                                                       "guard.tripped",
                                                       "reference.quarantined",
                                                       "outbox.dead_letter",
                                                       "storage.low",
                                                       "heartbeat",
                                                       "test",
                                                       "problem",
                                                       "escalated",
                                                       "reference.collided",
                                                       "notice.deadline_approaching",
                                                       "notice.overdue"};
constexpr std::array<std::string_view, 7> days{"sunday",   "monday", "tuesday", "wednesday",
                                               "thursday", "friday", "saturday"};

void read_texts(Section& section, std::string_view key, std::vector<std::string>& out)
{
    std::vector<PlacedText> texts;
    section.get(key, texts);
    for (auto& text : texts)
        out.push_back(std::move(text.text));
}

// The place of the word among `words`; complains where it is none.
template <std::size_t count>
std::size_t read_word(Section& section, std::string_view key,
                      const std::array<std::string_view, count>& words, std::size_t fallback)
{
    std::string text(words[fallback]);
    section.get(key, text);
    const auto found = std::ranges::find(words, text);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    section.complain(key, fmt::format("\"{}\" is none of {}", shown(text), fmt::join(words, ", ")));
    return fallback;
}

} // namespace

void Document::read_time_zone(Section& section, std::string& out)
{
    section.get("time_zone", out);
    if (!TimeZone::load(out))
        section.complain("time_zone",
                         fmt::format("\"{}\" is no time zone such as \"Europe/Berlin\"", shown(out)));
}

void Document::read_rules(Section& section, Channel& channel, const Alerts& alerts)
{
    std::vector<PlacedText> events;
    section.get("events", events);
    for (const auto& [place, text] : events) {
        if (std::ranges::find(event_words, text) == event_words.end())
            section.complain_at(
                place, "events",
                fmt::format("\"{}\" is none of {}", shown(text), fmt::join(event_words, ", ")));
        channel.events.push_back(text);
    }
    read_texts(section, "cases", channel.cases);
    channel.disclosure =
        static_cast<Disclosure>(read_word<3>(section, "disclosure", {"none", "host", "url"}, 0));
    section.get("group_wait", channel.group_wait, {0ms, 24h});
    section.get("group_interval", channel.group_interval, {0ms, 24h * 7});
    section.get("repeat_interval", channel.repeat_interval, {0ms, 24h * 90});
    if (channel.repeat_interval > 0ms && channel.repeat_interval < 1min)
        section.complain("repeat_interval", "shorter than a minute");
    channel.digest = static_cast<Digest>(read_word<3>(section, "digest", {"never", "daily", "weekly"}, 0));
    std::string at = "08:00";
    section.get("digest_at", at);
    if (const auto minute = minute_of_day(at))
        channel.digest_at = *minute;
    else
        section.complain("digest_at", fmt::format("\"{}\" is no time such as \"08:00\"", shown(at)));
    channel.digest_day = static_cast<int>(read_word(section, "digest_day", days, 1));
    std::string quiet;
    section.get("quiet_hours", quiet);
    const auto dash = quiet.find('-');
    const auto from = minute_of_day(quiet.substr(0, dash));
    const auto to = dash == std::string::npos ? std::nullopt : minute_of_day(quiet.substr(dash + 1));
    if (from && to && *from != *to)
        channel.quiet_hours = std::pair(*from, *to);
    else if (!quiet.empty())
        section.complain("quiet_hours", fmt::format("\"{}\" is not such as \"22:00-07:00\"", shown(quiet)));
    channel.time_zone = alerts.time_zone;
    if (section.has("time_zone"))
        read_time_zone(section, channel.time_zone);
    else
        section.get("time_zone", channel.time_zone);
    section.get("max_per_hour", channel.max_per_hour, {0, 1'000'000});
    section.get("escalate_after", channel.escalate_after, {0ms, 24h * 90});
    read_texts(section, "escalate_to", channel.escalate_to);
    if ((channel.escalate_after > 0ms) == channel.escalate_to.empty())
        section.complain(channel.escalate_to.empty() ? "escalate_to" : "escalate_after",
                         "missing: escalate_after and escalate_to stand together");
}

void Document::check_escalations(const std::vector<Channel>& channels)
{
    for (const auto& channel : channels)
        for (const auto& name : channel.escalate_to) {
            const auto found = std::ranges::find(channels, name, &Channel::name);
            if (found == channels.end() || !found->enabled || name == channel.name)
                complaints_.push_back(
                    {{},
                     fmt::format("channel {}: escalate_to names no other enabled channel \"{}\"",
                                 channel.name, shown(name))});
        }
}

} // namespace stillwatch::config
