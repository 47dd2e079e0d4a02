#include "store/sqlite/case_database_impl.hpp"
#include "store/sqlite/case_outbox_impl.hpp"

#include <fmt/ranges.h>

// What is decided about alerts on their way.
namespace stillwatch::store {

namespace {

Result<void> only_if_queued(const Connection& connection, std::int64_t id)
{
    if (connection.changed_rows() == 0) return Error{Errc::not_found, fmt::format("queued alert {}", id)};
    return {};
}

void join(Connection& connection, std::int64_t leader, const std::vector<std::int64_t>& members,
          std::string_view reason)
{
    for (const auto id : members)
        connection
            .prepare("UPDATE outbox SET state = 'joined', told_in = ?2, reason = ?3, held_until = NULL "
                     "WHERE id = ?1 AND state = 'queued'")
            .bind(id, leader, reason)
            .run();
}

} // namespace

void insert_alert(Connection& connection, const NewAlert& alert, std::optional<CaseId> case_id, Timestamp at)
{
    connection
        .prepare("INSERT INTO outbox (alert_id, channel, event, case_id, state, created_at, next_attempt_at, "
                 "is_made) VALUES (?1, ?2, ?3, ?4, 'queued', ?5, ?5, 1) ON CONFLICT DO NOTHING")
        .bind(alert.alert_id, alert.channel, alert.event, case_id, at)
        .run();
}

std::vector<OutboxRow> CaseDatabase::unmade_alerts(std::string_view channel, std::optional<CaseId> case_id,
                                                   std::string_view host, std::size_t limit) const
{
    static const auto sql =
        fmt::format("SELECT {} FROM {} WHERE outbox.state = 'queued' AND channel = ?1 AND is_made = 0 "
                    "AND (?2 IS NULL OR (outbox.case_id = ?2 AND coalesce(finding.host, '') = ?3)) "
                    "ORDER BY outbox.id LIMIT ?4",
                    alert_columns, alert_tables);
    auto row = impl_->connection.prepare(sql);
    row.bind(channel, case_id, host, limit);
    return read_alerts(std::move(row));
}

std::optional<OutboxRow> CaseDatabase::alert_in_front(const OutboxRow& row) const
{
    static const auto sql =
        fmt::format("SELECT {} FROM {} WHERE outbox.case_id = ?1 AND channel = ?2 AND outbox.id < ?3 "
                    "AND outbox.state = 'queued' AND is_made = 1 AND held_until IS NULL "
                    "ORDER BY outbox.id LIMIT 1",
                    alert_columns, alert_tables);
    if (!row.case_id) return std::nullopt;
    auto found = impl_->connection.prepare(sql);
    found.bind(row.case_id, row.channel, row.id);
    if (!found.step()) return std::nullopt;
    return read_alert(found);
}

CaseDatabase::GroupHistory CaseDatabase::group_history(std::string_view channel, CaseId case_id,
                                                       std::string_view host) const
{
    auto row = impl_->connection.prepare(
        "SELECT max(o.sent_at), min(CASE WHEN o.state = 'queued' AND o.is_made = 0 THEN o.created_at END) "
        "FROM outbox o LEFT JOIN finding f ON f.id = o.finding_id "
        "WHERE o.case_id = ?1 AND o.channel = ?2 AND o.finding_id IS NOT NULL AND coalesce(f.host, '') = ?3");
    row.bind(case_id, channel, host);
    GroupHistory history;
    if (!row.step()) return history;
    if (!row.is_null(0)) history.told_at = row.time(0);
    if (!row.is_null(1)) history.waits_since = row.time(1);
    return history;
}

std::pair<int, std::optional<Timestamp>> CaseDatabase::sent_since(std::string_view channel,
                                                                  Timestamp since) const
{
    auto row = impl_->connection.prepare(
        "SELECT count(*), min(sent_at) FROM outbox WHERE channel = ?1 AND state = 'sent' AND sent_at > ?2");
    row.bind(channel, since);
    if (!row.step() || row.is_null(1)) return {0, std::nullopt};
    return {row.small(0), row.time(1)};
}

Result<void> CaseDatabase::hold_alert(std::int64_t id, Timestamp until, std::string_view reason)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&] {
        connection
            .prepare("UPDATE outbox SET next_attempt_at = ?2, held_until = ?2, reason = ?3 "
                     "WHERE id = ?1 AND state = 'queued'")
            .bind(id, until, reason)
            .run();
        return only_if_queued(connection, id);
    });
}

