#include "control/forms.hpp"

#include "alerts/take_due.hpp"
#include "core/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

// The commands about alerts: who has them, what was decided, what follows.
namespace stillwatch::control {

namespace {

using alerts::FollowUp;
using store::AlertState;

constexpr std::size_t most_rows = 10'000;

std::string_view words_of(AlertState state)
{
    switch (state) {
    case AlertState::queued: return "it waits";
    case AlertState::sent: return "it was told";
    case AlertState::dead: return "it was given up; `stillwatch outbox replay` sends it again";
    case AlertState::silent: return "it is not told";
    case AlertState::joined: return "another message tells it";
    }
    return "";
}

bool is_unanswered(const store::OutboxRow& row)
{
    if (row.acknowledged_at || row.state == AlertState::silent) return false;
    if (row.state == AlertState::queued || row.state == AlertState::dead) return true;
    return row.finding &&
           (row.finding_state == FindingState::fresh || row.finding_state == FindingState::reappeared);
}

} // namespace

Result<store::CaseDatabase::AlertSubject> Commands::alert_argument(const json::object& arguments) const
{
    const auto id = text_argument(arguments, "id");
    if (!id) return id.error();
    store::CaseDatabase::AlertSubject subject;
    if (id->starts_with("alt_")) {
        subject.alert_id = *id;
    } else if (const auto found = cases_.find_case(*id)) {
        subject.case_id = found->id;
    } else {
        auto number = std::string_view(*id);
        if (number.starts_with("F-")) number.remove_prefix(2);
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
        if (error != std::errc{} || end != number.data() + number.size() || value <= 0)
            return Error{Errc::not_found,
                         fmt::format("\"{}\" is no alert (alt_…), no finding (F-12) and no case", *id)};
        subject.finding = FindingId{value};
    }
    if (cases_.alerts_about(subject, 1).empty())
        return Error{Errc::not_found, fmt::format("there is no alert about {}", *id)};
    return subject;
}

void Commands::announce(std::string_view type, const std::string& pseudonym, const store::Actor& actor)
{
    alerts::AlertEvent event;
    event.alert_id = alerts::alert_id(pseudonym, ReferenceId{}, type, format_utc(actor.at), 0);
    event.type = type;
    event.at = actor.at;
    event.case_pseudonym = pseudonym;
    event.epoch = 0;
    event.link = alerts::alert_link(settings_.link, event.alert_id);
    for (const auto& channel : alerts::routed(settings_.rules, type, "", pseudonym)) {
        const auto queued = cases_.queue_alert({event.alert_id, channel, alerts::write_event(event)}, actor);
        if (!queued)
            log::error("alerts", "nobody is told of what was done",
                       {{"event", type}, {"channel", channel}, {"error", to_string(queued.error())}});
    }
}

std::vector<store::CaseAlert> Commands::down_alerts(const std::vector<store::FindingStanding>& down,
                                                    Timestamp now) const
{
    std::map<std::int64_t, alerts::AlertEvent> by_case;
    std::map<std::int64_t, std::int64_t> first; // finding, by case
    for (const auto& finding : down) {
        auto& event = by_case[finding.case_id.value];
        const bool is_first = event.type.empty();
        event.type = "item.down";
        event.count = is_first ? 1 : event.count + 1;
        event.finding = is_first ? finding.id.value : 0; // several have no number in common
        event.epoch = is_first ? finding.epoch : std::max(event.epoch, finding.epoch);
        if (is_first) first.emplace(finding.case_id.value, finding.id.value);
        if (is_first || finding.tier < event.tier) event.relation = finding.relation;
        event.tier = is_first ? finding.tier : std::min(event.tier, finding.tier); // the surest
    }
    std::vector<store::CaseAlert> queued;
    for (auto& [number, event] : by_case) {
        const CaseId case_id{number};
        const auto c = cases_.find_case(case_id);
        if (!c) continue; // withdrawn meanwhile: nothing is changed then, either
        event.at = now;
        event.case_pseudonym = c->pseudonym;
        event.alert_id = alerts::alert_id(c->pseudonym, ReferenceId{first.at(number)}, "down",
                                          format_utc(now), event.epoch);
        event.link = alerts::alert_link(settings_.link, event.alert_id);
        for (const auto& channel : alerts::routed(settings_.rules, event.type, "", c->pseudonym))
            queued.push_back({{event.alert_id, channel, alerts::write_event(event)}, case_id});
    }
    return queued;
}

Result<CommandOutcome> Commands::alerts_ack(const json::object& arguments, const store::Actor& actor)
{
    const auto subject = alert_argument(arguments);
    if (!subject) return subject.error();
    const auto count = cases_.acknowledge_alerts(*subject, actor);
    if (!count) return count.error();
    return done(json::object{{"acknowledged", *count}, {"by", actor.name}, {"at", format_utc(actor.at)}},
                {.alerts = true});
}

json::object Commands::explain(const store::OutboxRow& row, Timestamp now) const
{
    json::object object;
    object["alert"] = row.alert_id;
    if (row.finding) object["finding"] = fmt::format("F-{}", row.finding.value);
    object["channel"] = row.channel;
    object["state"] = name_of(row.state);
    object["reason"] = row.reason;
    std::string why(words_of(row.state));
    const auto rules = std::ranges::find(settings_.rules, row.channel, &alerts::ChannelRules::channel);
    if (rules == settings_.rules.end()) {
        object["why"] = why + "; its channel is not in the configuration";
        return object;
    }
    if (row.state == AlertState::queued) {
        const auto decision = alerts::decision_on(cases_, row, *rules, now);
        object["decision"] = name_of(decision.verdict);
        object["reason"] = name_of(decision.reason);
        why = alerts::sentence_of(decision.reason);
        if (decision.verdict == alerts::Verdict::hold) {
            object["next"] = "judged again";
            object["next_at"] = format_utc(decision.until);
        } else if (row.attempts > 0) {
            why = fmt::format("{} attempts failed: {}", row.attempts, row.last_error);
            object["next"] = "tried again";
            object["next_at"] = format_utc(row.next_attempt_at);
        }
    } else if (row.state == AlertState::sent || row.state == AlertState::joined) {
        const auto follow = alerts::follow_up_of(row, *rules, now);
        why += fmt::format("; {}", follow.reason);
        const auto next = follow.what == FollowUp::wait ? follow.next : follow.what;
        if (next != FollowUp::none) {
            object["next"] = name_of(next);
            object["next_at"] = format_utc(follow.at);
        }
    } else if (row.state == AlertState::dead) {
        why += fmt::format("; {}", row.last_error);
    } else {
        for (const auto reason : {alerts::Reason::dismissed, alerts::Reason::acknowledged})
            if (row.reason == name_of(reason)) why = alerts::sentence_of(reason);
    }
    object["why"] = why;
    if (row.told_at) object["told_at"] = format_utc(*row.told_at);
    object["reminders"] = row.repeats;
    object["escalated"] = row.is_escalated;
    if (row.acknowledged_at) {
        object["acknowledged_at"] = format_utc(*row.acknowledged_at);
        object["acknowledged_by"] = row.acknowledged_by;
    }
    return object;
}

Result<CommandOutcome> Commands::alerts_explain(const json::object& arguments, const store::Actor& actor)
{
    const auto subject = alert_argument(arguments);
    if (!subject) return subject.error();
    json::array rows;
    for (const auto& row : cases_.alerts_about(*subject, 100))
        rows.push_back(explain(row, actor.at));
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::alerts_list(const json::object& arguments, const store::Actor& actor)
{
    const auto limit = std::clamp<std::int64_t>(number_member(arguments, "limit").value_or(100), 1, 10'000);
    const bool shows_all = bool_member(arguments, "all").value_or(false);
    json::array rows;
    for (const auto& row : cases_.alerts(most_rows)) {
        if (!shows_all && !is_unanswered(row)) continue;
        if (rows.size() >= static_cast<std::size_t>(limit)) break;
        rows.push_back(explain(row, actor.at));
    }
    return done(std::move(rows));
}

// Which of the two the name is. A site and a case of one name are told apart by "kind".
Result<std::string> Commands::silence_kind(const std::string& name) const
{
    if (cases_.find_case(name)) return std::string("case");
    if (std::ranges::find(settings_.sites, name, &store::SiteRow::name) != settings_.sites.end())
        return std::string("site");
    return Error{Errc::not_found, fmt::format("\"{}\" is no case and no site", name)};
}

Result<CommandOutcome> Commands::alerts_silence(const json::object& arguments, const store::Actor& actor)
{
    const auto name = text_argument(arguments, "name");
    if (!name) return name.error();
    const auto kind = silence_kind(*name);
    if (!kind) return kind.error();
    const auto text = text_argument(arguments, "until");
    if (!text) return text.error();
    const auto duration = parse_duration(*text);
    const auto until = duration ? std::optional(actor.at + *duration) : parse_utc(*text);
    constexpr std::chrono::hours longest{24 * 90};
    if (!until || *until <= actor.at || *until > actor.at + longest)
        return missing("until", "a time to come within 90 days, or a duration such as 8h or 7d");
    const auto set = cases_.set_silence({*kind, *name, *until, actor.at, actor.name}, actor);
    if (!set) return set.error();
    return done(json::object{{"silenced", *name}, {"kind", *kind}, {"until", format_utc(*until)}},
                {.alerts = true});
}

Result<CommandOutcome> Commands::alerts_unsilence(const json::object& arguments, const store::Actor& actor)
{
    const auto name = text_argument(arguments, "name");
    if (!name) return name.error();
    for (const auto& silence : cases_.silences(actor.at)) {
        if (silence.name != *name) continue;
        const auto ended = cases_.end_silence(silence.kind, silence.name, actor);
        if (!ended) return ended.error();
        return done(json::object{{"silenced", *name}, {"kind", silence.kind}, {"state", "ended"}},
                    {.alerts = true});
    }
    return Error{Errc::not_found, fmt::format("{} is not silenced", *name)};
}

Result<CommandOutcome> Commands::alerts_silences(const json::object&, const store::Actor& actor)
{
    json::array rows;
    for (const auto& silence : cases_.silences(actor.at))
        rows.push_back(json::object{{"kind", silence.kind},
                                    {"name", silence.name},
                                    {"until", format_utc(silence.until)},
                                    {"set_at", format_utc(silence.set_at)},
                                    {"set_by", silence.set_by}});
    return done(std::move(rows));
}

} // namespace stillwatch::control
