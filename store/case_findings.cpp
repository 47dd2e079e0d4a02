#include "store/case_database_impl.hpp"

#include <fmt/format.h>

namespace stillwatch::store {

namespace {

Url stored_url(const std::string& text)
{
    auto url = Url::parse(text);
    if (!url) throw SqliteError(Errc::corrupt, "a finding holds an address that cannot be read");
    return *std::move(url);
}

// Of candidates only other pictures of a scene are recorded, as leads.
MatchStatus status_of(Relation relation) noexcept
{
    return relation == Relation::same_scene ? MatchStatus::candidate : MatchStatus::match;
}

Finding read_finding(const Statement& row)
{
    const ReferenceId reference = row.id<ReferenceId>(2);
    const CaseId case_id = row.id<CaseId>(1);
    const Match match{reference,
                      case_id,
                      stored_enum<Tier>(row.text(6)),
                      status_of(stored_enum<Relation>(row.text(7))),
                      stored_enum<Relation>(row.text(7)),
                      row.real(8),
                      row.small(9),
                      stored_enum<Orientation>(row.text(10)),
                      row.flag(11),
                      row.small(12),
                      {}};
    return {row.id<FindingId>(0),
            case_id,
            reference,
            stored_url(row.text(3)),
            stored_url(row.text(4)),
            row.digest(5),
            match,
            stored_enum<FindingState>(row.text(13)),
            stored_enum<PageState>(row.text(14)),
            row.small(15),
            row.time(16),
            row.time(17),
            row.text(18),
            row.digest(19)};
}

// All columns of a finding in the order that read_finding takes.
// clang-format off
#define FINDING_COLUMNS                                                                              \
    "SELECT id, case_id, reference, page_url, image_url, content, tier, relation, score, "           \
    "distance_bits, orientation, inverted, inliers, state, page_state, epoch, first_seen, "          \
    "last_seen, evidence_file, evidence_digest FROM finding "
// clang-format on

std::vector<Finding> read_findings(Statement row)
{
    std::vector<Finding> result;
    while (row.step())
        result.push_back(read_finding(row));
    return result;
}

FindingId insert_finding(Connection& connection, const Finding& finding)
{
    connection
        .prepare(
            "INSERT INTO finding (case_id, reference, page_url, image_url, content, tier, relation, score, "
            "distance_bits, orientation, inverted, inliers, state, page_state, epoch, first_seen, last_seen, "
            "evidence_file, evidence_digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
            "?14, ?15, ?16, ?17, ?18, ?19)")
        .bind(finding.case_id, finding.reference, finding.page_url.text(), finding.image_url.text(),
              finding.content, name_of(finding.match.tier), name_of(finding.match.relation),
              finding.match.score, finding.match.distance_bits, name_of(finding.match.orientation),
              finding.match.inverted, finding.match.inliers, name_of(finding.state),
              name_of(finding.page_state), finding.epoch, finding.first_seen, finding.last_seen,
              finding.evidence_file, finding.evidence_digest)
        .run();
    return FindingId{connection.last_row_id()};
}

void move_last_seen(Connection& connection, FindingId id, Timestamp seen)
{
    connection.prepare("UPDATE finding SET last_seen = max(last_seen, ?2) WHERE id = ?1")
        .bind(id, seen)
        .run();
}

} // namespace

Result<CaseDatabase::Recorded>
CaseDatabase::record_finding(const Finding& finding, const std::vector<NewAlert>& alerts, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<Recorded> {
        // Looked up here and not only by the caller: a withdrawal may have come in between.
        if (!connection
                 .prepare(R"sql(SELECT 1 FROM reference r JOIN "case" c ON c.id = r.case_id
                                WHERE r.id = ?1 AND c.id = ?2 AND r.removed = 0 AND c.state = 'open')sql")
                 .bind(finding.reference, finding.case_id)
                 .step())
            return Error{Errc::refused,
                         fmt::format("case number {} has no reference number {} (withdrawn or removed)",
                                     finding.case_id.value, finding.reference.value)};
        if (const auto known =
                occurrence(finding.case_id, finding.reference, finding.page_url, finding.image_url)) {
            move_last_seen(connection, *known, finding.last_seen);
            return Recorded{*known, false};
        }
        const FindingId id = insert_finding(connection, finding);
        for (const auto& alert : alerts)
            connection
                .prepare(
                    "INSERT INTO outbox (alert_id, channel, event, case_id, finding_id, state, created_at, "
                    "next_attempt_at) VALUES (?1, ?2, ?3, ?4, ?5, 'queued', ?6, ?6) ON CONFLICT DO NOTHING")
                .bind(alert.alert_id, alert.channel, alert.event, finding.case_id, id, actor.at)
                .run();
        impl_->audit(actor, "finding.record", fmt::format("F-{}", id.value));
        return Recorded{id, true};
    });
}

std::vector<Finding> CaseDatabase::findings() const
{
    return read_findings(impl_->connection.prepare(FINDING_COLUMNS "ORDER BY id"));
}

std::vector<Finding> CaseDatabase::findings_of_case(CaseId id) const
{
    auto row = impl_->connection.prepare(FINDING_COLUMNS "WHERE case_id = ?1 ORDER BY id");
    row.bind(id);
    return read_findings(std::move(row));
}

std::optional<Finding> CaseDatabase::find_finding(FindingId id) const
{
    auto row = impl_->connection.prepare(FINDING_COLUMNS "WHERE id = ?1");
    if (!row.bind(id).step()) return std::nullopt;
    return read_finding(row);
}

std::vector<Finding> CaseDatabase::findings_of_content(const Sha256& content) const
{
    auto row = impl_->connection.prepare(FINDING_COLUMNS "WHERE content = ?1 ORDER BY id");
    row.bind(content);
    return read_findings(std::move(row));
}

std::optional<FindingId> CaseDatabase::occurrence(CaseId case_id, ReferenceId reference, const Url& page,
                                                  const Url& image) const
{
    auto row = impl_->connection.prepare(
        "SELECT id FROM finding WHERE case_id = ?1 AND reference = ?2 AND page_url = ?3 AND image_url = ?4");
    if (!row.bind(case_id, reference, page.text(), image.text()).step()) return std::nullopt;
    return row.id<FindingId>(0);
}

std::vector<Finding> CaseDatabase::occurrences_on(CaseId case_id, ReferenceId reference, const Url& page,
                                                  std::size_t limit) const
{
    auto row = impl_->connection.prepare(
        FINDING_COLUMNS "WHERE case_id = ?1 AND reference = ?2 AND page_url = ?3 ORDER BY id LIMIT ?4");
    row.bind(case_id, reference, page.text(), limit);
    return read_findings(std::move(row));
}

Result<void> CaseDatabase::touch_finding(FindingId id, Timestamp seen)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        move_last_seen(connection, id, seen);
        if (connection.changed_rows() == 0)
            return Error{Errc::not_found, fmt::format("finding F-{}", id.value)};
        return {};
    });
}

std::vector<std::string> CaseDatabase::evidence_files() const
{
    std::vector<std::string> result;
    auto row = impl_->connection.prepare(
        "SELECT DISTINCT evidence_file FROM finding WHERE evidence_file <> '' ORDER BY 1");
    while (row.step())
        result.push_back(row.text(0));
    return result;
}

} // namespace stillwatch::store
