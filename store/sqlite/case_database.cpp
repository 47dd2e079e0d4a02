#include "store/sqlite/case_database_impl.hpp"

#include "store/sqlite/migrations.hpp"

#include <fmt/format.h>

namespace stillwatch::store {

namespace {

constexpr ConnectionSettings case_settings{
    .sync_every_commit = true, .erase_deleted = true, .cache_kib = 8192, .checkpoint_pages = 1000};

std::string_view stored_name(CaseState state)
{
    return state == CaseState::open ? "open" : "withdrawn";
}

Approval approval_from(std::string_view stored)
{
    for (const auto approval : {Approval::second_person, Approval::one_person, Approval::typed})
        if (name_of(approval) == stored) return approval;
    return Approval::none; // an unknown word puts nothing into force
}

Consent read_consent(const Statement& row, int first)
{
    Consent consent{row.text(first),     row.text(first + 1), row.text(first + 2), row.text(first + 3),
                    row.text(first + 4), row.time(first + 5), row.time(first + 6)};
    consent.approval = approval_from(row.text(first + 7));
    if (!row.is_null(first + 8)) consent.approved_at = row.time(first + 8);
    return consent;
}

Case read_case(const Statement& row)
{
    Case result;
    result.id = row.id<CaseId>(0);
    result.pseudonym = row.text(1);
    result.state = row.text(2) == stored_name(CaseState::open) ? CaseState::open : CaseState::withdrawn;
    result.opened_at = row.time(3);
    result.public_key = row.blob(4);
    result.sealed_secret_key = row.blob(5);
    result.consent = read_consent(row, 6);
    if (row.flag(15)) result.renewal = read_consent(row, 16);
    return result;
}

// The newest approved consent is in force, a newer one waits; the older ones are kept as history.
#define STILLWATCH_SELECT_CASES                                                                              \
    "SELECT c.id, c.pseudonym, c.state, c.opened_at, c.public_key, c.sealed_secret_key, "                    \
    "n.scope, n.given_by, n.recorded_by, n.approved_by, n.text_version, n.given_at, n.expires_at, "          \
    "n.approval, n.approved_at, p.id IS NOT NULL, "                                                          \
    "p.scope, p.given_by, p.recorded_by, p.approved_by, p.text_version, p.given_at, p.expires_at, "          \
    "p.approval, p.approved_at "                                                                             \
    "FROM \"case\" c JOIN consent n ON n.id = (SELECT id FROM consent WHERE case_id = c.id "                 \
    "ORDER BY approval <> 'none' DESC, id DESC LIMIT 1) "                                                    \
    "LEFT JOIN consent p ON p.id = (SELECT max(id) FROM consent WHERE case_id = c.id) AND p.id <> n.id "
constexpr std::string_view all_cases = STILLWATCH_SELECT_CASES "ORDER BY c.id";
constexpr std::string_view case_by_number = STILLWATCH_SELECT_CASES "WHERE c.id = ?1";
constexpr std::string_view case_by_pseudonym = STILLWATCH_SELECT_CASES "WHERE c.pseudonym = ?1";
#undef STILLWATCH_SELECT_CASES

void insert_consent(Connection& connection, CaseId id, const Consent& consent)
{
    connection
        .prepare(
            "INSERT INTO consent (case_id, scope, given_by, recorded_by, approved_by, text_version, "
            "given_at, expires_at, approval, approved_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
        .bind(id, consent.scope, consent.given_by, consent.recorded_by, consent.approved_by,
              consent.text_version, consent.given_at, consent.expires_at, name_of(consent.approval),
              consent.approved_at)
        .run();
}

struct Standing {
    std::string pseudonym;
    bool open = false;
};

std::optional<Standing> standing_of(Connection& connection, CaseId id)
{
    auto row = connection.prepare(R"sql(SELECT pseudonym, state = 'open' FROM "case" WHERE id = ?1)sql");
    if (!row.bind(id).step()) return std::nullopt;
    return Standing{row.text(0), row.flag(1)};
}

std::int64_t delete_of_case(Connection& connection, std::string_view sql, CaseId id)
{
    connection.prepare(sql).bind(id).run();
    return connection.changed_rows();
}

} // namespace

std::string_view name_of(AlertState state) noexcept
{
    switch (state) {
    case AlertState::queued: return "queued";
    case AlertState::sent: return "sent";
    case AlertState::dead: return "dead";
    case AlertState::silent: return "silent";
    case AlertState::joined: return "joined";
    }
    return "unknown";
}

CaseDatabase::Impl::Impl(const std::filesystem::path& file) : connection(file, case_settings)
{
    // It is small: a damaged page is better found now than in the middle of a case.
    if (const auto problem = connection.answer("PRAGMA quick_check(1)"); problem != "ok")
        throw SqliteError(Errc::corrupt, fmt::format("{} is damaged: {}", file.string(), problem));
    migrate(connection, case_schema);
    if (connection.integer("SELECT value FROM meta WHERE name = 'erasing'") != 0) erase();
}

std::int64_t CaseDatabase::Impl::next_generation()
{
    connection.prepare("UPDATE meta SET value = value + 1 WHERE name = 'generation'").run();
    change_references_state();
    return connection.integer("SELECT value FROM meta WHERE name = 'generation'");
}

void CaseDatabase::Impl::owe_erasure()
{
    connection.prepare("UPDATE meta SET value = 1 WHERE name = 'erasing'").run();
}

void CaseDatabase::Impl::erase()
{
    // secure_delete overwrites a deleted row where it stands, but not the copies that moved rows left in the
    // free space of other pages; only a rebuilt file is free of them (docs/formats/databases.md).
    connection.execute("VACUUM");
    connection.checkpoint();
    // Last, since this commit syncs the emptied log: before it, a power cut could bring the log's old bytes
    // back.
    connection.execute("UPDATE meta SET value = 0 WHERE name = 'erasing'");
}

CaseDatabase::CaseDatabase(const std::filesystem::path& file) : impl_(std::make_unique<Impl>(file)) {}
CaseDatabase::~CaseDatabase() = default;
CaseDatabase::CaseDatabase(CaseDatabase&&) noexcept = default;

Result<CaseId> CaseDatabase::open_case(const Case& draft, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<CaseId> {
        if (find_case(draft.pseudonym)) return Error{Errc::exists, "case " + draft.pseudonym};
        connection
            .prepare(R"sql(INSERT INTO "case" (pseudonym, state, opened_at, public_key, sealed_secret_key)
                           VALUES (?1, 'open', ?2, ?3, ?4))sql")
            .bind(draft.pseudonym, draft.opened_at, draft.public_key, draft.sealed_secret_key)
            .run();
        const CaseId id{connection.last_row_id()};
        insert_consent(connection, id, draft.consent);
        impl_->audit(actor, "case.open", draft.pseudonym);
        return id;
    });
}

std::vector<Case> CaseDatabase::cases() const
{
    std::vector<Case> result;
    auto row = impl_->connection.prepare(all_cases);
    while (row.step())
        result.push_back(read_case(row));
    return result;
}

std::optional<Case> CaseDatabase::find_case(std::string_view pseudonym) const
{
    auto row = impl_->connection.prepare(case_by_pseudonym);
    if (!row.bind(pseudonym).step()) return std::nullopt;
    return read_case(row);
}

std::optional<Case> CaseDatabase::find_case(CaseId id) const
{
    auto row = impl_->connection.prepare(case_by_number);
    if (!row.bind(id).step()) return std::nullopt;
    return read_case(row);
}

std::vector<CaseCounts> CaseDatabase::case_counts() const
{
    std::vector<CaseCounts> result;
    auto row = impl_->connection.prepare(R"sql(
        SELECT c.id, (SELECT count(*) FROM reference r INDEXED BY reference_list WHERE r.case_id = c.id AND r.removed = 0),
               (SELECT count(*) FROM finding f WHERE f.case_id = c.id)
        FROM "case" c ORDER BY c.id)sql");
    while (row.step())
        result.push_back({row.id<CaseId>(0), row.integer(1), row.integer(2)});
    return result;
}

CaseCounts CaseDatabase::counts_of(CaseId id) const
{
    auto row = impl_->connection.prepare(R"sql(
        SELECT (SELECT count(*) FROM reference r INDEXED BY reference_list WHERE r.case_id = ?1 AND r.removed = 0),
               (SELECT count(*) FROM finding f WHERE f.case_id = ?1))sql");
    if (!row.bind(id).step()) return {id, 0, 0};
    return {id, row.integer(0), row.integer(1)};
}

namespace {

Result<Standing> open_standing(Connection& connection, CaseId id)
{
    auto standing = standing_of(connection, id);
    if (!standing) return Error{Errc::not_found, fmt::format("case number {}", id.value)};
    if (!standing->open)
        return Error{Errc::refused, fmt::format("case {} is withdrawn", standing->pseudonym)};
    return *std::move(standing);
}

} // namespace

// A verdict made while another consent was in force, or none, did not look for these references.
void CaseDatabase::Impl::compare_anew(CaseId id)
{
    connection.prepare("UPDATE reference SET generation = ?2 WHERE case_id = ?1 AND removed = 0")
        .bind(id, next_generation())
        .run();
    connection
        .prepare("DELETE FROM in_force WHERE reference IN (SELECT id FROM reference WHERE case_id = ?1)")
        .bind(id)
        .run(); // until they are loaded with the new consent
}

Result<void> CaseDatabase::renew_consent(CaseId id, const Consent& consent, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        const auto standing = open_standing(connection, id);
        if (!standing) return standing.error();
        insert_consent(connection, id, consent);
        if (consent.approval != Approval::none) impl_->compare_anew(id);
        impl_->audit(actor, "consent.renew", standing->pseudonym);
        return {};
    });
}

