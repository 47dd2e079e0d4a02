#include "alerts/rounds.hpp"

#include "alerts/event.hpp"

#include <algorithm>

namespace stillwatch::alerts {

namespace {

constexpr std::size_t most_at_once = 200; // the next round takes the rest

Result<std::size_t> escalate(store::CaseDatabase& cases, const ChannelRules& rules, Timestamp now)
{
    if (rules.escalate_after.count() <= 0 || rules.escalate_to.empty()) return std::size_t{0};
    const store::Actor actor{"stillwatchd", now};
    std::size_t queued = 0;
    for (const auto& row :
         cases.alerts_to_escalate(rules.channel, now - rules.escalate_after, most_at_once)) {
        const auto done = cases.escalate_alert(row.id, rules.escalate_to, actor);
        if (!done) return done.error();
        queued += rules.escalate_to.size();
    }
    return queued;
}

AlertEvent reminder_of(const store::Unanswered& unanswered, const ChannelRules& rules,
                       std::string_view link_pattern, Timestamp now)
{
    AlertEvent event;
    if (const auto oldest = read_event(unanswered.event)) event = *oldest;
    event.type = "match.grouped";
    event.bundle = "reminder";
    event.at = now;
    event.case_pseudonym = unanswered.pseudonym;
    event.count = static_cast<int>(std::min<std::int64_t>(unanswered.alerts, 1'000'000));
    event.is_evidence_pending = false;
    event.is_hash_only = false; // not of all of them, as far as is known here
    event.finding = 0;
    // An id of its own, or receivers would drop it as a repeat.
    event.alert_id = alert_id(unanswered.pseudonym, ReferenceId{unanswered.repeats + 1},
                              "reminder " + rules.channel, unanswered.alert_id + format_utc(now), 0);
    event.link = alert_link(link_pattern, event.alert_id);
    return event;
}

Result<std::size_t> remind(store::CaseDatabase& cases, const ChannelRules& rules,
                           std::string_view link_pattern, Timestamp now)
{
    if (rules.repeat_interval.count() <= 0) return std::size_t{0};
    const store::Actor actor{"stillwatchd", now};
    std::size_t queued = 0;
    for (const auto& unanswered : cases.cases_to_remind(rules.channel, now - rules.repeat_interval)) {
        const auto event = reminder_of(unanswered, rules, link_pattern, now);
        const auto done = cases.remind(rules.channel, unanswered.case_id,
                                       {event.alert_id, rules.channel, write_event(event)}, actor);
        if (!done) return done.error();
        ++queued;
    }
    return queued;
}

} // namespace

Result<std::size_t> make_rounds(store::CaseDatabase& cases, const std::vector<ChannelRules>& channels,
                                std::string_view link_pattern, Timestamp now)
{
    std::size_t queued = 0;
    for (const auto& rules : channels) {
        const auto escalated = escalate(cases, rules, now);
        if (!escalated) return escalated;
        const auto reminded = remind(cases, rules, link_pattern, now);
        if (!reminded) return reminded;
        queued += *escalated + *reminded;
    }
    return queued;
}

} // namespace stillwatch::alerts
