#pragma once

#include "core/case.hpp"

#include <cstdint>
#include <string>

// What the database of cases tells of references.
namespace stillwatch::store {

// What people are told of a reference.
struct ReferenceRow {
    Reference reference; // `sealed` is left empty
    bool in_force = false;
    bool collides = false; // a reference of another case shows the same picture
};

// How much a case has.
struct CaseCounts {
    CaseId id;
    std::int64_t references = 0;
    std::int64_t findings = 0;
};

// What became of a part of a list of hashes.
struct Imported {
    std::int64_t added = 0;
    std::int64_t known = 0;
    std::int64_t erased = 0;
};

struct ListCount {
    std::string list;
    std::int64_t references = 0;
};

// How often a reference matched, since it was last released from quarantine: new findings, those at consented
// places aside.
struct ReferenceSurge {
    std::int64_t last_hour = 0;
    std::int64_t last_day = 0;
    bool is_confirmed = false; // a person confirmed one, ever
    bool is_quarantined = false;
};

struct QuarantinedReference {
    ReferenceId id;
    std::string pseudonym;
    std::string name;
    Timestamp since{};
    std::int64_t findings = 0; // since then, told to nobody
};

} // namespace stillwatch::store
