#include "store/sqlite/case_database_impl.hpp"

#include <algorithm>
#include <set>

// Which references are compared, and since when: what a verdict's generation means.
namespace stillwatch::store {

void CaseDatabase::Impl::change_references_state()
{
    connection.prepare("UPDATE meta SET value = random() WHERE name = 'references_state'").run();
}

std::int64_t CaseDatabase::Impl::raise_for_all(const Actor& actor)
{
    const auto generation = next_generation();
    connection.prepare("UPDATE in_force SET since = ?1").bind(generation).run();
    audit(actor, "generation.raise", std::to_string(generation));
    return generation;
}

std::int64_t CaseDatabase::references_state() const
{
    return impl_->connection.integer("SELECT value FROM meta WHERE name = 'references_state'");
}

std::int64_t CaseDatabase::references_missing() const
{
    return impl_->connection.integer("SELECT value FROM meta WHERE name = 'references_missing'");
}

Result<std::int64_t> CaseDatabase::put_in_force(const std::vector<ReferenceId>& references,
                                                std::size_t missing, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<std::int64_t> {
        std::set<ReferenceId> leaving;
        {
            auto row = connection.prepare("SELECT reference FROM in_force");
            while (row.step())
                leaving.insert(row.id<ReferenceId>(0));
        }
        std::vector<ReferenceId> coming;
        for (const auto id : references)
            if (leaving.erase(id) == 0) coming.push_back(id);
        const auto published = connection.integer("SELECT value FROM meta WHERE name = 'published'");
        const bool was_compared_without = std::ranges::any_of(coming, [&](ReferenceId id) {
            auto row = connection.prepare("SELECT 1 FROM reference WHERE id = ?1 AND generation <= ?2");
            return row.bind(id, published).step();
        });
        for (const auto id : leaving)
            connection.prepare("DELETE FROM in_force WHERE reference = ?1").bind(id).run();
        for (const auto id : coming)
            connection.prepare("INSERT INTO in_force SELECT ?1, value FROM meta WHERE name = 'generation'")
                .bind(id)
                .run();
        if (was_compared_without) {
            const auto generation = impl_->next_generation();
            for (const auto id : coming)
                connection.prepare("UPDATE in_force SET since = ?2 WHERE reference = ?1")
                    .bind(id, generation)
                    .run();
            impl_->audit(actor, "generation.raise", std::to_string(generation));
        } else if (!coming.empty() || !leaving.empty()) {
            impl_->change_references_state();
        }
        const auto current = generation();
        if (published != current)
            connection.prepare("UPDATE meta SET value = ?1 WHERE name = 'published'").bind(current).run();
        if (std::cmp_not_equal(missing, references_missing()))
            connection.prepare("UPDATE meta SET value = ?1 WHERE name = 'references_missing'")
                .bind(missing)
                .run();
        return current;
    });
}

std::int64_t CaseDatabase::compared_with_all(CaseId id) const
{
    auto row = impl_->connection.prepare(
        "SELECT count(*), count(f.reference), ifnull(max(f.since), 0) FROM reference r INDEXED BY "
        "reference_list "
        "LEFT JOIN in_force f ON f.reference = r.id WHERE r.case_id = ?1 AND r.removed = 0");
    if (!row.bind(id).step()) return 0;
    return row.integer(0) == row.integer(1) ? row.integer(2) : never;
}

std::int64_t CaseDatabase::compared_with_all() const
{
    return references_missing() > 0 ? never : generation();
}

Timestamp CaseDatabase::time_seen() const
{
    return Timestamp(std::chrono::milliseconds(
        impl_->connection.integer("SELECT value FROM meta WHERE name = 'time_seen'")));
}

Result<void> CaseDatabase::note_time(Timestamp now)
{
    if (now <= time_seen()) return {};
    return in_transaction(impl_->connection, [&]() -> Result<void> {
        impl_->connection.prepare("UPDATE meta SET value = max(value, ?1) WHERE name = 'time_seen'")
            .bind(now)
            .run();
        return {};
    });
}

} // namespace stillwatch::store
