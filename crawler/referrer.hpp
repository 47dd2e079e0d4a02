#pragma once

#include "core/url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch::crawler {

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

// Which page led to an address.
struct Referrer {
    Url page;
    ReferrerPolicy policy = ReferrerPolicy::strict_origin_when_cross_origin;
};

// The value of Referer in a request for `to`; empty: none is sent.
std::string referer_of(const Referrer& from, const Url& to);

} // namespace stillwatch::crawler