Result<void> CaseDatabase::judge_held_alerts(Timestamp now)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare(
                "UPDATE outbox SET next_attempt_at = ?1 WHERE state = 'queued' AND held_until IS NOT NULL")
            .bind(now)
            .run();
        return {};
    });
}

Result<void> CaseDatabase::silence_alert(std::int64_t id, std::string_view reason)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&] {
        connection
            .prepare("UPDATE outbox SET state = 'silent', reason = ?2, held_until = NULL "
                     "WHERE id = ?1 AND state = 'queued'")
            .bind(id, reason)
            .run();
        const auto changed = only_if_queued(connection, id);
        // What its message would have told as well is on its own again.
        if (changed)
            connection
                .prepare("UPDATE outbox SET state = 'queued', told_in = NULL, is_made = 0, reason = '' "
                         "WHERE told_in = ?1 AND state = 'joined'")
                .bind(id)
                .run();
        return changed;
    });
}

Result<void> CaseDatabase::join_alerts(std::int64_t leader, const std::vector<std::int64_t>& members,
                                       std::string_view event, std::string_view reason)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&] {
        connection
            .prepare("UPDATE outbox SET event = ?2, is_made = 1, reason = ?3, held_until = NULL "
                     "WHERE id = ?1 AND state = 'queued'")
            .bind(leader, event, reason)
            .run();
        const auto changed = only_if_queued(connection, leader);
        if (changed) join(connection, leader, members, reason);
        return changed;
    });
}

Result<void> CaseDatabase::bundle_alerts(const NewAlert& message, const std::vector<std::int64_t>& members,
                                         std::string_view reason, Timestamp now)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        insert_alert(connection, message, std::nullopt, now);
        if (connection.changed_rows() == 0) return Error{Errc::exists, "alert " + message.alert_id};
        join(connection, connection.last_row_id(), members, reason);
        return {};
    });
}

Result<void> CaseDatabase::alert_probed(std::int64_t front, const std::vector<std::string>& told,
                                        std::int64_t behind, Timestamp next, std::string_view error)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&] {
        connection.prepare("UPDATE outbox SET told = ?2 WHERE id = ?1 AND state = 'queued'")
            .bind(front, fmt::format("{}", fmt::join(told, "\n")))
            .run();
        connection
            .prepare("UPDATE outbox SET next_attempt_at = ?2, attempts = attempts + 1, is_made = 1, "
                     "last_error = ?3 WHERE id = ?1 AND state = 'queued'")
            .bind(behind, next, error.substr(0, 500))
            .run();
        return only_if_queued(connection, behind);
    });
}

std::vector<OutboxRow> CaseDatabase::alerts_about(const AlertSubject& subject, std::size_t limit) const
{
    static const auto sql = fmt::format(
        "SELECT {} FROM {} WHERE (?1 <> '' AND outbox.alert_id = ?1) OR (?2 > 0 AND finding_id = ?2) "
        "OR (?3 > 0 AND outbox.case_id = ?3) ORDER BY outbox.id DESC LIMIT ?4",
        alert_columns, alert_tables);
    auto row = impl_->connection.prepare(sql);
    row.bind(subject.alert_id, subject.finding, subject.case_id, limit);
    return read_alerts(std::move(row));
}

