#include "core/signed_address.hpp"
#include "store/sqlite/case_database_impl.hpp"
#include "store/sqlite/case_findings_impl.hpp"
#include "store/still_up_checks.hpp"

#include <algorithm>

// Whether what was found is still up: what is looked at when, and what was seen.
namespace stillwatch::store {

namespace {

// The address itself, the pictures of a package there, and those of the same document with another signature
// in their query.
std::vector<std::string> shown_by(Connection& connection, const Url& image)
{
    std::vector<std::string> addresses{image.text()};
    constexpr std::size_t most = 256;
    {
        auto inside = connection.prepare(
            "SELECT DISTINCT image_url FROM occurrence WHERE image_url > ?1 AND image_url < ?2 LIMIT ?3");
        inside.bind(image.text() + "#", image.text() + "$", most); // '$' follows '#'
        while (inside.step())
            if (const auto entry = stored_url(inside.text(0)); !entry.entry_inside().empty())
                addresses.push_back(entry.text());
    }
    const auto own = without_signature(image.target());
    if (!own || !own->is_sure) return addresses;
    const auto path = image.origin() + std::string(image.path());
    auto row = connection.prepare(
        "SELECT DISTINCT image_url FROM occurrence WHERE image_url > ?1 AND image_url < ?2 LIMIT ?3");
    row.bind(path + "?", path + "@", most); // '@' follows '?'
    while (row.step()) {
        const auto other = stored_url(row.text(0));
        const auto its = without_signature(other.target());
        if (other != image && its && its->target == own->target) addresses.push_back(other.text());
    }
    return addresses;
}

Looked read_looked(const Statement& row, int first)
{
    Looked looked{stored_enum<Sight>(row.text(first)), row.small(first + 1)};
    if (!row.is_null(first + 2)) looked.at = row.time(first + 2);
    return looked;
}

#define CHECK_COLUMNS                                                                                        \
    "SELECT k.id, k.occurrence_id, k.began_at, k.ended_at, k.page_sight, k.page_status, k.page_at, "         \
    "k.picture_sight, k.picture_status, k.picture_at, k.content, k.verdict, w.evidence_file, "               \
    "w.evidence_digest"
#define CHECK_TABLES                                                                                         \
    " FROM still_up_check k JOIN occurrence o ON o.id = k.occurrence_id LEFT JOIN earlier_evidence w ON "    \
    "w.check_id = k.id "

StillUpCheck read_check(const Statement& row)
{
    StillUpCheck check{row.integer(0), row.id<OccurrenceId>(1), row.time(2)};
    if (!row.is_null(3)) check.ended = row.time(3);
    check.page = read_looked(row, 4);
    check.picture = read_looked(row, 7);
    if (!row.is_null(10)) check.content = row.digest(10);
    check.verdict = stored_enum<StillUp>(row.text(11));
    if (!row.is_null(12)) {
        check.evidence_file = row.text(12);
        check.evidence_digest = row.digest(13);
    }
    return check;
}

#define DUE_WHERE(CONDITION)                                                                                 \
    "SELECT o.id, o.page_url, o.image_url, o.evidence = 'pending', o.looks, o.checks_from FROM occurrence "  \
    "o JOIN finding f ON f.id = o.finding_id JOIN consent n ON n.id = (SELECT max(id) FROM consent WHERE "   \
    "case_id = f.case_id) WHERE " CONDITION " AND f.state <> 'dismissed' AND n.expires_at > ?3 AND NOT "     \
    "EXISTS (SELECT 1 FROM still_up_check k WHERE k.occurrence_id = o.id AND k.ended_at IS NULL) ORDER BY "  \
    "o.look_due LIMIT ?2"

// What a place is of, and whether pictures are compared with that now.
struct Shown {
    OccurrenceId id;
    CaseId case_id;
    bool is_compared = false;
};

// A match with any reference of the case; where the bytes were known it is not told with which. Something
// else is seen only where it would have been told from a match.
Sight sight_for(const Visited& visited, const std::vector<CaseId>& matched_cases, const Shown& place)
{
    auto sight = visited.sight;
    if (sight == Sight::match && !visited.matched.empty() &&
        std::ranges::find(matched_cases, place.case_id) == matched_cases.end())
        sight = Sight::other;
    return sight == Sight::other && !place.is_compared ? Sight::unclear : sight;
}

std::vector<CaseId> cases_of(Connection& connection, const std::vector<ReferenceId>& references)
{
    std::vector<CaseId> cases;
    for (const auto reference : references) {
        auto row = connection.prepare("SELECT case_id FROM reference WHERE id = ?1");
        if (row.bind(reference).step()) cases.push_back(row.id<CaseId>(0));
    }
    return cases;
}

} // namespace

void restart_checks(Connection& connection, FindingId id, Timestamp at)
{
    connection
        .prepare("UPDATE occurrence SET checks_from = ?2, look_due = min(look_due, ?3) WHERE finding_id = ?1")
        .bind(id, at, at + std::chrono::hours(1))
        .run();
}

std::vector<StillUpChecks::Look> StillUpChecks::due(Timestamp now, std::size_t limit) const
{
    std::vector<Look> result;
    const auto take = [&](const char* sql, Timestamp bound) {
        if (result.size() >= limit) return;
        auto row = cases_.impl_->connection.prepare(sql);
        row.bind(bound, limit - result.size(), now);
        while (row.step())
            result.push_back({row.id<OccurrenceId>(0), stored_url(row.text(1)), stored_url(row.text(2)),
                              row.flag(3), row.integer(4), row.time(5)});
    };
    take(DUE_WHERE("o.look_due <= ?1"), now);
    take(DUE_WHERE("o.look_due > ?1"), now + longest_until_due);
    return result;
}

Result<void> StillUpChecks::plan_look(OccurrenceId id, Timestamp next)
{
    auto& connection = cases_.impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection.prepare("UPDATE occurrence SET look_due = ?2, looks = looks + 1 WHERE id = ?1")
            .bind(id, next)
            .run();
        return {};
    });
}

