#include "crawler/redirect_chain.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::crawler {

Result<Url> next_hop(const Fetched& redirect, const Chain& chain, const CookiesFor& cookies_for)
{
    auto next = Url::join(redirect.url, redirect.header("Location"));
    if (!next) return Error{next.error().code, "redirects: " + next.error().detail};
    const auto turns = std::ranges::count(chain, *next, &Hop::url);
    if (turns == 0) return next;
    const auto cookies = cookies_for(*next);
    const bool is_same = std::ranges::any_of(
        chain, [&](const Hop& hop) { return hop.url == *next && hop.cookies == cookies; });
    if (is_same || turns >= max_turns)
        return Error{Errc::malformed, fmt::format("redirects: in circles after {}", chain.size())};
    return next;
}

} // namespace stillwatch::crawler