Result<std::int64_t> CaseDatabase::acknowledge_alerts(const AlertSubject& subject, const Actor& actor)
{
    auto& connection = impl_->connection;
    std::int64_t count = 0;
    const auto done = in_transaction(connection, [&]() -> Result<void> {
        if (alerts_about(subject, 1).empty()) return Error{Errc::not_found, "there is no such alert"};
        // What the message stands for, and the same findings over other channels.
        connection
            .prepare(R"sql(
                WITH named AS (SELECT id, finding_id FROM outbox
                               WHERE (?1 <> '' AND alert_id = ?1) OR (?2 > 0 AND finding_id = ?2)
                                  OR (?3 > 0 AND case_id = ?3)),
                     meant AS (SELECT id, finding_id FROM named
                               UNION SELECT o.id, o.finding_id FROM outbox o JOIN outbox m ON m.id = o.told_in
                               WHERE m.state = 'sent' AND m.id IN (SELECT id FROM named)) -- else nobody saw them
                UPDATE outbox SET acknowledged_at = ?4, acknowledged_by = ?5
                WHERE acknowledged_at IS NULL
                  AND (id IN (SELECT id FROM meant)
                       OR finding_id IN (SELECT finding_id FROM meant WHERE finding_id IS NOT NULL)))sql")
            .bind(subject.alert_id, subject.finding, subject.case_id, actor.at, actor.name)
            .run();
        count = connection.changed_rows();
        // What was held and is answered need not be held on: it is judged at once.
        connection
            .prepare("UPDATE outbox SET next_attempt_at = ?1 WHERE state = 'queued' AND acknowledged_at = ?1 "
                     "AND held_until IS NOT NULL")
            .bind(actor.at)
            .run();
        const auto object = !subject.alert_id.empty() ? subject.alert_id
                            : subject.finding         ? fmt::format("finding F-{}", subject.finding.value)
                                                      : fmt::format("case number {}", subject.case_id.value);
        impl_->audit(actor, "alert.acknowledge", fmt::format("{} ({} alerts)", object, count));
        return {};
    });
    if (!done) return done.error();
    return count;
}

std::vector<Silence> CaseDatabase::silences(Timestamp now) const
{
    auto row = impl_->connection.prepare(
        "SELECT kind, name, until, set_at, set_by FROM silence WHERE until > ?1 ORDER BY kind, name");
    row.bind(now);
    std::vector<Silence> result;
    while (row.step())
        result.push_back({row.text(0), row.text(1), row.time(2), row.time(3), row.text(4)});
    return result;
}

Result<void> CaseDatabase::set_silence(const Silence& silence, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare(
                "INSERT INTO silence (kind, name, until, set_at, set_by) VALUES (?1, ?2, ?3, ?4, ?5) "
                "ON CONFLICT (kind, name) DO UPDATE SET until = excluded.until, set_at = excluded.set_at, "
                "set_by = excluded.set_by")
            .bind(silence.kind, silence.name, silence.until, actor.at, actor.name)
            .run();
        // What an earlier silence keeps is judged by this one.
        connection
            .prepare("UPDATE outbox SET next_attempt_at = ?1 WHERE state = 'queued' AND reason = 'silenced'")
            .bind(actor.at)
            .run();
        impl_->audit(actor, "alert.silence",
                     fmt::format("{} {} until {}", silence.kind, silence.name, format_utc(silence.until)));
        return {};
    });
}

Result<void> CaseDatabase::end_silence(std::string_view kind, std::string_view name, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection.prepare("DELETE FROM silence WHERE kind = ?1 AND name = ?2").bind(kind, name).run();
        if (connection.changed_rows() == 0)
            return Error{Errc::not_found, fmt::format("no silence of {} {}", kind, name)};
        connection
            .prepare("UPDATE outbox SET next_attempt_at = ?1 WHERE state = 'queued' AND reason = 'silenced'")
            .bind(actor.at)
            .run();
        impl_->audit(actor, "alert.unsilence", fmt::format("{} {}", kind, name));
        return {};
    });
}

std::vector<OutboxRow> CaseDatabase::alerts_to_escalate(std::string_view channel, Timestamp told_before,
                                                        std::size_t limit) const
{
    static const auto sql = fmt::format(
        "SELECT {} FROM {} WHERE channel = ?1 AND told_at IS NOT NULL AND acknowledged_at IS NULL "
        "AND finding_id IS NOT NULL AND sent_at <= ?2 AND is_escalated = 0 "
        "AND outbox.state IN ('sent', 'joined') AND finding.state IN ('new', 'reappeared') "
        // What the message of another row tells goes with that row, as long as it is handed on itself.
        "AND NOT EXISTS (SELECT 1 FROM outbox leader JOIN finding f ON f.id = leader.finding_id "
        "WHERE leader.id = outbox.told_in AND leader.acknowledged_at IS NULL "
        "AND f.state IN ('new', 'reappeared')) "
        "ORDER BY outbox.id LIMIT ?3",
        alert_columns, alert_tables);
    auto row = impl_->connection.prepare(sql);
    row.bind(channel, told_before, limit);
    return read_alerts(std::move(row));
}

