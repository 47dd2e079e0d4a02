#include "cases/consent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace stillwatch::cases {

namespace {

constexpr std::array<std::string_view, 3> known_scopes{"pictures", "videos", "faces"};

std::vector<std::string_view> scopes_of(std::string_view text)
{
    std::vector<std::string_view> scopes;
    for (;;) {
        const auto end = std::min(text.find(','), text.size());
        scopes.push_back(text.substr(0, end));
        if (end == text.size()) return scopes;
        text.remove_prefix(end + 1);
    }
}

} // namespace

std::string_view name_of(ConsentStatus status) noexcept
{
    switch (status) {
    case ConsentStatus::valid: return "valid";
    case ConsentStatus::unapproved: return "unapproved";
    case ConsentStatus::not_yet: return "not_yet";
    case ConsentStatus::expired: return "expired";
    case ConsentStatus::withdrawn: return "withdrawn";
    }
    return "unknown";
}

bool covers(const Consent& consent, std::string_view scope) noexcept
{
    std::string_view rest = consent.scope;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(','), rest.size());
        if (rest.substr(0, end) == scope) return true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

ConsentStatus consent_status(const Case& c, ConsentTime moment) noexcept
{
    const auto now = moment.at();
    if (c.state == CaseState::withdrawn) return ConsentStatus::withdrawn;
    if (c.consent.approval == Approval::none) return ConsentStatus::unapproved;
    if (now < c.consent.given_at) return ConsentStatus::not_yet;
    if (now >= c.consent.expires_at) return ConsentStatus::expired;
    return ConsentStatus::valid;
}

Result<void> check_consent(const Consent& consent, Timestamp now)
{
    const std::array<std::pair<std::string_view, const std::string*>, 3> fields{{
        {"given_by", &consent.given_by},
        {"recorded_by", &consent.recorded_by},
        {"text_version", &consent.text_version},
    }};
    for (const auto& [name, value] : fields) {
        if (value->empty()) return Error{Errc::invalid_argument, fmt::format("consent: {} is missing", name)};
        if (value->size() > 100)
            return Error{Errc::invalid_argument, fmt::format("consent: {} is longer than 100 bytes", name)};
    }
    const auto scopes = scopes_of(consent.scope);
    const auto is_known = [](std::string_view scope) { return std::ranges::count(known_scopes, scope) == 1; };
    if (!std::ranges::all_of(scopes, is_known) || !covers(consent, "pictures"))
        return Error{Errc::invalid_argument,
                     "consent: scope must be \"pictures\", with \",videos\" or \",faces\" where these are "
                     "covered, too"};
    if (consent.given_at > now) return Error{Errc::invalid_argument, "consent: given_at lies in the future"};
    if (consent.expires_at <= now)
        return Error{Errc::invalid_argument, "consent: expires_at lies in the past"};
    if (consent.expires_at > consent.given_at + max_consent_time)
        return Error{Errc::invalid_argument, "consent: expires_at is more than 12 months after given_at"};
    return {};
}

} // namespace stillwatch::cases
