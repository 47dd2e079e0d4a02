#pragma once

#include "crawler/settings.hpp"
#include "store/frontier_database.hpp"

namespace stillwatch::crawler {

// What the frontier is told about the next visit; fields as in VisitResult.
struct Revisit {
    Timestamp due{};
    int tries = 0;
    int unchanged_in_a_row = 0;

    friend bool operator==(const Revisit&, const Revisit&) = default;
};

// When to come again after a visit that ended at `now` with `outcome`. Pages: from revisit_min on, each visit
// without new pictures makes the interval half as long again, each with new ones about halves it, up to
// revisit_max. Pictures seldom change: the same with 24 times the least and twice the longest interval.
// Failures: pauses of 5 minutes that triple up to a day. Gone: a day, a week, then 30 days. Refused: a day,
// then a week. `brought_new`: the page named pictures that were not known, or the picture has other bytes
// than before.
Revisit next_visit(const store::Visit& visit, store::Outcome outcome, bool brought_new, Timestamp now,
                   const RevisitSettings& settings);

// Whether a request may carry If-None-Match and If-Modified-Since: a page that was read, or a picture whose
// verdict is current and unmatched. A 304 says only that the bytes are those already judged.
bool may_be_conditional(const store::Visit& visit, bool verdict_is_current_and_unmatched);

} // namespace stillwatch::crawler
