#include "daemon/still_up.hpp"

#include "cases/case_consent.hpp"
#include "cases/finding_life.hpp"
#include "core/log.hpp"
#include "followup/schedule.hpp"
#include "pipeline/finding_alerts.hpp"
#include "store/still_up_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace stillwatch::daemon {

namespace {

using store::OpenCheck;
using store::Sight;

constexpr std::size_t most_under_way = 10'000;
constexpr std::size_t most_waiting = 1'000; // to be marked as down: all of consenting cases, so they do go
constexpr std::chrono::hours before_check_without_evidence{1};

bool has_page(const OpenCheck& open)
{
    return open.page_url != open.image_url;
}

bool has_seen_all(const OpenCheck& open)
{
    return open.check.picture.sight != Sight::unseen &&
           (!has_page(open) || open.check.page.sight != Sight::unseen);
}

// The sizes of a picture on one page are judged together.
using Group = std::vector<const OpenCheck*>;
std::vector<Group> ripe_groups(const std::vector<OpenCheck>& checks, Timestamp now)
{
    std::map<std::pair<FindingId, std::string>, Group> by_page;
    for (const auto& open : checks)
        by_page[{open.finding, open.page_url.text()}].push_back(&open);
    std::vector<Group> ripe;
    for (auto& [page, group] : by_page) {
        const bool is_ripe = std::ranges::all_of(group, [&](const OpenCheck* open) {
            return has_seen_all(*open) || open->check.began + longest_check <= now ||
                   open->check.began > now + longest_check; // the clock was set back
        });
        if (is_ripe) ripe.push_back(std::move(group));
    }
    return ripe;
}

store::EndedCheck ended(const OpenCheck& open, Timestamp now)
{
    const auto verdict = followup::judge(
        {open.check.page.sight, open.check.picture.sight, has_page(open), open.has_other_size_up});
    store::EndedCheck end{open.check.id, open.check.occurrence, verdict};
    end.run = followup::after(open.run, verdict, now);
    if (verdict != store::StillUp::unclear) end.is_down = followup::is_down(end.run, now);
    end.next = followup::next_check({verdict, open.before, end.run, now}, open.schedule_from);
    return end;
}

// All its places are down: it is, too, where a person has said before that it is the picture. Gives whether
// somebody is told; nothing: it is left as it is.
Result<std::optional<bool>> mark_down(store::CaseDatabase& cases, const pipeline::RecordSettings& settings,
                                      FindingId id, Timestamp now)
{
    const auto known = cases.standing(id);
    if (!known) return std::optional<bool>();
    const auto then =
        cases::after({known->state, known->epoch, known->silences, known->is_confirmed_by_person},
                     {cases::FindingEvent::take_down, std::nullopt, false});
    if (!then) return std::optional<bool>(); // nobody confirmed it, or it is known to be down
    const auto finding = cases.find_finding(id);
    const auto c = cases.find_case(known->case_id);
    if (!finding || !c || !cases::has_consent(cases, *c, now)) return std::optional<bool>();
    store::FindingStep step{{id, now, "stillwatchd", std::string(name_of(cases::FindingEvent::take_down)),
                             known->state, then->state, "checked", known->epoch},
                            then->silences,
                            then->is_confirmed_by_person};
    std::vector<store::CaseAlert> alerts;
    for (auto& alert : pipeline::down_alerts(settings, *finding, c->pseudonym, now))
        alerts.push_back({std::move(alert), known->case_id});
    const auto changed = cases.change_findings({std::move(step)}, {"stillwatchd", now}, "finding.down",
                                               fmt::format("F-{}", id.value), alerts);
    if (!changed) return changed.error();
    return std::optional(!alerts.empty());
}

Result<void> end_ripe(store::CaseDatabase& cases, const pipeline::RecordSettings& settings, Timestamp now,
                      Counters& counters, StillUpRound& round)
{
    const auto checks = store::StillUpChecks(cases).under_way(now, most_under_way);
    std::vector<store::EndedCheck> ends;
    for (const auto& group : ripe_groups(checks, now))
        for (const auto* const open : group)
            ends.push_back(ended(*open, now));
    if (const auto kept = store::StillUpChecks(cases).end(ends, now); !kept) return kept.error();
    for (const auto& end : ends)
        counters.add("still_up_checks_total", "verdict", name_of(end.verdict));
    // Also those that a kill or a late confirmation left behind. One that cannot be marked keeps neither the
    // others from it nor what is due from being looked at.
    std::size_t marked = 0;
    std::size_t failed = 0;
    for (const auto id : store::StillUpChecks(cases).wholly_down(now, most_waiting)) {
        const auto told = mark_down(cases, settings, id, now);
        if (!told && ++failed == 1)
            log::error("still_up", "a finding is not marked as down: again soon",
                       {{"finding", id.value}, {"error", to_string(told.error())}});
        if (!told || !*told) continue;
        round.has_alerts = round.has_alerts || **told;
        if (++marked == most_looks_a_round) break;
    }
    return {};
}

Result<void> begin_due(store::CaseDatabase& cases, crawler::UrlFrontier& frontier, bool can_write,
                       Timestamp now, StillUpRound& round)
{
    store::StillUpChecks checks(cases);
    for (const auto& look : checks.due(now, most_looks_a_round)) {
        if (!look.is_pending) {
            const auto next = followup::next_scheduled(look.schedule_from, now);
            if (const auto begun = checks.begin(look.occurrence, now, next); !begun) return begun.error();
            continue;
        }
        const auto planned = checks.plan_look(look.occurrence, now + pause_for_evidence(look.looks));
        if (!planned) return planned.error();
        // It may be gone before it is made; and a clock that was ahead may have set a schedule of a time to
        // come, which no check would wait for.
        const bool is_check_due = now >= look.schedule_from + before_check_without_evidence ||
                                  look.schedule_from > now + before_check_without_evidence;
        if (is_check_due) {
            const auto begun = checks.begin(look.occurrence, now, now + pause_for_evidence(look.looks));
            if (!begun) return begun.error();
            continue;
        }
        if (!can_write) continue; // a visit would be for nothing
        const auto due = frontier.look_again(look.image_url, now);
        if (!due) return due.error();
        round.looks += *due ? 1 : 0;
    }
    return {};
}

// Whatever a check has not seen yet is due, also after a kill in between: then nothing is `asked` yet.
Result<void> ask(store::CaseDatabase& cases, crawler::UrlFrontier& frontier, Timestamp now,
                 StillUpRound& round, AskedAt& asked)
{
    AskedAt still; // without those that were seen meanwhile
    const auto want = [&](const Url& address, Sight sight, LinkKind kind) -> Result<void> {
        round.under_check.push_back(address);
        if (sight != Sight::unseen) return {};
        const auto before = asked.find(address.text());
        const bool is_asked =
            before != asked.end() && before->second <= now && now < before->second + before_asked_again;
        if (!still.emplace(address.text(), is_asked ? before->second : now).second || is_asked) return {};
        const auto due = frontier.look_again(address, now, kind);
        if (!due) return due.error();
        round.looks += *due ? 1 : 0;
        return {};
    };
    for (const auto& open : store::StillUpChecks(cases).under_way(now, most_under_way)) {
        const auto picture = want(open.image_url, open.check.picture.sight, LinkKind::image);
        if (!picture) return picture;
        if (!has_page(open)) continue;
        if (const auto page = want(open.page_url, open.check.page.sight, LinkKind::page); !page) return page;
    }
    asked = std::move(still);
    return {};
}

} // namespace

std::chrono::minutes pause_for_evidence(std::int64_t looks)
{
    std::chrono::minutes pause{10};
    constexpr std::chrono::minutes day = std::chrono::hours(24);
    for (; looks > 0 && pause < day; --looks)
        pause *= 2;
    return std::min(pause, day);
}

Result<StillUpRound> still_up_round(store::CaseDatabase& cases, crawler::UrlFrontier& frontier,
                                    const pipeline::RecordSettings& settings, bool can_write, Timestamp now,
                                    Counters& counters, AskedAt& asked)
{
    StillUpRound round;
    if (const auto done = end_ripe(cases, settings, now, counters, round); !done) return done.error();
    if (const auto done = begin_due(cases, frontier, can_write, now, round); !done) return done.error();
    if (const auto done = ask(cases, frontier, now, round, asked); !done) return done.error();
    for (const auto& count : store::StillUpChecks(cases).counts())
        round.long_unclear += count.long_unclear;
    return round;
}

} // namespace stillwatch::daemon
