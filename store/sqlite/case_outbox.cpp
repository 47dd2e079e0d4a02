#include "store/sqlite/case_database_impl.hpp"
#include "store/sqlite/case_outbox_impl.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace stillwatch::store {

namespace {

constexpr std::size_t max_error_bytes = 500; // what a mail server says back is not ours to keep at any length

// not_found covers an alert that a withdrawal erased while it was under way.
Result<void> must_have_changed(const Connection& connection, std::string_view state, std::int64_t id)
{
    if (connection.changed_rows() == 0) return Error{Errc::not_found, fmt::format("{} alert {}", state, id)};
    return {};
}

} // namespace

std::vector<OutboxRow> CaseDatabase::due_alerts(Timestamp now, std::size_t limit) const
{
    static const auto sql = fmt::format("SELECT {} FROM {} WHERE outbox.state = 'queued' AND next_attempt_at "
                                        "<= ?1 ORDER BY outbox.id LIMIT ?2",
                                        alert_columns, alert_tables);
    auto row = impl_->connection.prepare(sql);
    row.bind(now, limit);
    return read_alerts(std::move(row));
}

std::optional<Timestamp> CaseDatabase::next_alert_at() const
{
    auto row = impl_->connection.prepare("SELECT min(next_attempt_at) FROM outbox WHERE state = 'queued'");
    if (!row.step() || row.is_null(0)) return std::nullopt;
    return row.time(0);
}

std::vector<OutboxRow> CaseDatabase::due_alerts(std::string_view channel, Timestamp now,
                                                std::size_t limit) const
{
    static const auto sql =
        fmt::format("SELECT {} FROM {} WHERE outbox.state = 'queued' AND channel = ?1 AND "
                    "next_attempt_at <= ?2 ORDER BY outbox.id LIMIT ?3",
                    alert_columns, alert_tables);
    auto row = impl_->connection.prepare(sql);
    row.bind(channel, now, limit);
    return read_alerts(std::move(row));
}

std::optional<Timestamp> CaseDatabase::next_alert_at(std::string_view channel) const
{
    auto row = impl_->connection.prepare(
        "SELECT min(next_attempt_at) FROM outbox WHERE state = 'queued' AND channel = ?1");
    row.bind(channel);
    if (!row.step() || row.is_null(0)) return std::nullopt;
    return row.time(0);
}

Result<void> CaseDatabase::queue_alert(const NewAlert& alert, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare("INSERT INTO outbox (alert_id, channel, event, state, created_at, next_attempt_at) "
                     "VALUES (?1, ?2, ?3, 'queued', ?4, ?4) ON CONFLICT DO NOTHING")
            .bind(alert.alert_id, alert.channel, alert.event, actor.at)
            .run();
        if (connection.changed_rows() > 0)
            impl_->audit(actor, "alert.queue", fmt::format("alert {}", connection.last_row_id()));
        return {};
    });
}

Result<void> CaseDatabase::alert_sent(std::int64_t id, Timestamp at)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&] {
        connection
            .prepare("UPDATE outbox SET state = 'sent', sent_at = ?2, told_at = ?2, is_made = 1, "
                     "reason = CASE WHEN held_until IS NULL THEN reason ELSE '' END, held_until = NULL, "
                     "attempts = attempts + 1, last_error = '' "
                     "WHERE id = ?1 AND state = 'queued'")
            .bind(id, at)
            .run();
        const auto changed = must_have_changed(connection, "queued", id);
        if (changed)
            connection
                .prepare(
                    "UPDATE outbox SET sent_at = ?2, told_at = ?2 WHERE told_in = ?1 AND state = 'joined'")
                .bind(id, at)
                .run();
        return changed;
    });
}

Result<void> CaseDatabase::alert_retry(std::int64_t id, Timestamp next, const AlertAttempt& attempt)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&] {
        connection
            .prepare("UPDATE outbox SET next_attempt_at = ?2, attempts = attempts + 1, is_made = 1, "
                     "last_error = ?3, "
                     "held_until = NULL, "
                     "told = ?4 WHERE id = ?1 AND state = 'queued'")
            .bind(id, next, attempt.error.substr(0, max_error_bytes),
                  fmt::format("{}", fmt::join(attempt.told, "\n")))
            .run();
        return must_have_changed(connection, "queued", id);
    });
}

