#include "cases/case_consent.hpp"

#include <fmt/format.h>

namespace stillwatch::cases {

ConsentStatus consent_status(const store::CaseDatabase& cases, const Case& c, Timestamp now)
{
    return consent_status(c, ConsentTime(now, cases.time_seen()));
}

bool has_consent(const store::CaseDatabase& cases, const Case& c, Timestamp now)
{
    return consent_status(cases, c, now) == ConsentStatus::valid;
}

bool has_consent(const store::CaseDatabase& cases, CaseId id, Timestamp now)
{
    const auto c = cases.find_case(id);
    return c && has_consent(cases, *c, now);
}

Result<void> check_may_add(const store::CaseDatabase& cases, const Case& c, Timestamp now)
{
    const auto status = consent_status(cases, c, now);
    if (status == ConsentStatus::valid) return {};
    return Error{Errc::refused,
                 fmt::format("{}: consent is {}; nothing can be added", c.pseudonym, name_of(status))};
}

} // namespace stillwatch::cases
