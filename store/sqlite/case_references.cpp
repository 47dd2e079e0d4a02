#include "store/sqlite/case_database_impl.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::store {

namespace {

constexpr std::int64_t bit_of(Tier tier) noexcept
{
    return std::int64_t{1} << static_cast<int>(tier);
}
static_assert(bit_of(Tier::exact) == 1 && bit_of(Tier::near) == 2 && bit_of(Tier::derived) == 4);

Reference read_reference(const Statement& row)
{
    Reference result;
    result.id = row.id<ReferenceId>(0);
    result.case_id = row.id<CaseId>(1);
    result.name = row.text(2);
    result.sealed = row.blob(3);
    result.extractor_version = row.small(4);
    result.quality_percent = row.small(5);
    result.weak = row.flag(6);
    result.generation = row.integer(7);
    result.added_at = row.time(8);
    result.list = row.text(9);
    result.hash_kind = row.text(10);
    result.frames = row.small(11);
    return result;
}

std::vector<Reference> read_references(Statement row)
{
    std::vector<Reference> result;
    while (row.step())
        result.push_back(read_reference(row));
    return result;
}

} // namespace

Result<ReferenceId> CaseDatabase::add_reference(const Reference& draft, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<ReferenceId> {
        std::string pseudonym;
        {
            auto row =
                connection.prepare(R"sql(SELECT pseudonym, state = 'open' FROM "case" WHERE id = ?1)sql");
            if (!row.bind(draft.case_id).step())
                return Error{Errc::not_found, fmt::format("case number {}", draft.case_id.value)};
            pseudonym = row.text(0);
            if (!row.flag(1)) return Error{Errc::refused, fmt::format("case {} is withdrawn", pseudonym)};
        }
        if (connection.prepare("SELECT 1 FROM reference WHERE case_id = ?1 AND name = ?2 AND removed = 0")
                .bind(draft.case_id, draft.name)
                .step())
            return Error{Errc::exists, fmt::format("reference {} of case {}", draft.name, pseudonym)};
        connection
            .prepare(
                "INSERT INTO reference (case_id, name, sealed, extractor_version, quality_percent, weak, "
                "generation, added_at, frames) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
            .bind(draft.case_id, draft.name, draft.sealed, draft.extractor_version, draft.quality_percent,
                  draft.weak, impl_->next_generation(), draft.added_at, draft.frames)
            .run();
        const ReferenceId id{connection.last_row_id()};
        impl_->audit(actor, "reference.add", fmt::format("{} reference {}", pseudonym, id.value));
        return id;
    });
}

Result<void> CaseDatabase::remove_reference(ReferenceId id, const Actor& actor, Erasure erasure)
{
    auto& connection = impl_->connection;
    const auto removed = in_transaction(connection, [&]() -> Result<void> {
        std::string pseudonym;
        {
            auto row =
                connection.prepare(R"sql(SELECT c.pseudonym FROM reference r JOIN "case" c ON c.id = r.case_id
                                                WHERE r.id = ?1 AND r.removed = 0)sql");
            if (!row.bind(id).step())
                return Error{Errc::not_found, fmt::format("reference number {}", id.value)};
            pseudonym = row.text(0);
        }
        // Its findings stay and still name it; only the fingerprints go.
        connection.prepare("UPDATE reference SET removed = 1, sealed = x'' WHERE id = ?1").bind(id).run();
        connection.prepare("DELETE FROM in_force WHERE reference = ?1").bind(id).run();
        impl_->change_references_state();
        impl_->owe_erasure();
        impl_->audit(actor, "reference.remove", fmt::format("{} reference {}", pseudonym, id.value));
        return {};
    });
    if (!removed || erasure == Erasure::owed) return removed;
    const auto rebuilt = erase_owed();
    if (!rebuilt)
        return Error{rebuilt.error().code,
                     fmt::format("the reference is removed, but erased bytes may still stand in the "
                                 "file until the next start: {}",
                                 rebuilt.error().detail)};
    return {};
}

std::vector<Reference> CaseDatabase::references() const
{
    return read_references(impl_->connection.prepare(
        "SELECT id, case_id, name, sealed, extractor_version, quality_percent, weak, generation, added_at, "
        "list, hash_kind, frames FROM reference WHERE removed = 0 ORDER BY id"));
}

std::vector<Reference> CaseDatabase::references_of(CaseId id) const
{
    auto row = impl_->connection.prepare(
        "SELECT id, case_id, name, sealed, extractor_version, quality_percent, weak, generation, added_at, "
        "list, hash_kind, frames FROM reference WHERE case_id = ?1 AND removed = 0 ORDER BY id");
    row.bind(id);
    return read_references(std::move(row));
}