Result<void> StillUpChecks::begin(OccurrenceId id, Timestamp now, Timestamp next)
{
    auto& connection = cases_.impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection.prepare("INSERT INTO still_up_check (occurrence_id, began_at) VALUES (?1, ?2)")
            .bind(id, now)
            .run();
        connection.prepare("UPDATE occurrence SET look_due = ?2 WHERE id = ?1").bind(id, next).run();
        return {};
    });
}

std::vector<OpenCheck> StillUpChecks::under_way(Timestamp now, std::size_t limit) const
{
    auto row = cases_.impl_->connection.prepare(
        CHECK_COLUMNS ", o.finding_id, o.page_url, o.image_url, o.checks_from, o.gone_since, o.gone_checks, "
                      "o.replaced_checks, o.unclear_checks, o.still_up, EXISTS (SELECT 1 FROM occurrence t "
                      "WHERE t.finding_id = o.finding_id AND t.page_url = o.page_url AND t.id <> o.id AND "
                      "t.seen_up_at >= k.began_at AND t.seen_up_at <= ?1)" CHECK_TABLES
                      "WHERE k.ended_at IS NULL ORDER BY k.id LIMIT ?2");
    row.bind(now, limit);
    std::vector<OpenCheck> result;
    while (row.step()) {
        OpenCheck open{read_check(row), row.id<FindingId>(14), stored_url(row.text(15)),
                       stored_url(row.text(16)), row.time(17)};
        if (!row.is_null(18)) open.run.since = row.time(18);
        open.run.checks = row.small(19);
        open.run.replaced = row.small(20);
        open.run.unclear = row.small(21);
        open.before = stored_enum<StillUp>(row.text(22));
        open.has_other_size_up = row.flag(23);
        result.push_back(std::move(open));
    }
    return result;
}

Result<void> StillUpChecks::note_look(const Url& address, const Visited& visited)
{
    auto& connection = cases_.impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        const auto matched_cases = cases_of(connection, visited.matched);
        const auto tiers = cases_.compared_tiers();
        std::vector<Shown> places;
        for (const auto& shown : shown_by(connection, address)) {
            auto row = connection.prepare(
                "SELECT o.id, f.case_id, f.tier, EXISTS (SELECT 1 FROM in_force i WHERE i.reference = "
                "f.reference) "
                "FROM occurrence o JOIN finding f ON f.id = o.finding_id WHERE o.image_url = ?1");
            row.bind(shown);
            while (row.step()) {
                const auto tier = stored_enum<Tier>(row.text(2));
                // Whether faces were looked for is not known here.
                const bool is_compared = row.flag(3) && tier != Tier::resemblance && tiers.contains(tier);
                places.push_back({row.id<OccurrenceId>(0), row.id<CaseId>(1), is_compared});
            }
        }
        for (const auto& place : places) {
            const auto sight = sight_for(visited, matched_cases, place);
            connection
                .prepare("UPDATE occurrence SET looked_at = ?2, look_status = ?3, seen_up_at = CASE WHEN ?4 "
                         "THEN ?2 ELSE seen_up_at END WHERE id = ?1")
                .bind(place.id, visited.at, visited.status, sight == Sight::match)
                .run();
            connection
                .prepare(
                    "UPDATE still_up_check SET picture_sight = ?2, picture_status = ?3, picture_at = ?4, "
                    "content = ?5 WHERE occurrence_id = ?1 AND ended_at IS NULL")
                .bind(place.id, name_of(sight), visited.status, visited.at, visited.content)
                .run();
        }
        connection
            .prepare(
                "UPDATE still_up_check SET page_sight = ?2, page_status = ?3, page_at = ?4 WHERE ended_at "
                "IS NULL AND occurrence_id IN (SELECT id FROM occurrence WHERE page_url = ?1)")
            .bind(address.text(), name_of(visited.sight), visited.status, visited.at)
            .run();
        return {};
    });
}