Result<void> CaseDatabase::escalate_alert(std::int64_t id, const std::vector<std::string>& channels,
                                          const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection.prepare("UPDATE outbox SET is_escalated = 1 WHERE id = ?1 OR told_in = ?1").bind(id).run();
        for (const auto& channel : channels)
            connection
                .prepare(
                    "INSERT INTO outbox (alert_id, channel, event, case_id, finding_id, state, created_at, "
                    "next_attempt_at, reason) SELECT alert_id, ?2, event, case_id, finding_id, 'queued', "
                    "?3, ?3, 'escalated' FROM outbox WHERE id = ?1 ON CONFLICT DO NOTHING")
                .bind(id, channel, actor.at)
                .run();
        impl_->audit(actor, "alert.escalate", fmt::format("alert {} to {}", id, fmt::join(channels, ", ")));
        return {};
    });
}

std::vector<Unanswered> CaseDatabase::cases_to_remind(std::string_view channel, Timestamp told_before) const
{
    auto row = impl_->connection.prepare(R"sql(
        SELECT o.case_id, c.pseudonym, count(*), max(o.repeats), o.alert_id, o.event, min(o.told_at)
        FROM outbox o JOIN finding f ON f.id = o.finding_id JOIN "case" c ON c.id = o.case_id
        WHERE o.channel = ?1 AND o.told_at IS NOT NULL AND o.acknowledged_at IS NULL AND o.finding_id IS NOT NULL
          AND o.state IN ('sent', 'joined') AND f.state IN ('new', 'reappeared')
        GROUP BY o.case_id HAVING min(o.told_at) <= ?2)sql");
    row.bind(channel, told_before);
    std::vector<Unanswered> result;
    while (row.step())
        result.push_back(
            {row.id<CaseId>(0), row.text(1), row.integer(2), row.small(3), row.text(4), row.text(5)});
    return result;
}

Result<void> CaseDatabase::remind(std::string_view channel, CaseId case_id, const NewAlert& reminder,
                                  const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        insert_alert(connection, reminder, case_id, actor.at);
        connection
            .prepare(
                "UPDATE outbox SET told_at = ?3, repeats = repeats + 1 WHERE channel = ?1 AND case_id = ?2 "
                "AND told_at IS NOT NULL AND acknowledged_at IS NULL AND finding_id IS NOT NULL "
                "AND state IN ('sent', 'joined')")
            .bind(channel, case_id, actor.at)
            .run();
        return {};
    });
}

std::optional<Timestamp> CaseDatabase::oldest_waiting_alert() const
{
    auto row = impl_->connection.prepare(
        "SELECT min(created_at) FROM outbox WHERE state = 'queued' AND held_until IS NULL");
    if (!row.step() || row.is_null(0)) return std::nullopt;
    return row.time(0);
}

std::optional<Timestamp> CaseDatabase::last_finding_at() const
{
    auto row = impl_->connection.prepare("SELECT first_seen FROM finding ORDER BY id DESC LIMIT 1");
    if (!row.step()) return std::nullopt;
    return row.time(0);
}

Timestamp CaseDatabase::heartbeat_since(Timestamp now)
{
    auto& connection = impl_->connection;
    connection.prepare("INSERT INTO meta VALUES ('heartbeat_since', ?1) ON CONFLICT DO NOTHING")
        .bind(now)
        .run();
    auto row = connection.prepare("SELECT value FROM meta WHERE name = 'heartbeat_since'");
    (void)row.step();
    return row.time(0);
}

std::int64_t CaseDatabase::compared_since_heartbeat() const
{
    auto row = impl_->connection.prepare("SELECT value FROM meta WHERE name = 'compared_since_heartbeat'");
    return row.step() ? row.integer(0) : 0;
}

Result<void> CaseDatabase::count_compared(std::int64_t more)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare("INSERT INTO meta VALUES ('compared_since_heartbeat', ?1) "
                     "ON CONFLICT (name) DO UPDATE SET value = value + excluded.value")
            .bind(more)
            .run();
        return {};
    });
}

Result<void> CaseDatabase::note_heartbeat(const std::vector<NewAlert>& alerts, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        for (const auto& alert : alerts)
            insert_alert(connection, alert, std::nullopt, actor.at);
        connection.prepare("UPDATE meta SET value = ?1 WHERE name = 'heartbeat_since'").bind(actor.at).run();
        connection.prepare("DELETE FROM meta WHERE name = 'compared_since_heartbeat'").run();
        return {};
    });
}

} // namespace stillwatch::store
