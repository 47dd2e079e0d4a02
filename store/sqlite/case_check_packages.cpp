#include "store/sqlite/case_database_impl.hpp"
#include "store/sqlite/case_findings_impl.hpp"
#include "store/still_up_checks.hpp"

#include <fmt/format.h>

// What witnesses that a picture was still up: packages of checks, and what they refer to.
namespace stillwatch::store {

namespace {

std::optional<CapturedRecord> captured_of(Connection& connection, const Occurrence& place)
{
    auto row = connection.prepare("SELECT record, url, fetched_at, payload FROM captured_picture WHERE "
                                  "occurrence_id = ?1 AND evidence_file = ?2");
    if (!row.bind(place.id, place.evidence_file).step()) return std::nullopt;
    return CapturedRecord{place.evidence_file, row.text(0), stored_url(row.text(1)), row.time(2),
                          row.digest(3)};
}

} // namespace

std::vector<UnwitnessedCheck> StillUpChecks::unwitnessed(const Url& address, Timestamp now,
                                                         std::size_t limit) const
{
    auto& connection = cases_.impl_->connection;
    std::vector<std::pair<std::int64_t, Occurrence>> open;
    {
        auto row = connection.prepare(OCCURRENCE_COLUMNS_AND(
            ", k.id") "JOIN still_up_check k ON k.occurrence_id = o.id AND k.ended_at IS NULL JOIN consent n "
                      "ON n.id = "
                      "(SELECT max(id) FROM consent WHERE case_id = f.case_id) WHERE o.image_url = ?1 AND "
                      "o.evidence = "
                      "'stored' AND f.state <> 'dismissed' AND n.expires_at > ?2 AND NOT EXISTS (SELECT 1 "
                      "FROM "
                      "earlier_evidence e WHERE e.check_id = k.id) ORDER BY k.id LIMIT ?3");
        row.bind(address.text(), now, limit);
        while (row.step())
            open.emplace_back(row.integer(occurrence_state_column + 1), read_occurrence(row));
    }
    std::vector<UnwitnessedCheck> result;
    for (auto& [check, place] : open) {
        auto finding = cases_.find_finding(place.finding);
        if (!finding) continue;
        const auto names = cases_.names_of(finding->case_id, finding->reference);
        if (!names) continue;
        finding->page_url = place.page_url;
        finding->first_seen = place.first_seen;
        result.push_back({check, place.id, *std::move(finding), names->pseudonym, names->reference,
                          captured_of(connection, place)});
    }
    return result;
}

Result<std::vector<std::string>> StillUpChecks::keep_packages(const std::vector<CheckPackage>& packages,
                                                              const Actor& actor)
{
    auto& impl = *cases_.impl_;
    std::vector<std::string> unused;
    if (packages.empty()) return unused;
    return in_transaction(impl.connection, [&]() -> Result<std::vector<std::string>> {
        for (const auto& package : packages) {
            impl.connection
                .prepare(
                    "INSERT INTO earlier_evidence (occurrence_id, epoch, evidence_file, evidence_digest, "
                    "check_id) SELECT k.occurrence_id, ?3, ?4, ?5, k.id FROM still_up_check k WHERE k.id = "
                    "?1 AND k.occurrence_id = ?2 AND k.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM "
                    "earlier_evidence e WHERE e.check_id = k.id)")
                .bind(package.check, package.occurrence, package.epoch, package.file, package.digest)
                .run();
            if (impl.connection.changed_rows() == 0) {
                unused.push_back(package.file);
                continue;
            }
            auto row = impl.connection.prepare("SELECT finding_id FROM occurrence WHERE id = ?1");
            if (row.bind(package.occurrence).step())
                impl.audit(actor, "evidence.store",
                           fmt::format("F-{} check={}", row.integer(0), package.check));
        }
        return unused;
    });
}

Result<void> StillUpChecks::note_captured(OccurrenceId id, const CapturedRecord& captured)
{
    auto& connection = cases_.impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare("INSERT OR REPLACE INTO captured_picture (occurrence_id, evidence_file, record, url, "
                     "fetched_at, payload) SELECT id, ?2, ?3, ?4, ?5, ?6 FROM occurrence WHERE id = ?1 AND "
                     "evidence_file = ?2")
            .bind(id, captured.package, captured.record, captured.url.text(), captured.at, captured.payload)
            .run();
        return {};
    });
}

} // namespace stillwatch::store
