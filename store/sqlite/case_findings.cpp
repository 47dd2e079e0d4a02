#include "store/sqlite/case_database_impl.hpp"
#include "store/sqlite/case_findings_impl.hpp"

#include <fmt/format.h>

// How what was seen becomes findings.
namespace stillwatch::store {

namespace {

// followup::next_check() begins so, too.
constexpr std::chrono::hours before_first_check{1};

OccurrenceId insert_occurrence(Connection& connection, FindingId id, const Finding& seen)
{
    const bool is_pending = seen.evidence == EvidenceState::pending;
    const auto& match = seen.match;
    connection
        .prepare(
            "INSERT INTO occurrence (finding_id, page_url, image_url, content, fingerprint, pixels, tier, "
            "relation, score, distance_bits, orientation, inverted, inliers, page_state, evidence, "
            "evidence_file, evidence_digest, first_seen, last_seen, sightings, look_due, checks_from) VALUES "
            "(?1, ?2, ?3, "
            "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, 1, ?20, ?18)")
        .bind(id, seen.page_url.text(), seen.image_url.text(), seen.content, stored(seen.fingerprint),
              seen.pixels, name_of(match.tier), name_of(match.relation), match.score, match.distance_bits,
              name_of(match.orientation), match.inverted, match.inliers, name_of(seen.page_state),
              name_of(seen.evidence), seen.evidence_file, seen.evidence_digest, seen.first_seen,
              seen.last_seen, is_pending ? seen.last_seen : seen.last_seen + before_first_check)
        .run();
    return OccurrenceId{connection.last_row_id()};
}

FindingId insert_finding(Connection& connection, const Finding& seen)
{
    const auto& match = seen.match;
    connection
        .prepare(
            "INSERT INTO finding (case_id, reference, reference_name, site, host, tier, relation, score, "
            "distance_bits, orientation, inverted, inliers, state, epoch, first_seen, last_seen, alert_id, "
            "first, best, occurrences, left_out, reason, changed_at, hash_only, consented) SELECT ?1, ?2, "
            "r.name, ?3, "
            "?4, ?5, ?6, "
            "?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 0, 0, 1, 0, ?17, ?18, r.hash_kind <> '', ?19 "
            "FROM "
            "reference r WHERE r.id "
            "= ?2")
        .bind(seen.case_id, seen.reference, seen.site, seen.page_url.host_port(), name_of(match.tier),
              name_of(match.relation), match.score, match.distance_bits, name_of(match.orientation),
              match.inverted, match.inliers, name_of(seen.state), seen.epoch, seen.first_seen, seen.last_seen,
              seen.alert_id, seen.reason, seen.changed_at, seen.is_consented)
        .run();
    return FindingId{connection.last_row_id()};
}

// What the surest and the largest picture say of the whole finding.
void raise_finding(Connection& connection, FindingId id, OccurrenceId added, const Finding& seen)
{
    connection
        .prepare("UPDATE finding SET best = CASE WHEN ?3 > (SELECT pixels FROM occurrence WHERE id = best) "
                 "THEN ?2 "
                 "ELSE best END, occurrences = occurrences + 1, sightings = sightings + 1, "
                 "last_seen = max(last_seen, ?4) WHERE id = ?1")
        .bind(id, added, seen.pixels, seen.last_seen)
        .run();
    std::string tier;
    {
        auto row = connection.prepare("SELECT tier FROM finding WHERE id = ?1");
        if (row.bind(id).step()) tier = row.text(0);
    }
    if (seen.match.tier >= stored_enum<Tier>(tier)) return;
    const auto& match = seen.match;
    connection
        .prepare(
            "UPDATE finding SET tier = ?2, relation = ?3, score = ?4, distance_bits = ?5, orientation = ?6, "
            "inverted = ?7, inliers = ?8 WHERE id = ?1")
        .bind(id, name_of(match.tier), name_of(match.relation), match.score, match.distance_bits,
              name_of(match.orientation), match.inverted, match.inliers)
        .run();
}

// The number is known only now, and a mail that names it is read with `findings show`.
void queue_alerts(Connection& connection, CaseId case_id, FindingId id, const std::vector<NewAlert>& alerts,
                  Timestamp at)
{
    for (const auto& alert : alerts)
        connection
            .prepare(
                "INSERT INTO outbox (alert_id, channel, event, case_id, finding_id, state, created_at, "
                "next_attempt_at) VALUES (?1, ?2, json_set(?3, '$.finding', ?5), ?4, ?5, 'queued', ?6, ?6) "
                "ON CONFLICT DO NOTHING")
            .bind(alert.alert_id, alert.channel, alert.event, case_id, id, at)
            .run();
}

// Visits may be recorded in another order than they were made, by minutes; what is later by more than an hour
// a clock that was ahead saw, and it gives way.
Result<void> seen_again(Connection& connection, OccurrenceId id, Timestamp seen)
{
    connection
        .prepare(
            "UPDATE occurrence SET last_seen = max(last_seen, ?2), sightings = sightings + 1, seen_up_at = "
            "CASE WHEN seen_up_at > ?3 THEN ?2 ELSE max(coalesce(seen_up_at, 0), ?2) END, " NOT_GONE
            " WHERE id = ?1")
        .bind(id, seen, seen + std::chrono::hours(1))
        .run();
    if (connection.changed_rows() == 0) return Error{Errc::not_found, fmt::format("occurrence {}", id.value)};
    connection
        .prepare("UPDATE finding SET last_seen = max(last_seen, ?2), sightings = sightings + 1 "
                 "WHERE id = (SELECT finding_id FROM occurrence WHERE id = ?1)")
        .bind(id, seen)
        .run();
    return {};
}

// A new place of a finding, or one more sighting where it has its bound of places.
Result<CaseDatabase::Recorded> add(Connection& connection, const CaseDatabase::Place& place,
                                   const Finding& seen)
{
    if (place.occurrence) {
        const auto again = seen_again(connection, place.occurrence, seen.last_seen);
        if (!again) return again.error();
        return CaseDatabase::Recorded{place.finding, place.occurrence};
    }
    std::int64_t kept = 0;
    {
        auto row = connection.prepare("SELECT occurrences FROM finding WHERE id = ?1");
        if (!row.bind(place.finding).step())
            return Error{Errc::not_found, fmt::format("finding F-{}", place.finding.value)};
        kept = row.integer(0);
    }
    if (kept >= CaseDatabase::max_occurrences) {
        connection
            .prepare("UPDATE finding SET left_out = left_out + 1, sightings = sightings + 1, "
                     "last_seen = max(last_seen, ?2) WHERE id = ?1")
            .bind(place.finding, seen.last_seen)
            .run();
        return CaseDatabase::Recorded{place.finding, {}};
    }
    const auto occurrence = insert_occurrence(connection, place.finding, seen);
    raise_finding(connection, place.finding, occurrence, seen);
    return CaseDatabase::Recorded{place.finding, occurrence, false, true};
}

} // namespace

Result<CaseDatabase::Recorded>
CaseDatabase::record_finding(const Finding& seen, const std::vector<NewAlert>& alerts, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<Recorded> {
        // Looked up here and not only by the caller: a withdrawal may have come in between.
        if (!connection
                 .prepare(R"sql(SELECT 1 FROM reference r JOIN "case" c ON c.id = r.case_id
                                WHERE r.id = ?1 AND c.id = ?2 AND r.removed = 0 AND c.state = 'open')sql")
                 .bind(seen.reference, seen.case_id)
                 .step())
            return Error{Errc::refused,
                         fmt::format("case number {} has no reference number {} (withdrawn or removed)",
                                     seen.case_id.value, seen.reference.value)};
        if (const auto known = place_of(seen)) return add(connection, *known, seen);
        const FindingId id = insert_finding(connection, seen);
        const auto occurrence = insert_occurrence(connection, id, seen);
        connection.prepare("UPDATE finding SET first = ?2, best = ?2 WHERE id = ?1")
            .bind(id, occurrence)
            .run();
        queue_alerts(connection, seen.case_id, id, alerts, actor.at);
        if (seen.state == FindingState::confirmed)
            insert_change(connection, {id, actor.at, actor.name, "confirm", FindingState::fresh, seen.state,
                                       seen.reason, seen.epoch});
        if (seen.state == FindingState::dismissed)
            insert_change(connection, {id, actor.at, actor.name, "dismiss", FindingState::fresh, seen.state,
                                       seen.reason, seen.epoch});
        impl_->audit(actor, "finding.record", fmt::format("F-{}", id.value));
        return Recorded{id, occurrence, true, true};
    });
}

