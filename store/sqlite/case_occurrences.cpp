#include "store/sqlite/case_database_impl.hpp"
#include "store/sqlite/case_findings_impl.hpp"

#include <fmt/format.h>

#include <cstring>

// How findings and the places where they were seen are read, and looked at again.
namespace stillwatch::store {

namespace {

// By join: one row a finding, with its case, its best place and the name that its reference has or had.
// clang-format off
#define FINDING_COLUMNS                                                                                     \
    "SELECT f.id, f.case_id, f.reference, c.pseudonym, f.reference_name, f.site, f.state, f.epoch, "        \
    "f.first_seen, f.last_seen, f.alert_id, f.occurrences, f.left_out, b.page_url, b.image_url, b.content, " \
    "b.fingerprint, b.pixels, b.page_state, b.evidence, b.evidence_file, b.evidence_digest, "               \
    "(SELECT count(*) FROM occurrence p WHERE p.finding_id = f.id AND p.evidence = 'pending'), "            \
    MATCH_COLUMNS("f")                                                                                      \
    ", f.sightings, f.reason, f.changed_at, f.assigned "                                                    \
    "FROM finding f CROSS JOIN \"case\" c ON c.id = f.case_id CROSS JOIN occurrence b ON b.id = f.best "
// clang-format on

Finding read_finding(const Statement& row)
{
    Finding finding{row.id<FindingId>(0),
                    row.id<CaseId>(1),
                    row.id<ReferenceId>(2),
                    stored_url(row.text(13)),
                    stored_url(row.text(14)),
                    row.digest(15),
                    read_match(row, 23, row.id<CaseId>(1), row.id<ReferenceId>(2)),
                    stored_enum<FindingState>(row.text(6)),
                    stored_enum<PageState>(row.text(18)),
                    row.small(7),
                    row.time(8),
                    row.time(9),
                    row.text(20),
                    row.digest(21)};
    finding.evidence = stored_enum<EvidenceState>(row.text(19));
    finding.fingerprint = read_fingerprint(row, 16);
    finding.pixels = row.integer(17);
    finding.site = row.text(5);
    finding.alert_id = row.text(10);
    finding.case_pseudonym = row.text(3);
    finding.reference_name = row.text(4);
    finding.occurrences = row.integer(11);
    finding.left_out = row.integer(12);
    finding.evidence_left = row.integer(22);
    finding.sightings = row.integer(31);
    finding.reason = row.text(32);
    if (!row.is_null(33)) finding.changed_at = row.time(33);
    finding.assigned = row.text(34);
    return finding;
}

std::vector<Occurrence> read_occurrences(Statement row)
{
    std::vector<Occurrence> result;
    while (row.step())
        result.push_back(read_occurrence(row));
    return result;
}

} // namespace

MatchStatus status_of(Relation relation) noexcept
{
    const bool is_lead = relation == Relation::same_scene || relation == Relation::face_only;
    return is_lead ? MatchStatus::candidate : MatchStatus::match;
}

Url stored_url(const std::string& text)
{
    auto url = Url::parse(text);
    if (!url) throw SqliteError(Errc::corrupt, "a finding holds an address that cannot be read");
    return *std::move(url);
}

Match read_match(const Statement& row, int first, CaseId case_id, ReferenceId reference)
{
    const auto relation = stored_enum<Relation>(row.text(first + 1));
    Match match{reference,
                case_id,
                stored_enum<Tier>(row.text(first)),
                status_of(relation),
                relation,
                row.real(first + 2),
                row.small(first + 3),
                stored_enum<Orientation>(row.text(first + 4)),
                row.flag(first + 5),
                row.small(first + 6),
                {}};
    match.hash_only = row.flag(first + 7);
    return match;
}

std::optional<Fingerprint> read_fingerprint(const Statement& row, int column)
{
    if (row.is_null(column)) return std::nullopt;
    const auto bytes = row.digest(column).bytes; // 32 bytes, checked
    Fingerprint fingerprint;
    std::memcpy(fingerprint.words.data(), bytes.data(), sizeof fingerprint.words);
    return fingerprint;
}

std::optional<Bytes> stored(const std::optional<Fingerprint>& fingerprint)
{
    if (!fingerprint) return std::nullopt;
    Bytes bytes(sizeof fingerprint->words);
    std::memcpy(bytes.data(), fingerprint->words.data(), bytes.size());
    return bytes;
}

Occurrence read_occurrence(const Statement& row)
{
    Occurrence occurrence{row.id<OccurrenceId>(0), row.id<FindingId>(1), stored_url(row.text(4)),
                          stored_url(row.text(5)), row.digest(6)};
    occurrence.fingerprint = read_fingerprint(row, 7);
    occurrence.pixels = row.integer(8);
    occurrence.match = read_match(row, 18, row.id<CaseId>(2), row.id<ReferenceId>(3));
    occurrence.page_state = stored_enum<PageState>(row.text(9));
    occurrence.evidence = stored_enum<EvidenceState>(row.text(10));
    occurrence.evidence_file = row.text(11);
    occurrence.evidence_digest = row.digest(12);
    occurrence.first_seen = row.time(13);
    occurrence.last_seen = row.time(14);
    occurrence.sightings = row.integer(15);
    if (!row.is_null(16)) occurrence.looked_at = row.time(16);
    occurrence.look_status = row.small(17);
    return occurrence;
}

std::optional<CaseDatabase::Names> CaseDatabase::names_of(CaseId case_id, ReferenceId reference) const
{
    Names names;
    {
        auto row = impl_->connection.prepare(R"sql(
            SELECT c.pseudonym, r.name FROM reference r JOIN "case" c ON c.id = r.case_id
            WHERE r.id = ?2 AND c.id = ?1 AND r.removed = 0 AND c.state = 'open')sql");
        if (!row.bind(case_id, reference).step()) return std::nullopt;
        names = {row.text(0), row.text(1)};
    }
    if (const auto found = find_case(case_id)) names.approval = found->consent.approval;
    return names;
}

std::optional<CaseDatabase::Place> CaseDatabase::place_in(FindingId id, const Url& page,
                                                          const Url& image) const
{
    Place place{id, {}};
    {
        auto row =
            impl_->connection.prepare("SELECT b.pixels, (SELECT count(*) FROM occurrence o WHERE "
                                      "o.finding_id = f.id AND o.evidence <> 'none'), f.state "
                                      "FROM finding f JOIN occurrence b ON b.id = f.best WHERE f.id = ?1");
        if (!row.bind(id).step()) return std::nullopt;
        place.best_pixels = row.integer(0);
        place.packages = row.integer(1);
        place.state = stored_enum<FindingState>(row.text(2));
    }
    auto row = impl_->connection.prepare(
        "SELECT id, evidence FROM occurrence WHERE finding_id = ?1 AND page_url = ?2 AND image_url = ?3");
    if (row.bind(id, page.text(), image.text()).step()) {
        place.occurrence = row.id<OccurrenceId>(0);
        place.evidence = stored_enum<EvidenceState>(row.text(1));
    }
    return place;
}

std::optional<CaseDatabase::Place> CaseDatabase::place_of(const Finding& seen) const
{
    FindingId found;
    {
        auto row = impl_->connection.prepare(
            "SELECT f.id, o.relation FROM occurrence o JOIN finding f ON f.id = o.finding_id WHERE o.content "
            "= ?1 "
            "AND f.case_id = ?2 AND f.reference = ?3 AND f.host = ?4 AND f.consented = ?5 ORDER BY f.epoch "
            "DESC, f.id");
        row.bind(seen.content, seen.case_id, seen.reference, seen.page_url.host_port(), seen.is_consented);
        while (!found && row.step())
            if (status_of(stored_enum<Relation>(row.text(1))) == seen.match.status)
                found = row.id<FindingId>(0);
    }
    if (!found && seen.fingerprint) {
        // A class is known by the first and by the best picture of its finding: the others are near one of
        // them, or tied to it by a page.
        auto row = impl_->connection.prepare("SELECT f.id, o.content, o.fingerprint, " MATCH_COLUMNS(
            "o") " FROM finding f JOIN occurrence o ON o.id IN (f.first, f.best) "
                 "WHERE f.case_id = ?1 AND f.reference = ?2 AND f.host = ?3 AND f.consented = ?4 ORDER BY "
                 "f.epoch DESC, f.id");
        row.bind(seen.case_id, seen.reference, seen.page_url.host_port(), seen.is_consented);
        while (!found && row.step()) {
            const FoundPicture known{row.digest(1), read_fingerprint(row, 2),
                                     read_match(row, 3, seen.case_id, seen.reference)};
            if (is_same_class(known, seen.picture())) found = row.id<FindingId>(0);
        }
    }
    if (!found) return std::nullopt;
    return place_in(found, seen.page_url, seen.image_url);
}

std::vector<CaseDatabase::OnPage> CaseDatabase::occurrences_on(CaseId case_id, ReferenceId reference,
                                                               const Url& page, std::size_t limit) const
{
    auto row = impl_->connection.prepare(
        OCCURRENCE_COLUMNS
        "WHERE o.page_url = ?3 AND f.case_id = ?1 AND f.reference = ?2 ORDER BY o.id LIMIT ?4");
    row.bind(case_id, reference, page.text(), limit);
    std::vector<OnPage> result;
    while (row.step())
        result.push_back(
            {read_occurrence(row), stored_enum<FindingState>(row.text(occurrence_state_column))});
    return result;
}

std::vector<Occurrence> CaseDatabase::occurrences_of_content(const Sha256& content) const
{
    auto row = impl_->connection.prepare(
        OCCURRENCE_COLUMNS
        "WHERE o.id IN (SELECT min(s.id) FROM occurrence s JOIN finding g ON g.id = s.finding_id "
        "WHERE s.content = ?1 GROUP BY g.reference, s.relation IN ('same_scene', 'face_only')) ORDER BY "
        "o.id");
    row.bind(content);
    return read_occurrences(std::move(row));
}

std::vector<std::string> CaseDatabase::evidence_files() const
{
    std::vector<std::string> result;
    auto row = impl_->connection.prepare(
        "SELECT evidence_file FROM occurrence WHERE evidence_file <> '' UNION SELECT evidence_file FROM "
        "earlier_evidence UNION SELECT evidence_file FROM held_package ORDER BY 1");
    while (row.step())
        result.push_back(row.text(0));
    return result;
}

std::int64_t CaseDatabase::pending_evidence() const
{
    return impl_->connection.integer("SELECT count(*) FROM occurrence WHERE evidence = 'pending'");
}

std::vector<Finding> CaseDatabase::findings(const FindingQuery& query) const
{
    std::vector<Finding> result;
    const auto read = [&](Statement row) {
        while (row.step())
            result.push_back(read_finding(row));
    };
    const auto ask = [&](std::string_view sql) {
        auto row = impl_->connection.prepare(sql);
        bind_query(row, query);
        read(std::move(row));
    };
    if (query.case_id)
        ask(FINDING_COLUMNS FINDINGS_OF_CASE "AND f.id > ?1 ORDER BY f.id LIMIT ?10");
    else
        ask(FINDING_COLUMNS FINDINGS_OF_ALL "AND f.id > ?1 ORDER BY f.id LIMIT ?10");
    return result;
}

std::int64_t CaseDatabase::count_findings(std::optional<CaseId> case_id) const
{
    if (!case_id) return impl_->connection.integer("SELECT count(*) FROM finding");
    auto row = impl_->connection.prepare("SELECT count(*) FROM finding WHERE case_id = ?1");
    return row.bind(*case_id).step() ? row.integer(0) : 0;
}

std::optional<Finding> CaseDatabase::find_finding(FindingId id) const
{
    auto row = impl_->connection.prepare(FINDING_COLUMNS "WHERE f.id = ?1");
    if (!row.bind(id).step()) return std::nullopt;
    return read_finding(row);
}

std::optional<FindingId> CaseDatabase::finding_of_alert(std::string_view alert_id) const
{
    auto row =
        impl_->connection.prepare("SELECT id FROM finding WHERE alert_id = ?1 ORDER BY id DESC LIMIT 1");
    if (alert_id.empty()) return std::nullopt;
    if (row.bind(alert_id).step()) return row.id<FindingId>(0);
    // Of an epoch before: a mail that told of it is read for long.
    auto earlier = impl_->connection.prepare(
        "SELECT finding_id FROM outbox WHERE alert_id = ?1 AND finding_id IS NOT NULL LIMIT 1");
    if (!earlier.bind(alert_id).step()) return std::nullopt;
    return earlier.id<FindingId>(0);
}

std::vector<Occurrence> CaseDatabase::occurrences(FindingId id, OccurrenceId after, std::size_t limit) const
{
    auto row = impl_->connection.prepare(OCCURRENCE_COLUMNS
                                         "WHERE o.finding_id = ?1 AND o.id > ?2 ORDER BY o.id LIMIT ?3");
    row.bind(id, after, limit);
    return read_occurrences(std::move(row));
}

std::vector<Occurrence> CaseDatabase::best_occurrences(FindingId id, std::size_t limit) const
{
    auto row = impl_->connection.prepare(OCCURRENCE_COLUMNS
                                         "WHERE o.finding_id = ?1 ORDER BY o.pixels DESC, o.id LIMIT ?2");
    row.bind(id, limit);
    return read_occurrences(std::move(row));
}

} // namespace stillwatch::store
