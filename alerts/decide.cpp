#include "alerts/decide.hpp"

#include <algorithm>

namespace stillwatch::alerts {

namespace {

using std::chrono::hours;

bool is_match(std::string_view type)
{
    return type.starts_with("match.");
}

// A person looked at it: that is an answer, whatever they found.
bool is_answered(const std::optional<FindingState>& state)
{
    return state && *state != FindingState::fresh && *state != FindingState::reappeared;
}

Decision hold(Reason reason, Timestamp until)
{
    return {Verdict::hold, reason, until, Bundle::alone};
}

bool is_quiet(const QuietHours& quiet, int minute)
{
    if (quiet.from <= quiet.to) return minute >= quiet.from && minute < quiet.to;
    return minute >= quiet.from || minute < quiet.to;
}

// The digest that this alert goes into.
Timestamp digest_after(Timestamp queued_at, const ChannelRules& rules)
{
    const auto day = rules.digest == DigestEvery::week ? std::optional(rules.digest_day) : std::nullopt;
    return rules.zone->next(queued_at, rules.digest_minute, day);
}

Decision decide_grouping(const QueuedAlert& alert, const ChannelHistory& history, const ChannelRules& rules,
                         Timestamp now)
{
    if (rules.digest != DigestEvery::never) {
        const auto at = digest_after(alert.queued_at, rules);
        if (now < at) return hold(Reason::digest, at);
        return {Verdict::send, Reason::digest_time, {}, Bundle::digest};
    }
    if (history.group_told_at) {
        const auto next = *history.group_told_at + rules.group_interval;
        if (now < next) return hold(Reason::group_interval, next);
    }
    const auto ready = history.group_waits_since.value_or(alert.queued_at) + rules.group_wait;
    if (now < ready) return hold(Reason::group_wait, ready);
    const bool groups = rules.group_wait.count() > 0 || rules.group_interval.count() > 0;
    return {Verdict::send, groups ? Reason::group : Reason::due, {}, groups ? Bundle::group : Bundle::alone};
}

} // namespace

std::string_view name_of(Verdict verdict) noexcept
{
    switch (verdict) {
    case Verdict::send: return "send";
    case Verdict::hold: return "hold";
    case Verdict::silent: return "silent";
    }
    return "unknown";
}

std::string_view name_of(Reason reason) noexcept
{
    switch (reason) {
    case Reason::due: return "due";
    case Reason::always: return "always";
    case Reason::dismissed: return "dismissed";
    case Reason::acknowledged: return "acknowledged";
    case Reason::silenced: return "silenced";
    case Reason::quiet_hours: return "quiet_hours";
    case Reason::digest: return "digest";
    case Reason::digest_time: return "digest_time";
    case Reason::group_wait: return "group_wait";
    case Reason::group_interval: return "group_interval";
    case Reason::group: return "group";
    case Reason::flood: return "flood";
    }
    return "unknown";
}

std::string_view sentence_of(Reason reason) noexcept
{
    switch (reason) {
    case Reason::due: return "nothing keeps it: it leaves now";
    case Reason::always: return "this kind waits for nothing";
    case Reason::dismissed: return "somebody dismissed the finding before it was told";
    case Reason::acknowledged: return "somebody acknowledged it before it was told here";
    case Reason::silenced: return "its case or site is silenced; it is judged again when that ends";
    case Reason::quiet_hours: return "the channel has quiet hours; it is judged again when they end";
    case Reason::digest: return "it goes into the channel's next digest";
    case Reason::digest_time: return "the digest leaves now";
    case Reason::group_wait: return "others of its case and host may follow (group_wait)";
    case Reason::group_interval:
        return "the channel told of its case and host a moment ago (group_interval); what comes until then "
               "leaves as one message";
    case Reason::group: return "what waited for its case and host leaves as one message";
    case Reason::flood:
        return "the channel had its messages of this hour (max_per_hour); the rest leaves as one message";
    }
    return "unknown";
}

std::string_view name_of(Bundle bundle) noexcept
{
    switch (bundle) {
    case Bundle::alone: return "alone";
    case Bundle::group: return "group";
    case Bundle::digest: return "digest";
    case Bundle::overflow: return "overflow";
    }
    return "unknown";
}

bool waits_for_nothing(std::string_view type, std::string_view problem)
{
    const auto topic = topic_of(type, problem);
    return topic == "test" || topic == "heartbeat" || topic == "guard.tripped" || topic == "storage.low" ||
           topic == "outbox.dead_letter";
}

Decision decide(const QueuedAlert& alert, const ChannelHistory& history, const ChannelRules& rules,
                Timestamp now)
{
    if (waits_for_nothing(alert.type, alert.problem)) return {Verdict::send, Reason::always, {}, {}};
    if (is_match(alert.type)) {
        if (alert.state == FindingState::dismissed) return {Verdict::silent, Reason::dismissed, {}, {}};
        // A finding may be confirmed without that anybody looked: it is told all the same.
        if (alert.is_acknowledged) return {Verdict::silent, Reason::acknowledged, {}, {}};
    }
    if (alert.silenced_until && now < *alert.silenced_until)
        return hold(Reason::silenced, *alert.silenced_until);
    if (rules.quiet && is_quiet(*rules.quiet, rules.zone->minute_of_day(now)))
        return hold(Reason::quiet_hours, rules.zone->next(now, rules.quiet->to));
    if (alert.is_made) return {Verdict::send, Reason::due, {}, {}};
    const bool is_of_findings = is_match(alert.type) && alert.type != "match.capped";
    if (!is_of_findings) return {Verdict::send, Reason::due, {}, {}};
    const auto decision = decide_grouping(alert, history, rules, now);
    if (decision.verdict != Verdict::send || decision.bundle == Bundle::digest) return decision;
    if (rules.max_per_hour > 0 && history.sent_in_hour >= rules.max_per_hour)
        return hold(Reason::flood, history.first_of_hour.value_or(now) + hours(1));
    if (alert.was_over_bound) return {Verdict::send, Reason::flood, {}, Bundle::overflow};
    return decision;
}

std::string_view name_of(FollowUp follow_up) noexcept
{
    switch (follow_up) {
    case FollowUp::none: return "none";
    case FollowUp::wait: return "wait";
    case FollowUp::remind: return "remind";
    case FollowUp::escalate: return "escalate";
    }
    return "unknown";
}

FollowUpDecision follow_up(const ToldAlert& alert, const ChannelRules& rules, Timestamp now)
{
    if (!is_match(alert.type))
        return {FollowUp::none, FollowUp::none, {}, "nobody needs to answer this kind"};
    if (alert.is_acknowledged) return {FollowUp::none, FollowUp::none, {}, "it was acknowledged"};
    if (is_answered(alert.state))
        return {FollowUp::none, FollowUp::none, {}, "somebody worked on the finding"};
    const bool escalates =
        rules.escalate_after.count() > 0 && !rules.escalate_to.empty() && !alert.is_escalated;
    const bool repeats = rules.repeat_interval.count() > 0;
    const auto escalate_at = alert.sent_at + rules.escalate_after;
    const auto remind_at = alert.told_at + rules.repeat_interval;
    if (escalates && now >= escalate_at)
        return {FollowUp::escalate, FollowUp::none, escalate_at, "nobody acknowledged it in time"};
    if (repeats && now >= remind_at)
        return {FollowUp::remind, FollowUp::none, remind_at, "nobody acknowledged it since it was told"};
    if (escalates && (!repeats || escalate_at <= remind_at))
        return {FollowUp::wait, FollowUp::escalate, escalate_at, "it waits to be acknowledged"};
    if (repeats) return {FollowUp::wait, FollowUp::remind, remind_at, "it waits to be acknowledged"};
    return {FollowUp::none, FollowUp::none, {}, "nobody acknowledged it; the channel repeats nothing"};
}

} // namespace stillwatch::alerts
