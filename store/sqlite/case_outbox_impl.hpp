#pragma once

#include "store/sqlite/case_database_impl.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

// How rows of the outbox are read.
namespace stillwatch::store {

// A connection knows its statements by the text they were made from, which must outlive it: each is made
// once.
constexpr std::string_view alert_columns =
    "outbox.id, outbox.alert_id, channel, event, outbox.state, attempts, created_at, next_attempt_at, "
    "sent_at, "
    "last_error, told, held_until, outbox.reason, is_made, told_in, told_at, repeats, is_escalated, "
    "acknowledged_at, "
    "acknowledged_by, outbox.case_id, finding_id, finding.state, finding.host, finding.site";
constexpr std::string_view alert_tables = "outbox LEFT JOIN finding ON finding.id = outbox.finding_id";

inline std::vector<std::string> lines_of(std::string_view text)
{
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// Queued as it stands: nothing joins it. A repeat is no second row.
void insert_alert(Connection& connection, const NewAlert& alert, std::optional<CaseId> case_id, Timestamp at);

// In the order of alert_columns.
inline OutboxRow read_alert(const Statement& row)
{
    OutboxRow result;
    result.id = row.integer(0);
    result.alert_id = row.text(1);
    result.channel = row.text(2);
    result.event = row.text(3);
    result.state = stored_enum<AlertState>(row.text(4));
    result.attempts = row.small(5);
    result.created_at = row.time(6);
    result.next_attempt_at = row.time(7);
    if (!row.is_null(8)) result.sent_at = row.time(8);
    result.last_error = row.text(9);
    result.told = lines_of(row.text(10));
    if (!row.is_null(11)) result.held_until = row.time(11);
    result.reason = row.text(12);
    result.is_made = row.flag(13);
    result.told_in = row.integer(14);
    if (!row.is_null(15)) result.told_at = row.time(15);
    result.repeats = row.small(16);
    result.is_escalated = row.flag(17);
    if (!row.is_null(18)) result.acknowledged_at = row.time(18);
    result.acknowledged_by = row.text(19);
    result.case_id = row.id<CaseId>(20);
    result.finding = row.id<FindingId>(21);
    if (!row.is_null(22)) result.finding_state = finding_state_from_name(row.text(22));
    result.host = row.text(23);
    result.site = row.text(24);
    return result;
}

inline std::vector<OutboxRow> read_alerts(Statement row)
{
    std::vector<OutboxRow> result;
    while (row.step())
        result.push_back(read_alert(row));
    return result;
}

} // namespace stillwatch::store
