#include "cases/consent.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace stillwatch::cases {

std::string_view name_of(ConsentStatus status) noexcept
{
    switch (status) {
    case ConsentStatus::valid: return "valid";
    case ConsentStatus::not_yet: return "not_yet";
    case ConsentStatus::expired: return "expired";
    case ConsentStatus::withdrawn: return "withdrawn";
    }
    return "unknown";
}

ConsentStatus consent_status(const Case& c, ConsentTime moment) noexcept
{
    const auto now = moment.at();
    if (c.state == CaseState::withdrawn) return ConsentStatus::withdrawn;
    if (now < c.consent.given_at) return ConsentStatus::not_yet;
    if (now >= c.consent.expires_at) return ConsentStatus::expired;
    return ConsentStatus::valid;
}

Result<void> check_consent(const Consent& consent, Timestamp now)
{
    const std::array<std::pair<std::string_view, const std::string*>, 4> fields{{
        {"given_by", &consent.given_by},
        {"recorded_by", &consent.recorded_by},
        {"approved_by", &consent.approved_by},
        {"text_version", &consent.text_version},
    }};
    for (const auto& [name, value] : fields) {
        if (value->empty()) return Error{Errc::invalid_argument, fmt::format("consent: {} is missing", name)};
        if (value->size() > 100)
            return Error{Errc::invalid_argument, fmt::format("consent: {} is longer than 100 bytes", name)};
    }
    if (consent.scope != "pictures")
        return Error{Errc::invalid_argument, "consent: scope must be \"pictures\""};
    if (consent.approved_by == consent.recorded_by)
        return Error{Errc::invalid_argument, "consent: approved_by must be another person than recorded_by"};
    if (consent.given_at > now) return Error{Errc::invalid_argument, "consent: given_at lies in the future"};
    if (consent.expires_at <= now)
        return Error{Errc::invalid_argument, "consent: expires_at lies in the past"};
    if (consent.expires_at > consent.given_at + max_consent_time)
        return Error{Errc::invalid_argument, "consent: expires_at is more than 12 months after given_at"};
    return {};
}

} // namespace stillwatch::cases
