#pragma once

#include "store/case_database.hpp"

#include <map>
#include <string>

// What is kept of packages of evidence beside their findings.
namespace stillwatch::store {

// To be used as a database of cases is, on its thread. Functions return and throw as those of CaseDatabase
// do.
class EvidenceTable {
public:
    explicit EvidenceTable(CaseDatabase& cases) : cases_(cases) {}

    // Every package that places of findings name, earlier ones too, with the digests of the sealed files.
    std::map<std::string, Sha256> packages() const;

private:
    CaseDatabase& cases_;
};

} // namespace stillwatch::store
