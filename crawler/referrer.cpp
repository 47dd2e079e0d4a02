#include "crawler/referrer.hpp"

namespace stillwatch::crawler {

namespace {

using enum ReferrerPolicy;

// Longer ones are cut to their origin (Referrer Policy section 8.3).
constexpr std::size_t max_bytes = 4096;

} // namespace

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
