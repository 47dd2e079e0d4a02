#pragma once

#include "core/case.hpp"
#include "core/result.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

namespace stillwatch::cases {

// Consent is asked for again at least once a year.
constexpr std::chrono::days max_consent_time{366};

enum class ConsentStatus : std::uint8_t { valid, unapproved, not_yet, expired, withdrawn };
std::string_view name_of(ConsentStatus status) noexcept;

// The moment by which consent is decided: `now`, or the latest time that was ever seen
// (CaseDatabase::time_seen), so that a clock that was set back revives no consent.
class ConsentTime {
public:
    ConsentTime(Timestamp now, Timestamp latest_seen) noexcept : at_(std::max(now, latest_seen)) {}
    Timestamp at() const noexcept { return at_; }

private:
    Timestamp at_;
};

// Whether the case may be matched at that moment: the one place where approval, expiry, withdrawal and a
// clock that was set back are weighed. Pure.
ConsentStatus consent_status(const Case& c, ConsentTime moment) noexcept;

// Whether a new consent record may be taken: all fields filled in, known scopes with "pictures" among them,
// given in the past, expiring in the future and at most max_consent_time after it was given. Errors:
// invalid_argument naming the field.
Result<void> check_consent(const Consent& consent, Timestamp now);

// Whether what the consent covers is named there: "pictures", "videos" or "faces".
bool covers(const Consent& consent, std::string_view scope) noexcept;

// Who must stand behind a consent: another account than recorded it, or nobody else, since the installation
// is one person's.
enum class ApprovalRule : std::uint8_t { second_person, one_person };

} // namespace stillwatch::cases
