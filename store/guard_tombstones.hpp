#pragma once

#include "store/case_database.hpp"

#include <vector>

// Pictures that nobody may look at stay erased where an older copy of the database takes the place of this
// one. Store thread.
namespace stillwatch::store {

std::vector<GuardHit> all_guard_hits(const CaseDatabase& cases);

struct GuardedAgain {
    std::size_t hits = 0;              // that were not known here
    std::vector<FindingId> findings{}; // erased, with all that were of the same pictures
    std::size_t unreadable = 0;        // hits whose address is none
};

// Takes up the hits of a newer store and erases what this one keeps of the pictures at their addresses; the
// file is rebuilt, so that no erased byte stays in it. Errors: io.
Result<GuardedAgain> guard_again(CaseDatabase& cases, const std::vector<GuardHit>& hits, const Actor& actor);

} // namespace stillwatch::store
