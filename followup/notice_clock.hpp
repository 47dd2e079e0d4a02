#pragma once

#include "alerts/rules.hpp"
#include "core/clock.hpp"
#include "store/notice_table.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

// The time that those who got a notice have: what is told of it, and when.
namespace stillwatch::followup {

enum class ClockEvent : std::uint8_t {
    approaching, // the time ends soon
    overdue,     // it is over, and something is still up
};
std::string_view name_of(ClockEvent event) noexcept; // "notice.deadline_approaching", "notice.overdue"

struct ClockTick {
    store::RunningNotice notice;
    ClockEvent event = ClockEvent::approaching;
};

// What is to be told now of notices whose findings are not all down, in their order. Each is told once; of a
// time that is over already only that. Pure.
std::vector<ClockTick> ticks_due(std::span<const store::RunningNotice> running, Timestamp now,
                                 std::chrono::milliseconds warn_before);

struct TicksTold {
    std::size_t queued = 0;          // alerts
    std::vector<ClockTick> untold{}; // no channel is told of these now; one that comes later is
};
// Queues the alerts of these over the channels that are told, and remembers it. An alert's id follows from
// the notice and the event. Store thread. Errors: io.
Result<TicksTold> tell_ticks(store::CaseDatabase& cases, const std::vector<alerts::ChannelRules>& channels,
                             std::string_view link_pattern, std::chrono::milliseconds warn_before,
                             Timestamp now);

} // namespace stillwatch::followup
