#include "store/evidence_table.hpp"
#include "store/sqlite/case_database_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

// What a restored backup does not know: what was withdrawn, removed and stopped after it was made.
namespace stillwatch::store {

Tombstones CaseDatabase::tombstones() const
{
    Tombstones result;
    for (const auto& c : cases())
        if (c.state == CaseState::withdrawn) result.withdrawn.push_back(c.pseudonym);
    auto row = impl_->connection.prepare(
        R"sql(SELECT r.id, c.pseudonym FROM reference r JOIN "case" c ON c.id = r.case_id
                                               WHERE r.removed = 1 ORDER BY r.id)sql");
    while (row.step())
        result.removed.push_back({row.id<ReferenceId>(0), row.text(1)});
    result.stopped = stopped_hosts();
    return result;
}

Result<CaseDatabase::Buried> CaseDatabase::bury(const Tombstones& tombstones, const Actor& actor)
{
    Buried buried;
    for (const auto& pseudonym : tombstones.withdrawn) {
        const auto c = find_case(pseudonym);
        if (!c || c->state == CaseState::withdrawn) continue;
        const auto held = EvidenceTable(*this).keep_held(c->id, actor);
        if (!held) return held.error();
        const auto files = withdraw(c->id, actor);
        if (!files) return files.error();
        buried.cases.push_back(pseudonym);
        std::ranges::copy_if(
            files->evidence_files, std::back_inserter(buried.evidence_files),
            [&](const std::string& file) { return std::ranges::find(*held, file) == held->end(); });
    }
    const auto known = references();
    const auto all = cases();
    for (const auto& [id, pseudonym] : tombstones.removed) {
        const auto reference = std::ranges::find(known, id, &Reference::id);
        if (reference == known.end()) continue;
        const auto owner = std::ranges::find(all, reference->case_id, &Case::id);
        if (owner == all.end() || owner->pseudonym != pseudonym || !find_case(pseudonym) ||
            find_case(pseudonym)->state == CaseState::withdrawn)
            continue;
        const auto removed = remove_reference(id, actor);
        if (!removed) return removed.error();
        ++buried.references;
    }
    const auto stopped = stopped_hosts();
    for (const auto& host : tombstones.stopped) {
        if (std::ranges::find(stopped, host.host, &StoppedHost::host) != stopped.end()) continue;
        const auto stop = stop_host(host, actor);
        if (!stop) return stop.error();
        ++buried.hosts;
    }
    return buried;
}

Result<std::int64_t> CaseDatabase::raise_generation_above(std::int64_t known, const Actor& actor)
{
    return raise_generation(actor, known);
}

Result<DatabaseCopy> CaseDatabase::begin_copy(const std::filesystem::path& file)
{
    return DatabaseCopy::begin(impl_->connection, file);
}

} // namespace stillwatch::store
