#include "store/evidence_table.hpp"
#include "store/sqlite/case_database_impl.hpp"

namespace stillwatch::store {

std::map<std::string, Sha256> EvidenceTable::packages() const
{
    std::map<std::string, Sha256> result;
    auto row = cases_.impl_->connection.prepare(
        "SELECT evidence_file, evidence_digest FROM occurrence WHERE evidence_file <> '' UNION "
        "SELECT evidence_file, evidence_digest FROM earlier_evidence");
    while (row.step())
        result.emplace(row.text(0), row.digest(1));
    return result;
}

} // namespace stillwatch::store
