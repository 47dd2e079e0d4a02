#include "store/evidence_table.hpp"
#include "store/sqlite/case_database_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// How long packages are kept, and what is held beyond it.
namespace stillwatch::store {

namespace {

constexpr std::array<std::string_view, 4> kind_names{"open", "dismissed", "down", "earlier"};

// One package whose time is over.
struct Expired {
    std::int64_t occurrence = 0; // of an earlier one: the row of earlier_evidence
    std::int64_t finding = 0;
    EvidenceKind kind{};
    std::string file;
};

// Packages that nothing holds, with their kind and since when they are of it. The case's own days go before
// the usual ones of ?2 to ?5.
#define EXPIRED_OF(TABLE, KIND, SINCE)                                                                       \
    "SELECT p.id, f.id, " KIND ", p.evidence_file FROM " TABLE                                               \
    "WHERE p.evidence_file <> '' AND coalesce((SELECT r.days FROM case_retention r WHERE r.case_id = "       \
    "f.case_id AND r.kind = " KIND "), CASE " KIND " WHEN 'open' THEN ?2 WHEN 'dismissed' THEN ?3 WHEN "     \
    "'down' THEN ?4 ELSE ?5 END) BETWEEN 1 AND (?1 - " SINCE ") / 86400000 AND NOT EXISTS (SELECT 1 FROM "   \
    "evidence_hold h WHERE h.case_id = f.case_id AND h.until > ?1 AND (h.finding_id IS NULL OR "             \
    "h.finding_id = f.id)) "

constexpr const char* expired_rows =
    EXPIRED_OF("occurrence p JOIN finding f ON f.id = p.finding_id ",
               "CASE f.state WHEN 'dismissed' THEN 'dismissed' WHEN 'down' THEN 'down' ELSE 'open' END",
               "CASE WHEN f.state IN ('dismissed', 'down') THEN coalesce(f.changed_at, p.last_seen) ELSE "
               "p.last_seen END") "ORDER BY f.id, p.id LIMIT ?6";
constexpr const char* expired_earlier = EXPIRED_OF(
    "earlier_evidence p JOIN occurrence o ON o.id = p.occurrence_id JOIN finding f ON f.id = o.finding_id ",
    // Those of checks go as the package of their place does.
    "CASE WHEN p.check_id IS NULL OR p.epoch < f.epoch THEN 'earlier' WHEN f.state = 'dismissed' THEN "
    "'dismissed' "
    "WHEN f.state = 'down' THEN 'down' ELSE 'open' END",
    "CASE WHEN p.check_id IS NULL OR p.epoch < f.epoch OR f.state IN ('dismissed', 'down') THEN "
    "coalesce(f.changed_at, f.last_seen) ELSE o.last_seen END") "ORDER BY f.id, p.id LIMIT ?6";

// Under each of its holds: one that is released does not end another.
#define KEEP_HELD_OF(TABLE)                                                                                  \
    "INSERT OR IGNORE INTO held_package (evidence_file, evidence_digest, hold_id) SELECT p.evidence_file, "  \
    "p.evidence_digest, h.id FROM " TABLE                                                                    \
    "JOIN evidence_hold h ON h.case_id = f.case_id AND h.until > ?2 AND (h.finding_id IS NULL OR "           \
    "h.finding_id = f.id) WHERE f.case_id = ?1 AND p.evidence_file <> ''"

constexpr const char* keep_held_rows = KEEP_HELD_OF("occurrence p JOIN finding f ON f.id = p.finding_id ");
constexpr const char* keep_held_earlier = KEEP_HELD_OF(
    "earlier_evidence p JOIN occurrence o ON o.id = p.occurrence_id JOIN finding f ON f.id = o.finding_id ");

std::vector<Expired> expired(Connection& connection, const char* sql, const Retention& usual,
                             std::size_t at_most, Timestamp now)
{
    const auto days = [&usual](EvidenceKind kind) {
        const auto found = usual.find(kind);
        return found == usual.end() ? std::int64_t{0} : found->second;
    };
    auto row = connection.prepare(sql);
    row.bind(now, days(EvidenceKind::open), days(EvidenceKind::dismissed), days(EvidenceKind::down),
             days(EvidenceKind::earlier), at_most);
    std::vector<Expired> found;
    while (row.step()) {
        const auto kind = evidence_kind_from_name(row.text(2));
        if (!kind) throw SqliteError(Errc::corrupt, "a kind of evidence that nobody knows");
        found.push_back({row.integer(0), row.integer(1), *kind, row.text(3)});
    }
    return found;
}

// Held beyond a withdrawal, by holds that have all ended; nothing that a finding still has.
std::vector<std::string> no_longer_held(Connection& connection, std::size_t at_most, Timestamp now)
{
    auto row = connection.prepare("SELECT p.evidence_file FROM held_package p JOIN evidence_hold h ON h.id = "
                                  "p.hold_id GROUP BY 1 HAVING "
                                  "max(h.until) <= ?1 AND NOT EXISTS (SELECT 1 FROM occurrence o WHERE "
                                  "o.evidence_file = p.evidence_file) AND "
                                  "NOT EXISTS (SELECT 1 FROM earlier_evidence e WHERE e.evidence_file = "
                                  "p.evidence_file) ORDER BY 1 LIMIT ?2");
    row.bind(now, at_most);
    std::vector<std::string> files;
    while (row.step())
        files.push_back(row.text(0));
    return files;
}

} // namespace

std::string_view name_of(EvidenceKind kind) noexcept
{
    return kind_names[static_cast<std::size_t>(kind)];
}

std::optional<EvidenceKind> evidence_kind_from_name(std::string_view name) noexcept
{
    const auto found = std::ranges::find(kind_names, name);
    if (found == kind_names.end()) return std::nullopt;
    return static_cast<EvidenceKind>(found - kind_names.begin());
}

std::map<std::string, Sha256> EvidenceTable::packages() const
{
    std::map<std::string, Sha256> result;
    auto row = cases_.impl_->connection.prepare(
        "SELECT evidence_file, evidence_digest FROM occurrence WHERE evidence_file <> '' UNION "
        "SELECT evidence_file, evidence_digest FROM earlier_evidence UNION "
        "SELECT evidence_file, evidence_digest FROM held_package");
    while (row.step())
        result.emplace(row.text(0), row.digest(1));
    return result;
}

std::optional<AuditLine> EvidenceTable::line_of_stamp(const Sha256& root) const
{
    const auto begin = fmt::format("root={} ", root.hex());
    const auto end = fmt::format("root={}!", root.hex()); // '!' follows ' '
    auto row = cases_.impl_->connection.prepare(
        "SELECT seq, at, actor, action, object, previous, own FROM audit INDEXED BY audit_stamp "
        "WHERE action = 'evidence.stamp' AND object >= ?1 AND object < ?2 LIMIT 1");
    row.bind(begin, end);
    if (!row.step()) return std::nullopt;
    return AuditLine{row.integer(0), row.time(1),   row.text(2),  row.text(3),
                     row.text(4),    row.digest(5), row.digest(6)};
}

Retention EvidenceTable::retention_of(CaseId id) const
{
    auto row = cases_.impl_->connection.prepare("SELECT kind, days FROM case_retention WHERE case_id = ?1");
    row.bind(id);
    Retention retention;
    while (row.step())
        if (const auto kind = evidence_kind_from_name(row.text(0))) retention.emplace(*kind, row.integer(1));
    return retention;
}

Result<void> EvidenceTable::set_retention(CaseId id, EvidenceKind kind, std::optional<std::int64_t> days,
                                          const Actor& actor)
{
    auto& impl = *cases_.impl_;
    const auto named = cases_.find_case(id);
    if (!named) return Error{Errc::not_found, fmt::format("case number {}", id.value)};
    return in_transaction(impl.connection, [&]() -> Result<void> {
        if (days)
            impl.connection
                .prepare("INSERT INTO case_retention (case_id, kind, days) VALUES (?1, ?2, ?3) ON CONFLICT "
                         "DO UPDATE "
                         "SET days = excluded.days")
                .bind(id, name_of(kind), *days)
                .run();
        else
            impl.connection.prepare("DELETE FROM case_retention WHERE case_id = ?1 AND kind = ?2")
                .bind(id, name_of(kind))
                .run();
        const auto told = !days ? std::string("usual") : *days == 0 ? "forever" : fmt::format("{}d", *days);
        impl.audit(actor, "evidence.keep", fmt::format("{} {}={}", named->pseudonym, name_of(kind), told));
        return {};
    });
}

Result<std::int64_t> EvidenceTable::hold(const EvidenceHold& hold, const Actor& actor)
{
    auto& impl = *cases_.impl_;
    return in_transaction(impl.connection, [&]() -> Result<std::int64_t> {
        std::optional<FindingId> finding; // none: all of the case
        std::string what = hold.case_pseudonym;
        if (hold.finding.value != 0) {
            finding = hold.finding;
            what = fmt::format("F-{}", hold.finding.value);
        }
        impl.connection
            .prepare("INSERT INTO evidence_hold (case_id, finding_id, until, reason, set_by, set_at) VALUES "
                     "(?1, ?2, ?3, ?4, ?5, ?6)")
            .bind(hold.case_id, finding, hold.until, hold.reason, actor.name, actor.at)
            .run();
        const auto id = impl.connection.last_row_id();
        impl.audit(actor, "evidence.hold",
                   fmt::format("{} hold={} until={}", what, id, format_utc(hold.until)));
        return id;
    });
}

Result<void> EvidenceTable::end_hold(std::int64_t id, const Actor& actor)
{
    auto& impl = *cases_.impl_;
    return in_transaction(impl.connection, [&]() -> Result<void> {
        impl.connection.prepare("UPDATE evidence_hold SET until = ?2 WHERE id = ?1 AND until > ?2")
            .bind(id, actor.at)
            .run();
        if (impl.connection.changed_rows() == 0)
            return Error{Errc::not_found, fmt::format("no hold {} that lasts", id)};
        impl.audit(actor, "evidence.release", fmt::format("hold={}", id));
        return {};
    });
}

std::vector<EvidenceHold> EvidenceTable::holds(Timestamp now) const
{
    auto row = cases_.impl_->connection.prepare("SELECT h.id, h.case_id, h.finding_id, h.until, h.reason, "
                                                "h.set_by, h.set_at, c.pseudonym, (SELECT count(*) "
                                                "FROM held_package p WHERE p.hold_id = h.id) FROM "
                                                "evidence_hold h JOIN \"case\" c ON c.id = h.case_id "
                                                "WHERE h.until > ?1 ORDER BY h.id");
    row.bind(now);
    std::vector<EvidenceHold> result;
    while (row.step())
        result.push_back({row.integer(0), row.id<CaseId>(1),
                          row.is_null(2) ? FindingId{} : row.id<FindingId>(2), row.time(3), row.text(4),
                          row.text(5), row.time(6), row.text(7), row.integer(8)});
    return result;
}

Result<std::vector<std::string>> EvidenceTable::keep_held(CaseId id, const Actor& actor)
{
    auto& connection = cases_.impl_->connection;
    return in_transaction(connection, [&]() -> Result<std::vector<std::string>> {
        for (const auto* keep : {keep_held_rows, keep_held_earlier})
            connection.prepare(keep).bind(id, actor.at).run();
        std::vector<std::string> files;
        auto row = connection.prepare(
            "SELECT DISTINCT p.evidence_file FROM held_package p JOIN evidence_hold h ON h.id = "
            "p.hold_id WHERE h.case_id = ?1 ORDER BY 1");
        row.bind(id);
        while (row.step())
            files.push_back(row.text(0));
        return files;
    });
}

Result<std::vector<std::string>> EvidenceTable::expire(const Retention& usual, std::size_t at_most,
                                                       const Actor& actor)
{
    auto& impl = *cases_.impl_;
    return in_transaction(impl.connection, [&]() -> Result<std::vector<std::string>> {
        auto over = expired(impl.connection, expired_rows, usual, at_most, actor.at);
        for (const auto& one : over)
            impl.connection
                .prepare("UPDATE occurrence SET evidence = 'none', evidence_file = '', evidence_digest = "
                         "zeroblob(32) "
                         "WHERE id = ?1")
                .bind(one.occurrence)
                .run();
        const auto earlier =
            expired(impl.connection, expired_earlier, usual, at_most - over.size(), actor.at);
        for (const auto& one : earlier)
            impl.connection.prepare("DELETE FROM earlier_evidence WHERE id = ?1").bind(one.occurrence).run();
        over.insert(over.end(), earlier.begin(), earlier.end());

        std::vector<std::string> files;
        std::map<std::pair<std::int64_t, EvidenceKind>, std::size_t> by_finding;
        for (const auto& one : over) {
            files.push_back(one.file);
            ++by_finding[{one.finding, one.kind}];
        }
        for (const auto& [finding, packages] : by_finding)
            impl.audit(
                actor, "evidence.expire",
                fmt::format("F-{} packages={} kind={}", finding.first, packages, name_of(finding.second)));
        const auto held = no_longer_held(impl.connection, at_most - files.size(), actor.at);
        for (const auto& file : held)
            impl.connection.prepare("DELETE FROM held_package WHERE evidence_file = ?1").bind(file).run();
        if (!held.empty())
            impl.audit(actor, "evidence.expire", fmt::format("packages={} kind=held", held.size()));
        files.insert(files.end(), held.begin(), held.end());
        // What is known of a withdrawn case goes with the last that was held of it.
        impl.connection
            .prepare("DELETE FROM evidence_hold WHERE until <= ?1 AND id NOT IN (SELECT hold_id FROM "
                     "held_package) AND "
                     "case_id IN (SELECT id FROM \"case\" WHERE state = 'withdrawn')")
            .bind(actor.at)
            .run();
        return files;
    });
}

} // namespace stillwatch::store
