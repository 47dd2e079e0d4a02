#include "core/referrer_policy.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace stillwatch {

namespace {

using enum ReferrerPolicy;

constexpr std::array<std::pair<std::string_view, ReferrerPolicy>, 12> names{
    {{"strict-origin-when-cross-origin", strict_origin_when_cross_origin},
     {"no-referrer", no_referrer},
     {"no-referrer-when-downgrade", no_referrer_when_downgrade},
     {"same-origin", same_origin},
     {"origin", origin},
     {"strict-origin", strict_origin},
     {"origin-when-cross-origin", origin_when_cross_origin},
     {"unsafe-url", unsafe_url},
     // As <meta name=referrer> was written first (HTML standard, section 4.2.5.2).
     {"never", no_referrer},
     {"default", strict_origin_when_cross_origin},
     {"always", unsafe_url},
     {"origin-when-crossorigin", origin_when_cross_origin}}};

} // namespace

std::optional<ReferrerPolicy> referrer_policy(std::string_view value)
{
    std::optional<ReferrerPolicy> policy;
    while (!value.empty()) {
        const auto end = std::min(value.find_first_of(", \t"), value.size());
        const auto token = value.substr(0, end);
        value.remove_prefix(std::min(end + 1, value.size()));
        const auto* found =
            std::ranges::find_if(names, [&](const auto& one) { return same_name(one.first, token); });
        if (found != names.end()) policy = found->second;
    }
    return policy;
}

} // namespace stillwatch
