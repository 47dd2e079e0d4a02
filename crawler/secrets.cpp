#include "crawler/secrets.hpp"

#include "core/ascii.hpp"
#include "crawler/scope.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace stillwatch::crawler {

namespace {

// Whether none of the site's seeds that are like the address is https; nothing where none is like it.
template <class Like>
std::optional<bool> are_in_clear(const SiteRules& site, Like is_like)
{
    std::optional<bool> in_clear;
    for (const auto& seed : site.seeds)
        if (is_like(seed)) in_clear = in_clear.value_or(true) && seed.scheme() != "https";
    return in_clear;
}

} // namespace

bool may_carry_secrets(const SiteRules& site, const Url& url)
{
    if (!is_host_of(site, url)) return false;
    if (url.scheme() == "https") return true;
    const auto here =
        are_in_clear(site, [&](const Url& seed) { return seed.host_port() == url.host_port(); });
    if (here) return *here;
    const auto on_host = are_in_clear(site, [&](const Url& seed) { return seed.host() == url.host(); });
    if (on_host) return *on_host;
    return are_in_clear(site, [](const Url&) { return true; }).value_or(true);
}

bool is_harmless_header(std::string_view name) noexcept
{
    static constexpr std::array<std::string_view, 3> harmless{"User-Agent", "Accept", "Accept-Language"};
    return std::ranges::any_of(harmless, [&](std::string_view one) { return same_name(one, name); });
}

} // namespace stillwatch::crawler
