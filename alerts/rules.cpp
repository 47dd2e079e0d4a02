#include "alerts/rules.hpp"

#include <algorithm>

namespace stillwatch::alerts {

const std::vector<std::string_view>& event_names()
{
    static const std::vector<std::string_view> names{"match.opened",
                                                     "match.grouped",
                                                     "match.reappeared",
                                                     "match.capped",
                                                     "item.down",
                                                     "notice.deadline_approaching",
                                                     "notice.overdue",
                                                     "crawl.degraded",
                                                     "consent.expiring",
                                                     "consent.withdrawn",
                                                     "guard.tripped",
                                                     "reference.quarantined",
                                                     "reference.collided",
                                                     "outbox.dead_letter",
                                                     "storage.low",
                                                     "heartbeat",
                                                     "test",
                                                     "problem",
                                                     "escalated"};
    return names;
}

std::string_view topic_of(std::string_view type, std::string_view problem)
{
    if (type != "problem.began" && type != "problem.ended") return type;
    if (problem == "site" || problem == "sites" || problem == "hosts_left_out" || problem == "stand_ins")
        return "crawl.degraded";
    if (problem.starts_with("consent_")) return "consent.expiring";
    if (problem == "alerts_given_up" || problem == "alerts_without_channel" || problem == "channel")
        return "outbox.dead_letter";
    if (problem == "disk" || problem == "store" || problem == "evidence") return "storage.low";
    return "problem";
}

namespace {

bool holds(const std::vector<std::string>& texts, std::string_view text)
{
    return std::ranges::find(texts, text) != texts.end();
}

// "match.grouped" is how a channel tells of matches, and no event of its own.
bool chooses(const ChannelRules& rules, std::string_view topic, std::string_view pseudonym)
{
    const bool is_grouped = topic.starts_with("match.") && holds(rules.events, "match.grouped");
    if (!rules.events.empty() && !holds(rules.events, topic) && !is_grouped) return false;
    return rules.cases.empty() || pseudonym.empty() || holds(rules.cases, pseudonym);
}

// A typing error among `events` or `cases` must not keep a match from everybody.
bool must_be_told(std::string_view topic)
{
    return topic.starts_with("match.") || topic == "guard.tripped" || topic == "outbox.dead_letter" ||
           topic == "consent.withdrawn" || topic == "reference.quarantined" ||
           topic == "reference.collided" || topic == "notice.overdue";
}

} // namespace

std::vector<std::string> routed(const std::vector<ChannelRules>& channels, std::string_view type,
                                std::string_view problem, std::string_view pseudonym)
{
    const auto topic = topic_of(type, problem);
    std::vector<std::string> names;
    for (const auto& rules : channels)
        if (chooses(rules, topic, pseudonym)) names.push_back(rules.channel);
    if (!names.empty() || !must_be_told(topic)) return names;
    for (const auto& rules : channels)
        names.push_back(rules.channel);
    return names;
}

} // namespace stillwatch::alerts
