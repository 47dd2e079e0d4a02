#include "crawler/referrer.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace stillwatch::crawler {

namespace {

using enum ReferrerPolicy;

// Longer ones are cut to their origin (Referrer Policy section 8.3).
constexpr std::size_t max_bytes = 4096;

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

std::string referer_of(const Referrer& from, const Url& to)
{
    const auto base = from.page.origin() + "/";
    const auto whole = from.page.text().size() <= max_bytes ? from.page.text() : base;
    const bool is_same = from.page.origin() == to.origin();
    const bool is_downgrade = from.page.scheme() == "https" && to.scheme() != "https";
    switch (from.policy) {
    case no_referrer: return {};
    case no_referrer_when_downgrade: return is_downgrade ? std::string() : whole;
    case same_origin: return is_same ? whole : std::string();
    case origin: return base;
    case strict_origin: return is_downgrade ? std::string() : base;
    case origin_when_cross_origin: return is_same ? whole : base;
    case unsafe_url: return whole;
    case strict_origin_when_cross_origin: break;
    }
    if (is_same) return whole;
    return is_downgrade ? std::string() : base;
}

} // namespace stillwatch::crawler
