#include "store/sqlite/case_database_impl.hpp"

#include <fmt/format.h>

// Hash-only references: lists that others keep.
namespace stillwatch::store {

Result<Imported> CaseDatabase::import_references(CaseId id, std::string_view list,
                                                 const std::vector<Reference>& drafts,
                                                 const std::vector<std::string>& withdrawn,
                                                 const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<Imported> {
        std::string pseudonym;
        {
            auto row =
                connection.prepare(R"sql(SELECT pseudonym, state = 'open' FROM "case" WHERE id = ?1)sql");
            if (!row.bind(id).step()) return Error{Errc::not_found, fmt::format("case number {}", id.value)};
            pseudonym = row.text(0);
            if (!row.flag(1)) return Error{Errc::refused, fmt::format("case {} is withdrawn", pseudonym)};
        }
        Imported imported;
        std::int64_t generation = 0;
        for (const auto& draft : drafts) {
            if (reference_named(id, draft.name)) {
                ++imported.known;
                continue;
            }
            if (generation == 0) generation = impl_->next_generation();
            connection
                .prepare("INSERT INTO reference (case_id, name, sealed, extractor_version, quality_percent, "
                         "weak, generation, added_at, list, hash_kind) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
                .bind(id, draft.name, draft.sealed, draft.extractor_version, draft.quality_percent,
                      draft.weak, generation, draft.added_at, list, draft.hash_kind)
                .run();
            ++imported.added;
        }
        for (const auto& name : withdrawn) {
            ReferenceId gone;
            {
                auto row = connection.prepare("SELECT id FROM reference WHERE case_id = ?1 AND name = ?2 AND "
                                              "list = ?3 AND removed = 0");
                if (row.bind(id, name, list).step()) gone = row.id<ReferenceId>(0);
            }
            if (!gone) continue;
            // The number stays, which findings and older copies of this database know it by.
            connection
                .prepare("UPDATE reference SET removed = 1, sealed = x'', name = 'withdrawn' WHERE id = ?1")
                .bind(gone)
                .run();
            connection.prepare("DELETE FROM in_force WHERE reference = ?1").bind(gone).run();
            ++imported.erased;
        }
        if (imported.erased > 0) {
            impl_->change_references_state();
            impl_->owe_erasure();
        }
        if (imported.added > 0 || imported.erased > 0)
            impl_->audit(actor, "reference.import",
                         fmt::format("{} list={} added={} erased={}", pseudonym, list, imported.added,
                                     imported.erased));
        return imported;
    });
}

std::int64_t CaseDatabase::hash_only_references(CaseId id) const
{
    auto row = impl_->connection.prepare("SELECT count(*) FROM reference INDEXED BY reference_of_list WHERE "
                                         "case_id = ?1 AND removed = 0 AND list <> ''");
    return row.bind(id).step() ? row.integer(0) : 0;
}

std::vector<ListCount> CaseDatabase::hash_lists(CaseId id) const
{
    auto row = impl_->connection.prepare("SELECT list, count(*) FROM reference INDEXED BY reference_of_list "
                                         "WHERE case_id = ?1 AND removed = 0 AND "
                                         "list <> '' GROUP BY list ORDER BY list");
    row.bind(id);
    std::vector<ListCount> lists;
    while (row.step())
        lists.push_back({row.text(0), row.integer(1)});
    return lists;
}

std::vector<std::pair<ReferenceId, std::string>>
CaseDatabase::names_of_list(CaseId id, std::string_view list, ReferenceId after, std::size_t limit) const
{
    auto row = impl_->connection.prepare(
        "SELECT id, name FROM reference INDEXED BY reference_of_list WHERE case_id = ?1 AND list = ?2 AND "
        "id > ?3 AND removed = 0 AND list <> '' ORDER BY id LIMIT ?4");
    row.bind(id, list, after, limit);
    std::vector<std::pair<ReferenceId, std::string>> names;
    while (row.step())
        names.emplace_back(row.id<ReferenceId>(0), row.text(1));
    return names;
}

} // namespace stillwatch::store
