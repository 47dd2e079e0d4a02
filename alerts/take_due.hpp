#pragma once

#include "alerts/decide.hpp"
#include "alerts/event.hpp"
#include "store/case_database.hpp"

#include <optional>
#include <string>
#include <vector>

// What decisions make of the rows of a channel. Store thread.
namespace stillwatch::alerts {

// The next alert to be sent over the channel: the oldest whose time has come and that nothing keeps. On the
// way others are held, silenced or joined as decided. Nothing: none is due, or many were judged and there may
// be more (next_alert_at tells). An alert of a case waits for those of the same case that failed before it.
std::optional<store::OutboxRow> take_due(store::CaseDatabase& cases, const ChannelRules& rules,
                                         Timestamp now);

// What would be decided now, without doing it.
Decision decision_on(const store::CaseDatabase& cases, const store::OutboxRow& row, const ChannelRules& rules,
                     Timestamp now);
FollowUpDecision follow_up_of(const store::OutboxRow& row, const ChannelRules& rules, Timestamp now);

// The message that tells of several alerts; `events` hold one at least. Of one case it bears its pseudonym.
AlertEvent event_of_all(const std::vector<AlertEvent>& events, Bundle bundle);

} // namespace stillwatch::alerts