Result<bool> CaseDatabase::reappear(FindingId id, const std::string& alert_id,
                                    const std::vector<NewAlert>& alerts, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<bool> {
        const auto known = standing(id);
        if (!known || known->state != FindingState::down) return false;
        connection
            .prepare("UPDATE finding SET state = 'reappeared', epoch = epoch + 1, reason = 'seen_again', "
                     "changed_at = ?2, alert_id = ?3 WHERE id = ?1")
            .bind(id, actor.at, alert_id)
            .run();
        insert_change(connection, {id, actor.at, actor.name, "reappeared", known->state,
                                   FindingState::reappeared, "seen_again", known->epoch + 1});
        restart_checks(connection, id, actor.at);
        connection.prepare("UPDATE occurrence SET " NOT_GONE " WHERE finding_id = ?1").bind(id).run();
        queue_alerts(connection, known->case_id, id, alerts, actor.at);
        impl_->audit(actor, "finding.reappear", fmt::format("F-{}", id.value));
        return true;
    });
}

Result<CaseDatabase::Recorded> CaseDatabase::add_occurrence(FindingId id, const Finding& seen)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<Recorded> {
        const auto place = place_in(id, seen.page_url, seen.image_url);
        if (!place) return Error{Errc::not_found, fmt::format("finding F-{}", id.value)};
        return add(connection, *place, seen);
    });
}

