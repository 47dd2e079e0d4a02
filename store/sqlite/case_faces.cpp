#include "store/face_records.hpp"
#include "store/sqlite/case_database_impl.hpp"
#include "store/sqlite/case_findings_impl.hpp"

#include <fmt/format.h>

// What is kept of leads by faces, and where a person's face is looked for.
namespace stillwatch::store {

namespace {

// Of four columns.
Likeness read_likeness(const Statement& row, int first)
{
    return {row.digest(first), static_cast<int>(row.integer(first + 1)),
            static_cast<int>(row.integer(first + 2)), static_cast<int>(row.integer(first + 3))};
}

} // namespace

Result<void> FaceRecords::note(CaseDatabase& cases, FindingId id, const FaceLead& lead)
{
    auto& connection = cases.impl_->connection;
    const auto alike = lead.likeness.value_or(Likeness{});
    const auto model = lead.likeness ? std::optional(alike.model) : std::nullopt;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare(
                "INSERT INTO face_lead (finding_id, mark, other_face, model, hundredths, refs, faces, frame) "
                "SELECT id, ?2, (SELECT id FROM finding WHERE id = ?3), ?4, ?5, ?6, ?7, ?8 FROM "
                "finding WHERE id = ?1 ON CONFLICT (finding_id) DO UPDATE SET other_face = "
                "coalesce(face_lead.other_face, excluded.other_face)")
            .bind(id, stored(lead.mark), lead.other_face, model, alike.hundredths, alike.references,
                  alike.faces, stored(lead.frame))
            .run();
        if (connection.changed_rows() == 0)
            return Error{Errc::not_found, fmt::format("finding F-{}", id.value)};
        return {};
    });
}

std::optional<FaceLead> FaceRecords::lead_of(FindingId id) const
{
    auto row = cases_.impl_->connection.prepare(
        "SELECT mark, coalesce(other_face, 0), model, hundredths, refs, faces, frame FROM face_lead "
        "WHERE finding_id = ?1");
    if (!row.bind(id).step()) return std::nullopt;
    FaceLead lead{read_fingerprint(row, 0).value_or(Fingerprint{}), row.id<FindingId>(1)};
    if (!row.is_null(2)) lead.likeness = read_likeness(row, 2);
    lead.frame = read_fingerprint(row, 6);
    return lead;
}

// Two who disagree decide nothing: what one confirmed and another dismissed counts as open.
std::vector<JudgedFace> FaceRecords::judged(const Sha256& model, Timestamp since, std::size_t limit) const
{
    auto row = cases_.impl_->connection.prepare(
        "SELECT f.case_id, l.mark, l.model, l.hundredths, l.refs, l.faces, f.first_seen, "
        "f.confirmed_by_person, f.state = 'dismissed' AND f.reason IN ('not_the_person', 'wrong_match') "
        "FROM face_lead l JOIN finding f ON f.id = l.finding_id WHERE l.model = ?1 AND f.first_seen >= ?2 "
        "ORDER BY f.id DESC LIMIT ?3");
    row.bind(model, since, static_cast<std::int64_t>(limit));
    std::vector<JudgedFace> all;
    while (row.step()) {
        const bool is_dismissed = row.flag(8);
        all.push_back({row.id<CaseId>(0), read_fingerprint(row, 1).value_or(Fingerprint{}),
                       read_likeness(row, 2), row.time(6), row.flag(7) && !is_dismissed,
                       is_dismissed && !row.flag(7)});
    }
    return all;
}

// That a picture is lawful or may stay says nothing of whose face it is.
std::optional<FindingId> FaceRecords::silenced_by(CaseId id, const Fingerprint& mark, int bits) const
{
    auto row = cases_.impl_->connection.prepare(
        "SELECT f.id, l.mark, f.confirmed_by_person FROM finding f JOIN face_lead l ON l.finding_id = f.id "
        "WHERE f.case_id = ?1 AND (f.confirmed_by_person = 1 OR (f.state = 'dismissed' AND f.reason IN "
        "('not_the_person', 'wrong_match'))) ORDER BY f.id");
    row.bind(id);
    std::optional<FindingId> found;
    while (row.step()) {
        const auto known = read_fingerprint(row, 1);
        if (!known || hamming(*known, mark) > bits) continue;
        if (row.flag(2)) return std::nullopt; // two people who disagree silence nothing
        if (!found) found = row.id<FindingId>(0);
    }
    return found;
}

std::optional<FindingId> FaceRecords::other_face_on(const Finding& seen, const FaceLead& lead,
                                                    int picture_bits, int face_bits) const
{
    auto& connection = cases_.impl_->connection;
    {
        auto row = connection.prepare("SELECT f.id FROM occurrence o JOIN finding f ON f.id = o.finding_id "
                                      "WHERE o.content = ?1 AND o.relation = "
                                      "'edited' AND f.case_id <> ?2 AND f.state <> 'dismissed' AND f.tier <> "
                                      "'resemblance' ORDER BY f.id LIMIT 1");
        if (row.bind(seen.content, seen.case_id).step()) return row.id<FindingId>(0);
    }
    const auto& shown = lead.frame ? lead.frame : seen.fingerprint;
    if (!shown) return std::nullopt;
    auto row = connection.prepare(
        "SELECT f.id, o.content, coalesce(l.frame, o.fingerprint), l.mark FROM face_lead l JOIN finding f ON "
        "f.id "
        "= l.finding_id JOIN occurrence o ON o.id = f.best WHERE f.state <> 'dismissed' ORDER "
        "BY f.id");
    while (row.step()) {
        const auto picture = read_fingerprint(row, 2);
        const auto face = read_fingerprint(row, 3);
        if (!picture || !face || row.digest(1) == seen.content) continue;
        if (hamming(*picture, *shown) <= picture_bits && hamming(*face, lead.mark) >= face_bits)
            return row.id<FindingId>(0);
    }
    return std::nullopt;
}

bool FaceRecords::has_match_on(CaseId id, const Url& page) const
{
    auto row =
        cases_.impl_->connection.prepare("SELECT 1 FROM occurrence o JOIN finding f ON f.id = o.finding_id "
                                         "WHERE o.page_url = ?2 AND f.case_id = ?1 "
                                         "AND f.tier <> 'resemblance' AND f.state <> 'dismissed' LIMIT 1");
    return row.bind(id, page.text()).step();
}

std::vector<std::string> FaceRecords::sites(CaseId id) const
{
    std::vector<std::string> sites;
    auto row =
        cases_.impl_->connection.prepare("SELECT site FROM face_site WHERE case_id = ?1 ORDER BY site");
    row.bind(id);
    while (row.step())
        sites.push_back(row.text(0));
    return sites;
}

Result<void> FaceRecords::set_sites(CaseDatabase& cases, CaseId id, const std::vector<std::string>& sites,
                                    const Actor& actor)
{
    auto& connection = cases.impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        const auto c = cases.find_case(id);
        if (!c) return Error{Errc::not_found, "the case"};
        connection.prepare("DELETE FROM face_site WHERE case_id = ?1").bind(id).run();
        for (const auto& site : sites)
            connection.prepare("INSERT INTO face_site (case_id, site) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
                .bind(id, site)
                .run();
        cases.impl_->audit(actor, "case.face_sites", fmt::format("{} {} sites", c->pseudonym, sites.size()));
        return {};
    });
}

} // namespace stillwatch::store