Result<void> StillUpChecks::end(const std::vector<EndedCheck>& ended, Timestamp now)
{
    auto& connection = cases_.impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        for (const auto& check : ended) {
            connection
                .prepare(
                    "UPDATE still_up_check SET ended_at = ?2, verdict = ?3 WHERE id = ?1 AND ended_at IS "
                    "NULL")
                .bind(check.id, now, name_of(check.verdict))
                .run();
            if (connection.changed_rows() == 0) continue; // its case was withdrawn meanwhile
            connection
                .prepare("UPDATE occurrence SET still_up = ?2, gone_since = ?3, gone_checks = ?4, "
                         "replaced_checks = ?5, unclear_checks = ?6, is_down = coalesce(?7, is_down), "
                         "look_due = ?8 WHERE id = ?1")
                .bind(check.occurrence, name_of(check.verdict), check.run.since, check.run.checks,
                      check.run.replaced, check.run.unclear, check.is_down, check.next)
                .run();
        }
        return {};
    });
}

std::vector<FindingId> StillUpChecks::wholly_down(Timestamp now, std::size_t limit) const
{
    // As cases::has_consent() weighs it: of the latest consent that was approved.
    auto row = cases_.impl_->connection.prepare(
        "SELECT f.id FROM finding f JOIN \"case\" c ON c.id = f.case_id JOIN consent n ON n.id = (SELECT id "
        "FROM consent WHERE case_id = f.case_id ORDER BY approval <> 'none' DESC, id DESC LIMIT 1) WHERE "
        "f.state IN ('confirmed', 'noticed', 'acknowledged', 'reappeared') AND c.state <> 'withdrawn' AND "
        "n.approval <> "
        "'none' AND n.given_at <= ?1 AND n.expires_at > ?1 AND f.left_out = 0 AND NOT EXISTS (SELECT 1 FROM "
        "occurrence WHERE finding_id = f.id AND is_down = 0) ORDER BY f.id LIMIT ?2");
    row.bind(std::max(now, cases_.time_seen()), limit);
    std::vector<FindingId> result;
    while (row.step())
        result.push_back(row.id<FindingId>(0));
    return result;
}

std::vector<StillUpCheck> StillUpChecks::of(FindingId id, std::size_t limit) const
{
    auto row = cases_.impl_->connection.prepare(CHECK_COLUMNS CHECK_TABLES
                                                "WHERE o.finding_id = ?1 ORDER BY k.id DESC LIMIT ?2");
    row.bind(id, limit);
    std::vector<StillUpCheck> result;
    while (row.step())
        result.push_back(read_check(row));
    return result;
}

std::vector<StillUpCheck> StillUpChecks::of_place(OccurrenceId id, Timestamp since, std::size_t limit) const
{
    auto row = cases_.impl_->connection.prepare(
        CHECK_COLUMNS CHECK_TABLES "WHERE k.occurrence_id = ?1 AND k.ended_at >= ?2 ORDER BY k.id LIMIT ?3");
    row.bind(id, since, limit);
    std::vector<StillUpCheck> result;
    while (row.step())
        result.push_back(read_check(row));
    return result;
}

std::vector<StillUpCount> StillUpChecks::counts() const
{
    auto row = cases_.impl_->connection.prepare(
        "SELECT o.still_up, count(*), sum(o.unclear_checks >= 3) FROM occurrence o JOIN finding f ON f.id = "
        "o.finding_id WHERE f.state <> 'dismissed' GROUP BY 1 ORDER BY 1");
    std::vector<StillUpCount> result;
    while (row.step())
        result.push_back({stored_enum<StillUp>(row.text(0)), row.integer(1), row.integer(2)});
    return result;
}

std::vector<FindingChange> StillUpChecks::turns(std::optional<CaseId> case_id) const
{
    auto row = cases_.impl_->connection.prepare(
        "SELECT finding_id, at, actor, event, from_state, to_state, reason, epoch FROM finding_change WHERE "
        "(to_state = 'down' OR from_state = 'down' OR event = 'reappeared') AND (?1 IS NULL OR finding_id IN "
        "(SELECT id FROM finding WHERE case_id = ?1)) ORDER BY finding_id, id");
    row.bind(case_id);
    std::vector<FindingChange> result;
    while (row.step())
        result.push_back({row.id<FindingId>(0), row.time(1), row.text(2), row.text(3),
                          stored_enum<FindingState>(row.text(4)), stored_enum<FindingState>(row.text(5)),
                          row.text(6), row.small(7)});
    return result;
}

} // namespace stillwatch::store