Result<void> CaseDatabase::alert_dead(std::int64_t id, const AlertAttempt& attempt)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&] {
        connection
            .prepare("UPDATE outbox SET state = 'dead', attempts = attempts + 1, is_made = 1, last_error = "
                     "?2, told = ?3 "
                     "WHERE id = ?1 AND state = 'queued'")
            .bind(id, attempt.error.substr(0, max_error_bytes),
                  fmt::format("{}", fmt::join(attempt.told, "\n")))
            .run();
        return must_have_changed(connection, "queued", id);
    });
}

Result<void> CaseDatabase::replay_alert(std::int64_t id, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare(
                "UPDATE outbox SET state = 'queued', attempts = 0, next_attempt_at = ?2, held_until = NULL "
                "WHERE id = ?1 AND state IN ('dead', 'queued')")
            .bind(id, actor.at)
            .run();
        if (auto changed = must_have_changed(connection, "dead or queued", id); !changed) return changed;
        impl_->audit(actor, "alert.replay", fmt::format("alert {}", id));
        return {};
    });
}

Result<std::int64_t> CaseDatabase::replay_alerts(const std::optional<std::string>& channel,
                                                 const Actor& actor)
{
    auto& connection = impl_->connection;
    std::int64_t count = 0;
    const auto replayed = in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare(
                "UPDATE outbox SET state = 'queued', attempts = 0, next_attempt_at = ?1, held_until = NULL "
                "WHERE (state = 'dead' OR (state = 'queued' AND next_attempt_at > ?1)) "
                "AND (?2 = '' OR channel = ?2)")
            .bind(actor.at, channel.value_or(""))
            .run();
        count = connection.changed_rows();
        if (count > 0)
            impl_->audit(actor, "alert.replay",
                         fmt::format("{} alerts of {}", count, channel.value_or("all channels")));
        return {};
    });
    if (!replayed) return replayed.error();
    return count;
}

std::optional<OutboxRow> CaseDatabase::find_alert(std::string_view alert_id, std::string_view channel) const
{
    static const auto sql = fmt::format("SELECT {} FROM {} WHERE outbox.alert_id = ?1 AND channel = ?2",
                                        alert_columns, alert_tables);
    auto row = impl_->connection.prepare(sql);
    row.bind(alert_id, channel);
    if (!row.step()) return std::nullopt;
    return read_alert(row);
}

std::vector<std::int64_t> CaseDatabase::waiting_alerts(std::string_view channel, Timestamp now) const
{
    auto row = impl_->connection.prepare("SELECT id FROM outbox WHERE state = 'queued' AND channel = ?1 "
                                         "AND next_attempt_at > ?2 AND held_until IS NULL ORDER BY id");
    row.bind(channel, now);
    std::vector<std::int64_t> ids;
    while (row.step())
        ids.push_back(row.integer(0));
    return ids;
}

Result<void> CaseDatabase::hurry_alerts(const std::vector<std::int64_t>& ids, Timestamp now)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        for (const auto id : ids)
            connection.prepare("UPDATE outbox SET next_attempt_at = ?2 WHERE id = ?1 AND state = 'queued'")
                .bind(id, now)
                .run();
        return {};
    });
}

std::vector<AlertCount> CaseDatabase::alert_counts() const
{
    auto row = impl_->connection.prepare(
        "SELECT channel, state, count(*) FROM outbox WHERE state IN ('queued', 'dead') "
        "GROUP BY channel, state");
    std::vector<AlertCount> counts;
    while (row.step())
        counts.push_back({row.text(0), stored_enum<AlertState>(row.text(1)), row.integer(2)});
    return counts;
}

std::vector<OutboxRow> CaseDatabase::alerts(std::size_t limit) const
{
    static const auto sql =
        fmt::format("SELECT {} FROM {} ORDER BY outbox.id DESC LIMIT ?1", alert_columns, alert_tables);
    auto row = impl_->connection.prepare(sql);
    row.bind(limit);
    return read_alerts(std::move(row));
}

} // namespace stillwatch::store