std::vector<ReferenceRow> CaseDatabase::reference_rows(CaseId id, ReferenceId after, std::size_t limit) const
{
    // From the index alone: behind their sealed bytes these columns are slow to reach.
    auto row = impl_->connection.prepare(
        "SELECT r.id, r.name, r.quality_percent, r.weak, r.extractor_version, r.generation, r.added_at, "
        "EXISTS (SELECT 1 FROM in_force f WHERE f.reference = r.id), r.list, r.hash_kind, "
        "EXISTS (SELECT 1 FROM collision k WHERE k.reference = r.id), r.frames "
        "FROM reference r INDEXED BY reference_list WHERE r.case_id = ?1 AND r.id > ?2 AND r.removed = 0 "
        "ORDER BY r.id LIMIT ?3");
    row.bind(id, after, limit);
    std::vector<ReferenceRow> result;
    while (row.step()) {
        Reference reference;
        reference.id = row.id<ReferenceId>(0);
        reference.case_id = id;
        reference.name = row.text(1);
        reference.quality_percent = row.small(2);
        reference.weak = row.flag(3);
        reference.extractor_version = row.small(4);
        reference.generation = row.integer(5);
        reference.added_at = row.time(6);
        reference.list = row.text(8);
        reference.hash_kind = row.text(9);
        reference.frames = row.small(11);
        result.push_back({std::move(reference), row.flag(7), row.flag(10)});
    }
    return result;
}

std::optional<Reference> CaseDatabase::find_reference(ReferenceId id) const
{
    auto row = impl_->connection.prepare(
        "SELECT id, case_id, name, sealed, extractor_version, quality_percent, weak, generation, added_at, "
        "list, hash_kind, frames FROM reference WHERE id = ?1 AND removed = 0");
    if (!row.bind(id).step()) return std::nullopt;
    return read_reference(row);
}

bool CaseDatabase::is_reference(ReferenceId id) const
{
    return impl_->connection.prepare("SELECT 1 FROM reference WHERE id = ?1").bind(id).step();
}

std::optional<ReferenceId> CaseDatabase::reference_named(CaseId id, std::string_view name) const
{
    auto row = impl_->connection.prepare(
        "SELECT id FROM reference WHERE case_id = ?1 AND name = ?2 AND removed = 0");
    if (!row.bind(id, name).step()) return std::nullopt;
    return row.id<ReferenceId>(0);
}

std::int64_t CaseDatabase::generation() const
{
    return impl_->connection.integer("SELECT value FROM meta WHERE name = 'generation'");
}

Result<std::int64_t> CaseDatabase::raise_generation(const Actor& actor, std::int64_t above)
{
    return in_transaction(impl_->connection, [&]() -> Result<std::int64_t> {
        impl_->connection.prepare("UPDATE meta SET value = max(value, ?1) WHERE name = 'generation'")
            .bind(above)
            .run();
        return impl_->raise_for_all(actor);
    });
}

std::set<Tier> CaseDatabase::compared_tiers() const
{
    const auto bits = impl_->connection.integer("SELECT value FROM meta WHERE name = 'compared_tiers'");
    std::set<Tier> tiers;
    for (const auto tier : all_tiers)
        if ((bits & bit_of(tier)) != 0) tiers.insert(tier);
    return tiers;
}

Result<void> CaseDatabase::compare_tiers(const std::set<Tier>& tiers, const Actor& actor)
{
    return in_transaction(impl_->connection, [&]() -> Result<void> {
        const auto known = compared_tiers();
        if (known == tiers) return {};
        std::int64_t bits = 0;
        for (const auto tier : tiers)
            bits |= bit_of(tier);
        impl_->connection.prepare("UPDATE meta SET value = ?1 WHERE name = 'compared_tiers'")
            .bind(bits)
            .run();
        const auto generation = impl_->connection.integer("SELECT value FROM meta WHERE name = 'generation'");
        if (generation == 0 || std::ranges::includes(known, tiers)) return {};
        (void)impl_->raise_for_all(actor);
        return {};
    });
}

int CaseDatabase::verdict_version() const
{
    return static_cast<int>(
        impl_->connection.integer("SELECT value FROM meta WHERE name = 'extractor_version'"));
}

Result<void> CaseDatabase::set_verdict_version(int version)
{
    return in_transaction(impl_->connection, [&]() -> Result<void> {
        impl_->connection.prepare("UPDATE meta SET value = ?1 WHERE name = 'extractor_version'")
            .bind(version)
            .run();
        return {};
    });
}

} // namespace stillwatch::store
