#pragma once

#include "core/referrer_policy.hpp"
#include "core/url.hpp"

#include <string>

namespace stillwatch::crawler {

using stillwatch::referrer_policy;
using stillwatch::ReferrerPolicy;

// Which page led to an address.
struct Referrer {
    Url page;
    ReferrerPolicy policy = ReferrerPolicy::strict_origin_when_cross_origin;
};

// The value of Referer in a request for `to`; empty: none is sent.
std::string referer_of(const Referrer& from, const Url& to);

} // namespace stillwatch::crawler
