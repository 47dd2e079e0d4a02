#pragma once

#include "core/clock.hpp"
#include "core/result.hpp"
#include "crawler/frontier/url_frontier.hpp"
#include "store/case_database.hpp"

// Whether the generations of the cases' database mean what the frontier's verdicts were made under. Store
// thread.
namespace stillwatch::pipeline {

// At start: where pictures were compared under references that this database of cases does not know of, since
// it was restored or is another one, nothing tells what they were compared with, and all are stale. Errors:
// io.
Result<void> check_history(store::CaseDatabase& cases, crawler::UrlFrontier& frontier,
                           const store::Actor& actor);

// Notes in the frontier under which references pictures are compared from now on. Errors: io.
Result<void> note_history(const store::CaseDatabase& cases, crawler::UrlFrontier& frontier);

} // namespace stillwatch::pipeline
