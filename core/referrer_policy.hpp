#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace stillwatch {

// What a page lets its visitors tell of it where they go on (W3C Referrer Policy section 3).
enum class ReferrerPolicy : std::uint8_t {
    strict_origin_when_cross_origin, // the default of browsers
    no_referrer,
    no_referrer_when_downgrade,
    same_origin,
    origin,
    strict_origin,
    origin_when_cross_origin,
    unsafe_url,
};

// The last policy of a list that is known ("no-referrer, strict-origin"), also by the old names of <meta>
// ("never", "always"); nothing where none is.
std::optional<ReferrerPolicy> referrer_policy(std::string_view value);

} // namespace stillwatch
