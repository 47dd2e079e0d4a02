#include "store/sqlite/case_database_impl.hpp"
#include "store/sqlite/case_findings_impl.hpp"
#include "store/sqlite/case_outbox_impl.hpp"

#include <fmt/format.h>

// What people do with findings, and what follows from it for pictures that come later.
namespace stillwatch::store {

namespace {

// ",new,unsure,": what a column is looked up in; empty for all.
template <class Enum>
std::string names_of(const std::vector<Enum>& values)
{
    std::string text;
    for (const auto value : values)
        text += fmt::format("{}{}", text.empty() ? "," : "", name_of(value)) + ",";
    return text;
}

#define STANDING_COLUMNS                                                                                     \
    "SELECT f.id, f.case_id, f.state, f.epoch, f.silences, f.confirmed_by_person, f.tier, f.relation "       \
    "FROM finding f "

FindingStanding read_standing(const Statement& row)
{
    return {row.id<FindingId>(0),
            row.id<CaseId>(1),
            stored_enum<FindingState>(row.text(2)),
            row.small(3),
            row.flag(4),
            row.flag(5),
            stored_enum<Tier>(row.text(6)),
            stored_enum<Relation>(row.text(7))};
}

// The first of these findings that is of the picture's class; `row` has its number, content, fingerprint and
// match.
std::optional<FindingId> first_of_class(Statement row, const Finding& seen)
{
    while (row.step()) {
        const FoundPicture known{row.digest(1), read_fingerprint(row, 2),
                                 read_match(row, 3, seen.case_id, seen.reference)};
        if (is_same_class(known, seen.picture())) return row.id<FindingId>(0);
    }
    return std::nullopt;
}

} // namespace

void bind_query(Statement& row, const CaseDatabase::FindingQuery& query)
{
    row.bind(query.after, query.up_to, query.case_id, names_of(query.states), names_of(query.tiers),
             query.site, query.host, query.assigned, query.seen_before, query.limit);
}

void insert_change(Connection& connection, const FindingChange& change)
{
    connection
        .prepare("INSERT INTO finding_change (finding_id, at, actor, event, from_state, to_state, reason, "
                 "epoch, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        .bind(change.finding, change.at, change.actor, change.event, name_of(change.from), name_of(change.to),
              change.reason, change.epoch, change.note)
        .run();
}

Result<void> apply_steps(Connection& connection, const std::vector<FindingStep>& steps)
{
    for (const auto& step : steps) {
        const auto& change = step.change;
        if (change.event == "assign")
            connection.prepare("UPDATE finding SET assigned = ?2 WHERE id = ?1 AND state = ?3")
                .bind(change.finding, change.reason, name_of(change.from))
                .run();
        else if (change.event == "note")
            connection.prepare("UPDATE finding SET state = state WHERE id = ?1 AND state = ?2")
                .bind(change.finding, name_of(change.from))
                .run();
        else
            connection
                .prepare("UPDATE finding SET state = ?3, reason = ?4, changed_at = ?5, silences = ?6, "
                         "confirmed_by_person = ?7 WHERE id = ?1 AND state = ?2")
                .bind(change.finding, name_of(change.from), name_of(change.to), change.reason, change.at,
                      step.silences, step.is_confirmed_by_person)
                .run();
        if (connection.changed_rows() == 0)
            return Error{Errc::refused,
                         fmt::format("F-{} was changed meanwhile; nothing was done", change.finding.value)};
        insert_change(connection, change);
        // Those who were told begin to act now.
        if (change.to == FindingState::noticed && change.from != change.to)
            restart_checks(connection, change.finding, change.at);
        // Whoever takes back that it is down does not believe the checks that said so.
        if (change.from == FindingState::down && change.from != change.to) {
            restart_checks(connection, change.finding, change.at);
            connection.prepare("UPDATE occurrence SET " NOT_GONE " WHERE finding_id = ?1")
                .bind(change.finding)
                .run();
        }
    }
    return {};
}

std::vector<FindingStanding> CaseDatabase::standings(const FindingQuery& query) const
{
    std::vector<FindingStanding> result;
    const auto ask = [&](std::string_view sql) {
        auto row = impl_->connection.prepare(sql);
        bind_query(row, query);
        while (row.step())
            result.push_back(read_standing(row));
    };
    if (query.case_id)
        ask(STANDING_COLUMNS FINDINGS_OF_CASE "AND f.id > ?1 ORDER BY f.id LIMIT ?10");
    else
        ask(STANDING_COLUMNS FINDINGS_OF_ALL "AND f.id > ?1 ORDER BY f.id LIMIT ?10");
    return result;
}

std::optional<FindingStanding> CaseDatabase::standing(FindingId id) const
{
    auto row = impl_->connection.prepare(STANDING_COLUMNS "WHERE f.id = ?1");
    if (!row.bind(id).step()) return std::nullopt;
    return read_standing(row);
}

std::int64_t CaseDatabase::count_findings(const FindingQuery& query) const
{
    const auto ask = [&](std::string_view sql) {
        auto row = impl_->connection.prepare(sql);
        bind_query(row, query);
        return row.step() ? row.integer(0) : 0;
    };
    if (query.case_id)
        return ask("SELECT count(*) FROM finding f " FINDINGS_OF_CASE "AND f.id > ?1 LIMIT ?10");
    return ask("SELECT count(*) FROM finding f " FINDINGS_OF_ALL "AND f.id > ?1 LIMIT ?10");
}

std::vector<FindingGroup> CaseDatabase::finding_groups(const FindingQuery& query) const
{
#define GROUP_COLUMNS                                                                                        \
    "SELECT min(f.id), c.pseudonym, f.host, count(*), sum(f.state IN ('new', 'unsure', 'reappeared')), "     \
    "sum(f.occurrences), sum(f.sightings), min(f.first_seen), max(f.last_seen) "                             \
    "FROM finding f CROSS JOIN \"case\" c ON c.id = f.case_id "
#define GROUPED "GROUP BY f.case_id, f.host HAVING min(f.id) > ?1 ORDER BY 1 LIMIT ?10"
    std::vector<FindingGroup> result;
    const auto ask = [&](std::string_view sql) {
        auto row = impl_->connection.prepare(sql);
        bind_query(row, query);
        while (row.step())
            result.push_back({row.id<FindingId>(0), row.text(1), row.text(2), row.integer(3), row.integer(4),
                              row.integer(5), row.integer(6), row.time(7), row.time(8)});
    };
    if (query.case_id)
        ask(GROUP_COLUMNS FINDINGS_OF_CASE GROUPED);
    else
        ask(GROUP_COLUMNS FINDINGS_OF_ALL GROUPED);
#undef GROUPED
#undef GROUP_COLUMNS
    return result;
}

Result<void> CaseDatabase::change_findings(const std::vector<FindingStep>& steps, const Actor& actor,
                                           std::string_view action, std::string_view object,
                                           const std::vector<CaseAlert>& alerts)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        const auto applied = apply_steps(connection, steps);
        if (!applied) return applied.error();
        for (const auto& [alert, case_id] : alerts)
            insert_alert(connection, alert, case_id, actor.at);
        impl_->audit(actor, action, object);
        return {};
    });
}

