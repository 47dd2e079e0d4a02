#include "pipeline/known_findings.hpp"

#include "cases/case_consent.hpp"
#include "cases/finding_life.hpp"
#include "cases/quarantine.hpp"
#include "core/log.hpp"
#include "pipeline/finding_alerts.hpp"

namespace stillwatch::pipeline {

Result<bool> tell_if_back(store::CaseDatabase& cases, const RecordSettings& settings, FindingId id,
                          OccurrenceId place, Timestamp now)
{
    const auto known = cases.standing(id);
    if (!known || known->state != FindingState::down) return false;
    const auto c = cases.find_case(known->case_id);
    if (!c || !cases::has_consent(cases, *c, now)) return false;
    auto finding = cases.find_finding(id);
    if (!finding) return false;
    ++finding->epoch;
    const auto alerts = reappeared_alerts(settings, *finding, c->pseudonym, now);
    const auto is_back = cases.reappear(id, finding->alert_id, alerts, {"stillwatchd", now});
    if (!is_back || !*is_back || !place) return is_back;
    const auto renewed = cases.renew_evidence(place);
    if (!renewed) return renewed.error();
    return true;
}

Result<bool> is_set_aside(store::CaseDatabase& cases, const RecordSettings& settings, const Finding& seen,
                          const std::string& pseudonym, Timestamp now)
{
    const auto surge = cases.surge_of(seen.reference, now);
    if (surge.is_quarantined) return true;
    const auto why = cases::why_quarantine({surge.last_hour + 1, surge.last_day + 1, surge.is_confirmed});
    if (!why) return false;
    const auto alerts = quarantine_alerts(settings, pseudonym, seen.reference, surge.last_day + 1, now);
    const auto done = cases.quarantine(seen.reference, seen.first_seen, alerts, {"stillwatchd", now});
    if (!done) return done.error();
    log::warn("recorder", "a reference matches too often: its findings are recorded and told to nobody",
              {{"case", pseudonym}, {"reference", seen.reference.value}, {"reason", *why}});
    return true;
}

void leave_at_place(Finding& seen, Timestamp now)
{
    seen.state = FindingState::dismissed;
    seen.reason = cases::name_of(cases::Dismissal::consented_place);
    seen.changed_at = now;
}

void confirm_unseen(const store::CaseDatabase& cases, const RecordSettings& settings, Finding& seen,
                    Timestamp now)
{
    const bool is_alike = seen.match.tier == Tier::exact
                              ? settings.zero_view != ZeroView::off
                              : seen.match.tier == Tier::near && settings.zero_view == ZeroView::near;
    // One hash that is near, of a picture that nobody here has: unlike pictures may share it.
    if (seen.match.hash_only && seen.match.tier != Tier::exact) return;
    if (!is_alike || seen.match.status != MatchStatus::match || !cases.confirmed_as(seen)) return;
    seen.state = FindingState::confirmed;
    seen.reason = "zero_view";
    seen.changed_at = now;
}

} // namespace stillwatch::pipeline
