#include "alerts/take_due.hpp"

#include "core/log.hpp"

#include <algorithm>
#include <set>

namespace stillwatch::alerts {

namespace {

using std::chrono::hours;
using store::OutboxRow;

constexpr int judged_at_once = 100;        // each may be a write: the store serves others, too
constexpr std::size_t most_in_one = 1'000; // alerts that one message tells of

std::optional<Timestamp> silence_of(const OutboxRow& row, std::string_view pseudonym,
                                    const std::vector<store::Silence>& silences)
{
    std::optional<Timestamp> until;
    for (const auto& silence : silences) {
        const auto& name = silence.kind == "case" ? std::string(pseudonym) : row.site;
        if (name.empty() || name != silence.name) continue;
        if (!until || *until < silence.until) until = silence.until;
    }
    return until;
}

QueuedAlert facts_of(const OutboxRow& row, const AlertEvent& event,
                     const std::vector<store::Silence>& silences)
{
    QueuedAlert alert;
    alert.type = event.type;
    alert.problem = event.problem;
    alert.queued_at = row.created_at;
    alert.is_made = row.is_made;
    alert.is_acknowledged = row.acknowledged_at.has_value();
    alert.was_over_bound = row.reason == name_of(Reason::flood);
    alert.state = row.finding_state;
    alert.silenced_until = silence_of(row, event.case_pseudonym, silences);
    return alert;
}

ChannelHistory history_of(const store::CaseDatabase& cases, const OutboxRow& row, const ChannelRules& rules,
                          Timestamp now)
{
    ChannelHistory history;
    const bool groups = rules.group_wait.count() > 0 || rules.group_interval.count() > 0;
    if (groups && !row.is_made && row.case_id) {
        const auto group = cases.group_history(rules.channel, row.case_id, row.host);
        history.group_told_at = group.told_at;
        history.group_waits_since = group.waits_since;
    }
    if (rules.max_per_hour > 0 && !row.is_made)
        std::tie(history.sent_in_hour, history.first_of_hour) =
            cases.sent_since(rules.channel, now - hours(1));
    return history;
}

Decision judge(const store::CaseDatabase& cases, const OutboxRow& row, const AlertEvent& event,
               const ChannelRules& rules, const std::vector<store::Silence>& silences, Timestamp now)
{
    return decide(facts_of(row, event, silences), history_of(cases, row, rules, now), rules, now);
}

// Those that leave with `row`: decided alike, at this moment.
struct Company {
    std::vector<std::int64_t> ids; // without `row`
    std::vector<AlertEvent> events;
};

Company company_of(const store::CaseDatabase& cases, const OutboxRow& row, const AlertEvent& event,
                   const Decision& decision, const ChannelRules& rules,
                   const std::vector<store::Silence>& silences, Timestamp now)
{
    Company company{{}, {event}};
    const bool is_group = decision.bundle == Bundle::group;
    // A group has one history, and a digest looks at none.
    const bool is_alike = decision.bundle != Bundle::overflow;
    const auto shared = history_of(cases, row, rules, now);
    const auto of_case = is_group ? std::optional(row.case_id) : std::nullopt;
    for (const auto& other : cases.unmade_alerts(rules.channel, of_case, row.host, most_in_one)) {
        if (other.id == row.id) continue;
        const auto parsed = read_event(other.event);
        if (!parsed) continue; // it is refused in its turn
        const auto history = is_alike ? shared : history_of(cases, other, rules, now);
        const auto theirs = decide(facts_of(other, *parsed, silences), history, rules, now);
        if (theirs.verdict != Verdict::send || theirs.bundle != decision.bundle) continue;
        company.ids.push_back(other.id);
        company.events.push_back(*parsed);
    }
    return company;
}

Result<void> make_one(store::CaseDatabase& cases, const OutboxRow& row, Company company,
                      const Decision& decision, const ChannelRules& rules, Timestamp now)
{
    auto event = event_of_all(company.events, decision.bundle);
    if (decision.bundle == Bundle::group)
        return cases.join_alerts(row.id, company.ids, write_event(event), name_of(decision.reason));
    // Of several cases: a row of none, so that it outlives each of them and tells nothing of one.
    event.alert_id =
        alert_id("", ReferenceId{row.id}, name_of(decision.bundle), rules.channel + " " + format_utc(now), 0);
    event.link.clear();
    company.ids.push_back(row.id);
    return cases.bundle_alerts({event.alert_id, rules.channel, write_event(event)}, company.ids,
                               name_of(decision.reason), now);
}

} // namespace

AlertEvent event_of_all(const std::vector<AlertEvent>& events, Bundle bundle)
{
    auto all = events.front();
    all.type = "match.grouped";
    all.bundle = name_of(bundle);
    all.count = 0;
    all.finding = bundle == Bundle::group ? all.finding : 0;
    all.is_evidence_pending = false;
    std::set<std::string> cases;
    for (const auto& event : events) {
        all.count += std::max(event.count, 1);
        all.is_hash_only = all.is_hash_only && event.is_hash_only;
        all.tier = std::min(all.tier, event.tier); // the surest
        all.epoch = std::max(all.epoch, event.epoch);
        cases.insert(event.case_pseudonym);
    }
    if (bundle != Bundle::group) {
        all.case_pseudonym.clear();
        all.cases = static_cast<int>(cases.size());
    }
    return all;
}

Decision decision_on(const store::CaseDatabase& cases, const OutboxRow& row, const ChannelRules& rules,
                     Timestamp now)
{
    const auto event = read_event(row.event);
    if (!event) return {Verdict::send, Reason::due, {}, {}};
    return judge(cases, row, *event, rules, cases.silences(now), now);
}

FollowUpDecision follow_up_of(const OutboxRow& row, const ChannelRules& rules, Timestamp now)
{
    if (!row.told_at || !row.sent_at || !row.finding)
        return {FollowUp::none, FollowUp::none, {}, "nothing follows"};
    const auto event = read_event(row.event);
    ToldAlert alert{event ? event->type : "",        *row.sent_at,     *row.told_at,
                    row.acknowledged_at.has_value(), row.is_escalated, row.finding_state};
    return follow_up(alert, rules, now);
}

namespace {

// An address that is longer than any message takes is left out; the finding at the desk has it.
OutboxRow disclosing(const store::CaseDatabase& cases, OutboxRow row, const ChannelRules& rules)
{
    if (!row.finding || rules.disclosure == Disclosure::none) return row;
    row.disclosed = row.host;
    if (rules.disclosure == Disclosure::host) return row;
    const auto finding = cases.find_finding(row.finding);
    if (finding && finding->page_url.text().size() <= 2'000) row.disclosed = finding->page_url.text();
    return row;
}

} // namespace

std::optional<OutboxRow> take_due(store::CaseDatabase& cases, const ChannelRules& rules, Timestamp now)
{
    std::optional<std::vector<store::Silence>> silences;
    for (int judged = 0; judged < judged_at_once; ++judged) {
        auto rows = cases.due_alerts(rules.channel, now, 1);
        if (rows.empty()) return std::nullopt;
        auto& row = rows.front();
        const auto event = read_event(row.event);
        if (!event) return row; // it is refused when it is sent
        if (!silences) silences = cases.silences(now);
        const auto decision = judge(cases, row, *event, rules, *silences, now);
        Result<void> done;
        if (decision.verdict == Verdict::hold) {
            done = cases.hold_alert(row.id, decision.until, name_of(decision.reason));
        } else if (decision.verdict == Verdict::silent) {
            done = cases.silence_alert(row.id, name_of(decision.reason));
        } else {
            const bool joins = decision.bundle != Bundle::alone && !row.is_made;
            auto company =
                joins ? company_of(cases, row, *event, decision, rules, *silences, now) : Company{};
            if (company.ids.empty()) {
                if (auto front = cases.alert_in_front(row)) {
                    front->behind = row.id;
                    front->behind_attempts = row.attempts;
                    return disclosing(cases, *std::move(front), rules);
                }
                return disclosing(cases, std::move(row), rules);
            }
            done = make_one(cases, row, std::move(company), decision, rules, now);
        }
        if (!done) {
            log::error(
                "outbox", "a decision about an alert cannot be stored",
                {{"channel", rules.channel}, {"alert", row.alert_id}, {"error", to_string(done.error())}});
            return row; // rather told at the wrong time than never
        }
    }
    return std::nullopt;
}

} // namespace stillwatch::alerts
