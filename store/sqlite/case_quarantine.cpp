#include "store/sqlite/case_database_impl.hpp"

#include <fmt/format.h>

#include <algorithm>

// What people are told of a reference: that it matches so often that nobody is told of each match any more,
// and that one of another case shows the same picture.
namespace stillwatch::store {

namespace {

void queue_of_reference(Connection& connection, ReferenceId id, const std::vector<NewAlert>& alerts,
                        Timestamp at)
{
    for (const auto& alert : alerts)
        connection
            .prepare("INSERT INTO outbox (alert_id, channel, event, case_id, state, created_at, "
                     "next_attempt_at) "
                     "SELECT ?1, ?2, ?3, case_id, 'queued', ?4, ?4 FROM reference WHERE id = ?5 "
                     "ON CONFLICT DO NOTHING")
            .bind(alert.alert_id, alert.channel, alert.event, at, id)
            .run();
}

} // namespace

ReferenceSurge CaseDatabase::surge_of(ReferenceId id, Timestamp now) const
{
    ReferenceSurge surge;
    Timestamp released{};
    {
        auto row = impl_->connection.prepare(
            "SELECT quarantined_at IS NOT NULL, ifnull(released_at, 0) FROM reference WHERE id = ?1");
        if (!row.bind(id).step()) return surge;
        surge.is_quarantined = row.flag(0);
        released = row.time(1);
    }
    const auto count = [&](std::chrono::hours hours) {
        auto row = impl_->connection.prepare(
            "SELECT count(*) FROM finding WHERE reference = ?1 AND first_seen > ?2 AND consented = 0");
        return row.bind(id, std::max(now - Timestamp::duration(hours), released)).step() ? row.integer(0) : 0;
    };
    surge.last_hour = count(std::chrono::hours(1));
    surge.last_day = count(std::chrono::hours(24));
    auto row = impl_->connection.prepare(
        "SELECT 1 FROM finding WHERE reference = ?1 AND confirmed_by_person = 1 LIMIT 1");
    surge.is_confirmed = row.bind(id).step();
    return surge;
}

Result<void> CaseDatabase::quarantine(ReferenceId id, Timestamp since, const std::vector<NewAlert>& alerts,
                                      const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare("UPDATE reference SET quarantined_at = ?2 WHERE id = ?1 AND quarantined_at IS NULL AND "
                     "removed = 0")
            .bind(id, since)
            .run();
        if (connection.changed_rows() == 0) return {}; // another visit was first
        queue_of_reference(connection, id, alerts, actor.at);
        impl_->audit(actor, "reference.quarantine", fmt::format("reference {}", id.value));
        return {};
    });
}

Result<std::int64_t> CaseDatabase::release(ReferenceId id, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<std::int64_t> {
        std::int64_t untold = 0;
        {
            auto row = connection.prepare(
                "SELECT count(*) FROM finding f JOIN reference r ON r.id = f.reference WHERE r.id = ?1 AND "
                "f.first_seen >= r.quarantined_at");
            if (row.bind(id).step()) untold = row.integer(0);
        }
        connection
            .prepare("UPDATE reference SET quarantined_at = NULL, released_at = ?2 WHERE id = ?1 AND "
                     "quarantined_at IS NOT NULL")
            .bind(id, actor.at)
            .run();
        if (connection.changed_rows() == 0) return Error{Errc::not_found, "it is not quarantined"};
        impl_->audit(actor, "reference.release", fmt::format("reference {}", id.value));
        return untold;
    });
}

std::vector<QuarantinedReference> CaseDatabase::quarantined() const
{
    auto row = impl_->connection.prepare(
        R"sql(SELECT r.id, c.pseudonym, r.name, r.quarantined_at, (SELECT count(*) FROM finding f
                  WHERE f.reference = r.id AND f.first_seen >= r.quarantined_at)
              FROM reference r JOIN "case" c ON c.id = r.case_id
              WHERE r.quarantined_at IS NOT NULL AND r.removed = 0 ORDER BY r.id)sql");
    std::vector<QuarantinedReference> all;
    while (row.step())
        all.push_back({row.id<ReferenceId>(0), row.text(1), row.text(2), row.time(3), row.integer(4)});
    return all;
}

Result<bool> CaseDatabase::note_collision(ReferenceId id, const std::vector<NewAlert>& alerts,
                                          const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<bool> {
        connection
            .prepare(
                "INSERT INTO collision (reference, seen_at) SELECT id, ?2 FROM reference WHERE id = ?1 AND "
                "removed = 0 ON CONFLICT DO NOTHING")
            .bind(id, actor.at)
            .run();
        if (connection.changed_rows() == 0) return false;
        queue_of_reference(connection, id, alerts, actor.at);
        impl_->audit(actor, "reference.collide", fmt::format("reference {}", id.value));
        return true;
    });
}

} // namespace stillwatch::store
