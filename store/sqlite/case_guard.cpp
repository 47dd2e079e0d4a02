#include "store/sqlite/case_database_impl.hpp"
#include "store/sqlite/case_findings_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

// Pictures that nobody here may look at: where one stood, when, and why it is taken for one. Nothing else.
namespace stillwatch::store {

namespace {

// Of a page: what it showed.
constexpr std::string_view page_reason = "page";

// Gives the number of a new hit; 0 where the address is known.
std::int64_t insert_hit(Connection& connection, std::string_view address, std::string_view reason,
                        Timestamp at)
{
    connection
        .prepare("INSERT INTO guard_hit (address, at, reason) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
        .bind(address, at, reason)
        .run();
    return connection.changed_rows() > 0 ? connection.last_row_id() : 0;
}

void queue(Connection& connection, const std::vector<NewAlert>& alerts, Timestamp at)
{
    for (const auto& alert : alerts)
        connection
            .prepare("INSERT INTO outbox (alert_id, channel, event, state, created_at, next_attempt_at) "
                     "VALUES (?1, ?2, ?3, 'queued', ?4, ?4) ON CONFLICT DO NOTHING")
            .bind(alert.alert_id, alert.channel, alert.event, at)
            .run();
}

} // namespace

Result<std::int64_t> CaseDatabase::trip_guard(const Url& picture, const std::vector<Url>& pages,
                                              std::string_view reason, const std::vector<NewAlert>& alerts,
                                              const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<std::int64_t> {
        const auto number = insert_hit(connection, picture.text(), reason, actor.at);
        for (const auto& page : pages)
            insert_hit(connection, page.text(), page_reason, actor.at);
        if (number == 0) return 0; // it was told before
        queue(connection, alerts, actor.at);
        impl_->audit(actor, "guard.trip", fmt::format("hit {} {}", number, reason));
        return number;
    });
}

namespace {

// Everything that is kept of the pictures of a finding, of whatever case, reference and host: the same bytes,
// or nearly the same fingerprint.
std::vector<FindingId> findings_of_its_pictures(Connection& connection, FindingId id)
{
    std::set<Sha256> contents;
    std::vector<Fingerprint> fingerprints;
    {
        auto row =
            connection.prepare("SELECT DISTINCT content, fingerprint FROM occurrence WHERE finding_id = ?1");
        row.bind(id);
        while (row.step()) {
            contents.insert(row.digest(0));
            const auto fingerprint = read_fingerprint(row, 1);
            if (fingerprint && std::ranges::find(fingerprints, *fingerprint) == fingerprints.end())
                fingerprints.push_back(*fingerprint);
        }
    }
    std::set<FindingId> all{id};
    auto row = connection.prepare("SELECT finding_id, content, fingerprint FROM occurrence");
    while (row.step()) {
        const auto finding = row.id<FindingId>(0);
        if (all.contains(finding)) continue;
        const auto fingerprint = read_fingerprint(row, 2);
        const bool is_near = fingerprint && std::ranges::any_of(fingerprints, [&](const auto& known) {
                                 return hamming(known, *fingerprint) <= max_class_distance_bits;
                             });
        if (is_near || contents.contains(row.digest(1))) all.insert(finding);
    }
    return {all.begin(), all.end()};
}

} // namespace

Result<ErasedFinding> CaseDatabase::erase_finding(FindingId named, std::string_view reason,
                                                  const std::vector<NewAlert>& alerts, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<ErasedFinding> {
        if (!standing(named)) return Error{Errc::not_found, fmt::format("finding F-{}", named.value)};
        ErasedFinding erased;
        erased.findings = findings_of_its_pictures(connection, named);
        for (const auto id : erased.findings) {
            for (const auto& earlier : earlier_evidence(id))
                erased.evidence_files.push_back(earlier.evidence_file);
            for (OccurrenceId after{};;) {
                const auto some = occurrences(id, after, 1'000);
                if (some.empty()) break;
                after = some.back().id;
                for (const auto& each : some) {
                    erased.images.push_back(each.image_url);
                    if (!each.evidence_file.empty()) erased.evidence_files.push_back(each.evidence_file);
                    const auto number =
                        insert_hit(connection, each.image_url.document().text(), reason, actor.at);
                    if (erased.hit == 0) erased.hit = number;
                    insert_hit(connection, each.page_url.text(), page_reason, actor.at);
                }
            }
            for (const std::string_view sql :
                 {std::string_view("DELETE FROM outbox WHERE finding_id = ?1"),
                  std::string_view("DELETE FROM finding_change WHERE finding_id = ?1"),
                  std::string_view(
                      "DELETE FROM earlier_evidence WHERE occurrence_id IN (SELECT id FROM occurrence "
                      "WHERE finding_id = ?1)"),
                  // Its text names the addresses.
                  std::string_view("DELETE FROM notice WHERE id IN (SELECT notice_id FROM notice_finding "
                                   "WHERE finding_id = ?1)"),
                  std::string_view("DELETE FROM occurrence WHERE finding_id = ?1"),
                  std::string_view("DELETE FROM finding WHERE id = ?1")})
                connection.prepare(sql).bind(id).run();
        }
        queue(connection, alerts, actor.at);
        impl_->owe_erasure();
        impl_->audit(actor, "finding.under_18",
                     fmt::format("F-{} hit {} findings={}", named.value, erased.hit, erased.findings.size()));
        return erased;
    });
}

bool CaseDatabase::is_guarded(const Url& address) const
{
    auto row = impl_->connection.prepare("SELECT 1 FROM guard_hit WHERE address = ?1");
    return row.bind(address.text()).step();
}

std::set<std::string, std::less<>> CaseDatabase::guarded_addresses() const
{
    std::set<std::string, std::less<>> addresses;
    auto row = impl_->connection.prepare("SELECT address FROM guard_hit");
    while (row.step())
        addresses.insert(row.text(0));
    return addresses;
}

std::vector<GuardHit> CaseDatabase::guard_hits(std::int64_t after, std::size_t limit) const
{
    std::vector<GuardHit> hits;
    auto row = impl_->connection.prepare(
        "SELECT id, address, at, reason FROM guard_hit WHERE id > ?1 ORDER BY id LIMIT ?2");
    row.bind(after, limit);
    while (row.step())
        hits.push_back({row.integer(0), row.text(1), row.time(2), row.text(3)});
    return hits;
}

std::int64_t CaseDatabase::count_guard_hits() const
{
    auto row = impl_->connection.prepare("SELECT count(*) FROM guard_hit WHERE reason <> ?1");
    return row.bind(page_reason).step() ? row.integer(0) : 0;
}

} // namespace stillwatch::store
