#include "daemon/problem_teller.hpp"

#include "alerts/event.hpp"

#include <algorithm>

namespace stillwatch::daemon {

namespace {

std::vector<store::NewAlert> alerts_of(const store::ToldProblem& problem, Timestamp now,
                                       const TellingSettings& settings)
{
    alerts::ToldEvent told;
    told.problem = problem.kind;
    told.episode = problem.episode;
    told.began = problem.stands;
    const bool is_configured = settings.sites.contains(problem.subject) ||
                               std::ranges::find(settings.channels, problem.subject,
                                                 &alerts::ChannelRules::channel) != settings.channels.end();
    if (is_configured) told.subject = problem.subject;
    // Alerts of findings hold pseudonyms, too; nothing else leaves.
    const bool is_of_a_case =
        problem.kind.starts_with("consent_") || problem.kind == "keys" || problem.kind == "references";
    if (is_of_a_case) told.pseudonym = problem.subject;
    auto event = alerts::problem_event(told, now, settings.link);
    if (!alerts::is_well_formed(event)) event.case_pseudonym.clear(); // told all the same
    std::vector<store::NewAlert> queued;
    for (const auto& channel :
         alerts::routed(settings.channels, event.type, event.problem, event.case_pseudonym)) {
        const bool is_about_itself = problem.kind == "channel" && problem.subject == channel;
        if (!is_about_itself) queued.push_back({event.alert_id, channel, alerts::write_event(event)});
    }
    return queued;
}

} // namespace

ProblemTeller::ProblemTeller(const std::vector<store::ToldProblem>& told)
{
    for (const auto& problem : told)
        told_[{problem.kind, problem.subject}] = problem;
}

std::vector<Telling> ProblemTeller::due(const std::vector<Problem>& problems, Timestamp now,
                                        const TellingSettings& settings)
{
    std::vector<Telling> due;
    std::set<Key> current;
    for (const auto& problem : problems) {
        const Key key{problem.kind, problem.subject};
        current.insert(key);
        gone_since_.erase(key);
        // Told at once, as reference.quarantined and notice.overdue.
        if (problem.kind == "quarantine" || problem.kind == "notice_overdue") continue;
        const auto known = told_.find(key);
        const bool is_told = known != told_.end() && known->second.stands;
        if (is_told || now - problem.since < settings.after) continue;
        const std::int64_t episode = known == told_.end() ? 1 : known->second.episode + 1;
        store::ToldProblem begun{problem.kind, problem.subject, episode, true};
        auto alerts = alerts_of(begun, now, settings);
        due.push_back({std::move(begun), std::move(alerts)});
    }
    if (!first_at_) first_at_ = now;
    if (now - *first_at_ < settings.settle) return due;
    for (const auto& [key, told] : told_) {
        if (!told.stands || current.contains(key)) continue;
        const auto since = gone_since_.emplace(key, now).first->second;
        if (now - since < settings.after) continue;
        store::ToldProblem over = told;
        over.stands = false;
        auto alerts = alerts_of(over, now, settings);
        due.push_back({std::move(over), std::move(alerts)});
    }
    return due;
}

void ProblemTeller::told(const store::ToldProblem& problem)
{
    const Key key{problem.kind, problem.subject};
    told_[key] = problem;
    gone_since_.erase(key);
}

} // namespace stillwatch::daemon
