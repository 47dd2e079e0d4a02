#pragma once

#include "cases/consent.hpp"
#include "store/case_database.hpp"

// Consent of a case as its database tells it: by the latest time that the database has seen.
namespace stillwatch::cases {

ConsentStatus consent_status(const store::CaseDatabase& cases, const Case& c, Timestamp now);

// Whether the case may be matched and told of now.
bool has_consent(const store::CaseDatabase& cases, const Case& c, Timestamp now);
// The same; false where there is no such case any more.
bool has_consent(const store::CaseDatabase& cases, CaseId id, Timestamp now);

// Whether something may be added to the case. Errors: refused, saying how its consent stands.
Result<void> check_may_add(const store::CaseDatabase& cases, const Case& c, Timestamp now);

} // namespace stillwatch::cases