std::vector<FindingChange> CaseDatabase::history(FindingId id) const
{
    std::vector<FindingChange> result;
    auto row = impl_->connection.prepare("SELECT at, actor, event, from_state, to_state, reason, epoch, note "
                                         "FROM finding_change WHERE finding_id = ?1 ORDER BY id");
    row.bind(id);
    while (row.step())
        result.push_back({id, row.time(0), row.text(1), row.text(2), stored_enum<FindingState>(row.text(3)),
                          stored_enum<FindingState>(row.text(4)), row.text(5), row.small(6), row.blob(7)});
    return result;
}

std::optional<FindingId> CaseDatabase::silenced_by(const Finding& seen) const
{
    auto& connection = impl_->connection;
    Timestamp enrolled{};
    {
        auto row = connection.prepare("SELECT added_at FROM reference INDEXED BY reference_list "
                                      "WHERE case_id = ?1 AND id = ?2 AND removed = 0");
        if (!row.bind(seen.case_id, seen.reference).step()) return std::nullopt;
        enrolled = row.time(0);
    }
    std::optional<FindingId> found;
    {
        // Of the same reference, else of another of the case's, where these bytes wait for nobody's word
        // under this one.
        auto row = connection.prepare(
            "SELECT f.id, o.relation, f.silences AND f.changed_at >= ?3, f.reference = ?4, f.state <> "
            "'dismissed' FROM occurrence o JOIN finding f ON f.id = o.finding_id WHERE o.content = ?1 AND "
            "f.case_id = ?2 ORDER BY f.reference = ?4, f.id");
        row.bind(seen.content, seen.case_id, enrolled, seen.reference);
        bool is_other = false;
        while (row.step()) {
            if (status_of(stored_enum<Relation>(row.text(1))) != seen.match.status) continue;
            const bool is_same_reference = row.flag(3);
            if (row.flag(2) && (!found || (is_other && is_same_reference))) {
                found = row.id<FindingId>(0);
                is_other = !is_same_reference;
            } else if (is_same_reference && row.flag(4) && is_other) {
                found.reset();
            }
        }
    }
    if (!found && seen.fingerprint) {
        auto row = connection.prepare("SELECT f.id, o.content, o.fingerprint, " MATCH_COLUMNS(
            "o") " FROM finding f JOIN occurrence o ON o.id IN (f.first, f.best) WHERE f.case_id = ?1 AND "
                 "f.reference = ?2 AND f.silences = 1 AND f.changed_at >= ?3 ORDER BY f.id");
        row.bind(seen.case_id, seen.reference, enrolled);
        found = first_of_class(std::move(row), seen);
    }
    // Two people who disagree silence nothing.
    if (!found || confirmed_as(seen)) return std::nullopt;
    return found;
}

Result<void> CaseDatabase::count_silenced(FindingId id, Timestamp seen)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare("UPDATE finding SET left_out = left_out + 1, sightings = sightings + 1, last_seen = "
                     "max(last_seen, ?2) WHERE id = ?1")
            .bind(id, seen)
            .run();
        if (connection.changed_rows() == 0)
            return Error{Errc::not_found, fmt::format("finding F-{}", id.value)};
        return {};
    });
}

std::optional<FindingId> CaseDatabase::confirmed_as(const Finding& seen) const
{
    auto row = impl_->connection.prepare("SELECT f.id, o.content, o.fingerprint, " MATCH_COLUMNS(
        "o") " FROM finding f JOIN occurrence o ON o.id IN (f.first, f.best) WHERE f.case_id = ?1 AND "
             "f.reference = ?2 AND f.confirmed_by_person = 1 ORDER BY f.id");
    row.bind(seen.case_id, seen.reference);
    return first_of_class(std::move(row), seen);
}

std::int64_t CaseDatabase::confirmed_unseen() const
{
    return impl_->connection.integer("SELECT count(*) FROM finding WHERE reason = 'zero_view'");
}

} // namespace stillwatch::store