Result<void> CaseDatabase::approve_consent(CaseId id, Approval approval, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        const auto standing = open_standing(connection, id);
        if (!standing) return standing.error();
        auto newest = connection.prepare(
            "SELECT id, approval FROM consent WHERE case_id = ?1 ORDER BY id DESC LIMIT 1");
        if (!newest.bind(id).step()) return Error{Errc::not_found, "no consent"};
        const auto number = newest.integer(0);
        const bool waited = newest.text(1) == name_of(Approval::none);
        connection
            .prepare("UPDATE consent SET approval = ?2, approved_by = ?3, approved_at = ?4 WHERE id = ?1")
            .bind(number, name_of(approval), actor.name, actor.at)
            .run();
        if (waited) impl_->compare_anew(id);
        impl_->audit(actor, "consent.approve", standing->pseudonym);
        return {};
    });
}

std::vector<std::string> CaseDatabase::evidence_files_of(CaseId id) const
{
    std::vector<std::string> files;
    auto row = impl_->connection.prepare(
        "SELECT o.evidence_file FROM finding f JOIN occurrence o ON o.finding_id = f.id "
        "WHERE f.case_id = ?1 AND o.evidence_file <> '' UNION SELECT e.evidence_file FROM finding f "
        "JOIN occurrence o ON o.finding_id = f.id JOIN earlier_evidence e ON e.occurrence_id = o.id "
        "WHERE f.case_id = ?1");
    row.bind(id);
    while (row.step())
        files.push_back(row.text(0));
    return files;
}

