#include "followup/notice_clock.hpp"

#include "cases/case_consent.hpp"

#include "alerts/event.hpp"

namespace stillwatch::followup {

namespace {

alerts::AlertEvent event_of(const ClockTick& tick, Timestamp now, std::string_view link_pattern)
{
    alerts::AlertEvent event;
    event.type = name_of(tick.event);
    // Notices have numbers of their own; the type keeps their ids apart from those of references.
    event.alert_id = alerts::alert_id(tick.notice.case_pseudonym, ReferenceId{tick.notice.id.value},
                                      event.type, format_utc(tick.notice.deadline_at), 0);
    event.at = now;
    event.case_pseudonym = tick.notice.case_pseudonym;
    event.count = static_cast<int>(tick.notice.findings);
    event.epoch = 0;
    event.link = alerts::alert_link(link_pattern, event.alert_id);
    event.notice = tick.notice.id.value;
    event.deadline = tick.notice.deadline_at;
    return event;
}

} // namespace

std::string_view name_of(ClockEvent event) noexcept
{
    return event == ClockEvent::overdue ? "notice.overdue" : "notice.deadline_approaching";
}

std::vector<ClockTick> ticks_due(std::span<const store::RunningNotice> running, Timestamp now,
                                 std::chrono::milliseconds warn_before)
{
    std::vector<ClockTick> ticks;
    for (const auto& notice : running) {
        if (now >= notice.deadline_at) {
            if (!notice.is_told_overdue) ticks.push_back({notice, ClockEvent::overdue});
        } else if (now >= notice.deadline_at - warn_before && !notice.is_told_approaching) {
            ticks.push_back({notice, ClockEvent::approaching});
        }
    }
    return ticks;
}

Result<TicksTold> tell_ticks(store::CaseDatabase& cases, const std::vector<alerts::ChannelRules>& channels,
                             std::string_view link_pattern, std::chrono::milliseconds warn_before,
                             Timestamp now)
{
    store::NoticeTable notices(cases);
    TicksTold result;
    for (const auto& tick : ticks_due(notices.running(), now, warn_before)) {
        if (!cases::has_consent(cases, tick.notice.case_id, now)) continue; // told once it is renewed
        const auto event = event_of(tick, now, link_pattern);
        std::vector<store::NewAlert> messages;
        for (const auto& channel : alerts::routed(channels, event.type, "", event.case_pseudonym))
            messages.push_back({event.alert_id, channel, alerts::write_event(event)});
        if (messages.empty()) { // it stands in `notice list` all the same
            result.untold.push_back(tick);
            continue;
        }
        const auto told =
            notices.told(tick.notice.id, tick.event == ClockEvent::overdue, messages, {"stillwatchd", now});
        if (!told) return told.error();
        result.queued += messages.size();
    }
    return result;
}

} // namespace stillwatch::followup