Result<void> CaseDatabase::touch_occurrence(OccurrenceId id, Timestamp seen, const std::optional<Url>& image)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        if (image)
            connection.prepare("UPDATE OR IGNORE occurrence SET image_url = ?2 WHERE id = ?1")
                .bind(id, image->text())
                .run();
        return seen_again(connection, id, seen);
    });
}

Result<void> CaseDatabase::renew_evidence(OccurrenceId id)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare(
                "INSERT INTO earlier_evidence (occurrence_id, epoch, evidence_file, evidence_digest) SELECT "
                "o.id, "
                "max(f.epoch - 1, 1), o.evidence_file, o.evidence_digest FROM occurrence o JOIN finding f ON "
                "f.id = o.finding_id WHERE o.id = ?1 AND o.evidence = 'stored'")
            .bind(id)
            .run();
        connection
            .prepare("UPDATE occurrence SET evidence = 'pending', evidence_file = '', evidence_digest = "
                     "zeroblob(32) WHERE id = ?1")
            .bind(id)
            .run();
        if (connection.changed_rows() == 0)
            return Error{Errc::not_found, fmt::format("occurrence {}", id.value)};
        return {};
    });
}

std::vector<EarlierEvidence> CaseDatabase::earlier_evidence(FindingId id) const
{
    auto row = impl_->connection.prepare(
        "SELECT e.occurrence_id, e.epoch, e.evidence_file, e.evidence_digest, e.check_id FROM "
        "earlier_evidence "
        "e JOIN occurrence o ON o.id = e.occurrence_id WHERE o.finding_id = ?1 ORDER BY e.id");
    row.bind(id);
    std::vector<EarlierEvidence> all;
    while (row.step())
        all.push_back({row.id<OccurrenceId>(0), row.small(1), row.text(2), row.digest(3),
                       row.is_null(4) ? 0 : row.integer(4)});
    return all;
}

Result<void> CaseDatabase::attach_evidence(OccurrenceId id, const std::string& file, const Sha256& digest,
                                           PageState page, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        std::int64_t finding = 0;
        {
            auto row = connection.prepare("SELECT finding_id, evidence FROM occurrence WHERE id = ?1");
            if (!row.bind(id).step()) return Error{Errc::not_found, fmt::format("occurrence {}", id.value)};
            finding = row.integer(0);
            if (row.text(1) == name_of(EvidenceState::stored))
                return Error{Errc::exists, fmt::format("evidence of occurrence {}", id.value)};
        }
        connection
            .prepare("UPDATE occurrence SET evidence = 'stored', evidence_file = ?2, evidence_digest = ?3, "
                     "page_state = ?4, looks = 0 WHERE id = ?1")
            .bind(id, file, digest, name_of(page))
            .run();
        impl_->audit(actor, "evidence.store", fmt::format("F-{}", finding));
        return {};
    });
}

std::int64_t CaseDatabase::findings_since(const std::string& site, Timestamp since) const
{
    auto row = impl_->connection.prepare("SELECT count(*) FROM finding WHERE site = ?1 AND first_seen >= ?2");
    return row.bind(site, since).step() ? row.integer(0) : 0;
}

std::int64_t CaseDatabase::face_leads_since(CaseId id, Timestamp since) const
{
    auto row = impl_->connection.prepare(
        "SELECT count(*) FROM finding WHERE case_id = ?1 AND tier = 'resemblance' AND first_seen >= ?2");
    return row.bind(id, since).step() ? row.integer(0) : 0;
}

Result<std::int64_t> CaseDatabase::leave_match_out(const std::string& site, Timestamp at)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<std::int64_t> {
        connection
            .prepare("INSERT INTO match_left_out (site, day, matches) VALUES (?1, ?2, 1) "
                     "ON CONFLICT DO UPDATE SET matches = matches + 1")
            .bind(site, day_of(at))
            .run();
        auto row = connection.prepare("SELECT matches FROM match_left_out WHERE site = ?1 AND day = ?2");
        return row.bind(site, day_of(at)).step() ? row.integer(0) : 0;
    });
}

std::vector<std::pair<std::string, std::int64_t>> CaseDatabase::matches_left_out(Timestamp at) const
{
    auto row =
        impl_->connection.prepare("SELECT site, matches FROM match_left_out WHERE day = ?1 ORDER BY site");
    row.bind(day_of(at));
    std::vector<std::pair<std::string, std::int64_t>> result;
    while (row.step())
        result.emplace_back(row.text(0), row.integer(1));
    return result;
}

} // namespace stillwatch::store
