#include "pipeline/finding_alerts.hpp"

#include "alerts/event.hpp"

#include <fmt/format.h>

namespace stillwatch::pipeline {

namespace {

std::vector<store::NewAlert> for_each_channel(const RecordSettings& settings, const alerts::AlertEvent& event)
{
    std::vector<store::NewAlert> queued;
    for (const auto& channel : alerts::routed(settings.channels, event.type, "", event.case_pseudonym))
        queued.push_back({event.alert_id, channel, alerts::write_event(event)});
    return queued;
}

alerts::AlertEvent event_of(const RecordSettings& settings, Finding& finding, const std::string& pseudonym)
{
    // A lead that turns out to be a match is told again.
    const auto* const kind = finding.match.status == MatchStatus::match ? "" : " lead";
    alerts::AlertEvent event;
    event.alert_id =
        alerts::alert_id(pseudonym, finding.reference, finding.content.hex() + kind,
                         finding.page_url.text() + " " + finding.image_url.text(), finding.epoch);
    event.type = finding.epoch > 1 ? "match.reappeared" : "match.opened";
    event.at = finding.first_seen;
    event.case_pseudonym = pseudonym;
    event.tier = finding.match.tier;
    event.relation = finding.match.relation;
    event.is_hash_only = finding.match.hash_only;
    event.epoch = finding.epoch;
    event.link = alerts::alert_link(settings.link, event.alert_id);
    event.is_evidence_pending = finding.evidence == EvidenceState::pending;
    finding.alert_id = event.alert_id;
    return event;
}

} // namespace

std::vector<store::NewAlert> alerts_of(const RecordSettings& settings, Finding& finding,
                                       const std::string& pseudonym)
{
    return for_each_channel(settings, event_of(settings, finding, pseudonym));
}

std::vector<store::NewAlert> reappeared_alerts(const RecordSettings& settings, Finding& finding,
                                               const std::string& pseudonym, Timestamp now)
{
    auto event = event_of(settings, finding, pseudonym);
    event.type = "match.reappeared";
    event.at = now;
    return for_each_channel(settings, event);
}

std::vector<store::NewAlert> down_alerts(const RecordSettings& settings, const Finding& finding,
                                         const std::string& pseudonym, Timestamp now)
{
    alerts::AlertEvent event;
    event.alert_id =
        alerts::alert_id(pseudonym, finding.reference, fmt::format("down F-{}", finding.id.value),
                         format_utc(now), finding.epoch);
    event.type = "item.down";
    event.at = now;
    event.case_pseudonym = pseudonym;
    event.tier = finding.match.tier;
    event.relation = finding.match.relation;
    event.epoch = finding.epoch;
    event.finding = finding.id.value;
    event.link = alerts::alert_link(settings.link, event.alert_id);
    return for_each_channel(settings, event);
}

std::vector<store::NewAlert> capped_alerts(const RecordSettings& settings, const std::string& pseudonym,
                                           const std::string& site, Timestamp now)
{
    alerts::AlertEvent event;
    event.alert_id =
        alerts::alert_id(pseudonym, ReferenceId{}, "capped " + site, format_utc(start_of_day(now)), 0);
    event.type = "match.capped";
    event.at = now;
    event.case_pseudonym = pseudonym;
    event.count = static_cast<int>(std::min<std::int64_t>(settings.max_findings_per_site_and_day, 1'000'000));
    event.epoch = 0;
    event.link = alerts::alert_link(settings.link, event.alert_id);
    return for_each_channel(settings, event);
}

std::vector<store::NewAlert> quarantine_alerts(const RecordSettings& settings, const std::string& pseudonym,
                                               ReferenceId reference, std::int64_t findings, Timestamp now)
{
    alerts::AlertEvent event;
    event.alert_id = alerts::alert_id(pseudonym, reference, "quarantined", format_utc(now), 0);
    event.type = "reference.quarantined";
    event.at = now;
    event.case_pseudonym = pseudonym;
    event.count = static_cast<int>(std::min<std::int64_t>(findings, 1'000'000));
    event.epoch = 0;
    event.link = alerts::alert_link(settings.link, event.alert_id);
    return for_each_channel(settings, event);
}

std::vector<store::NewAlert> collision_alerts(const RecordSettings& settings, const std::string& pseudonym,
                                              ReferenceId reference, Timestamp now)
{
    alerts::AlertEvent event;
    event.alert_id = alerts::alert_id(pseudonym, reference, "collided", "", 0);
    event.type = "reference.collided";
    event.at = now;
    event.case_pseudonym = pseudonym;
    event.epoch = 0;
    event.link = alerts::alert_link(settings.link, event.alert_id);
    return for_each_channel(settings, event);
}

std::string left_out_text(std::int64_t matches)
{
    return fmt::format(
        "{} matches above crawl.max_findings_per_site_and_day are counted only; they are compared again "
        "tomorrow",
        matches);
}

Timestamp start_of_day(Timestamp at)
{
    return std::chrono::floor<std::chrono::days>(at);
}

} // namespace stillwatch::pipeline