std::vector<Url> CaseDatabase::addresses_found(CaseId id) const
{
    std::vector<Url> images;
    auto row = impl_->connection.prepare("SELECT DISTINCT o.image_url FROM finding f JOIN occurrence o "
                                         "ON o.finding_id = f.id WHERE f.case_id = ?1");
    row.bind(id);
    while (row.step())
        if (auto image = Url::parse(row.text(0))) images.push_back(*std::move(image));
    return images;
}

std::vector<Sha256> CaseDatabase::contents_found() const
{
    std::vector<Sha256> contents;
    auto row = impl_->connection.prepare("SELECT DISTINCT content FROM occurrence");
    while (row.step())
        contents.push_back(row.digest(0));
    return contents;
}

Result<Erased> CaseDatabase::withdraw(CaseId id, const Actor& actor, Erasure erasure)
{
    auto& connection = impl_->connection;
    auto erased = in_transaction(connection, [&]() -> Result<Erased> {
        const auto standing = standing_of(connection, id);
        if (!standing) return Error{Errc::not_found, fmt::format("case number {}", id.value)};
        Erased what;
        if (!standing->open) return what; // the rows went in an earlier try; the erasure below may not have
        what.evidence_files = evidence_files_of(id);
        const auto alerts = delete_of_case(connection, "DELETE FROM outbox WHERE case_id = ?1", id);
        delete_of_case(
            connection,
            "DELETE FROM finding_change WHERE finding_id IN (SELECT id FROM finding WHERE case_id = ?1)", id);
        delete_of_case(connection,
                       "DELETE FROM earlier_evidence WHERE occurrence_id IN (SELECT o.id FROM occurrence o "
                       "JOIN finding f ON f.id = o.finding_id WHERE f.case_id = ?1)",
                       id);
        delete_of_case(connection, "DELETE FROM consented_place WHERE case_id = ?1", id);
        delete_of_case(connection, "DELETE FROM case_retention WHERE case_id = ?1", id);
        delete_of_case(
            connection,
            "DELETE FROM evidence_hold WHERE case_id = ?1 AND id NOT IN (SELECT hold_id FROM held_package)",
            id);
        delete_of_case(connection, "DELETE FROM face_site WHERE case_id = ?1", id);
        delete_of_case(connection, "DELETE FROM notice WHERE case_id = ?1", id); // with what it is about
        delete_of_case(
            connection,
            "DELETE FROM occurrence WHERE finding_id IN (SELECT id FROM finding WHERE case_id = ?1)", id);
        delete_of_case(connection, "DELETE FROM withdrawal_pin WHERE case_id = ?1", id);
        const auto findings = delete_of_case(connection, "DELETE FROM finding WHERE case_id = ?1", id);
        connection
            .prepare("DELETE FROM in_force WHERE reference IN (SELECT id FROM reference WHERE case_id = ?1)")
            .bind(id)
            .run();
        const auto references = delete_of_case(connection, "DELETE FROM reference WHERE case_id = ?1", id);
        impl_->change_references_state();
        connection
            .prepare(R"sql(UPDATE "case" SET state = 'withdrawn', public_key = x'', sealed_secret_key = x''
                           WHERE id = ?1)sql")
            .bind(id)
            .run();
        impl_->owe_erasure();
        what.references = references;
        what.findings = findings;
        what.audit_seq = impl_->audit(actor, "case.withdraw",
                                      fmt::format("{} references={} findings={} alerts={}",
                                                  standing->pseudonym, references, findings, alerts));
        return what;
    });
    if (!erased || erasure == Erasure::owed) return erased;
    const auto rebuilt = erase_owed();
    if (!rebuilt)
        return Error{rebuilt.error().code,
                     fmt::format("the case is withdrawn, but erased bytes may still stand in the file; "
                                 "withdraw again: {}",
                                 rebuilt.error().detail)};
    return erased;
}

Result<void> CaseDatabase::erase_owed()
{
    try {
        if (impl_->connection.integer("SELECT value FROM meta WHERE name = 'erasing'") != 0) impl_->erase();
    } catch (const SqliteError& error) {
        return Error{error.code(), error.what()};
    }
    return {};
}

std::string CaseDatabase::integrity() const
{
    return integrity_of(impl_->connection);
}

} // namespace stillwatch::store
