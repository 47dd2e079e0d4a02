#include "crawler/cookies/cookie_jar.hpp"

#include "core/ascii.hpp"
#include "crawler/cookies/public_suffix.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace stillwatch::crawler {

namespace {

bool is_address(std::string_view host) noexcept
{
    return host.starts_with('[') || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// RFC 6265 section 5.1.3.
bool lies_in(std::string_view host, std::string_view domain) noexcept
{
    if (host == domain) return true;
    return host.size() > domain.size() && host.ends_with(domain) &&
           host[host.size() - domain.size() - 1] == '.' && !is_address(host);
}

// RFC 6265 section 5.1.4.
bool is_below(std::string_view path, std::string_view folder) noexcept
{
    if (!path.starts_with(folder)) return false;
    return path.size() == folder.size() || folder.ends_with('/') || path[folder.size()] == '/';
}

std::string_view default_path(const Url& url) noexcept
{
    const auto path = url.path();
    return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

bool begins_with_name(std::string_view text, std::string_view name) noexcept
{
    return text.size() >= name.size() && same_name(text.substr(0, name.size()), name);
}

// Names that promise something of how they were set; a cookie that only looks so in its value is none either.
bool keeps_promise(const SetCookie& cookie, bool is_host_only) noexcept
{
    const std::string_view text = cookie.name.empty() ? cookie.value : cookie.name;
    if (begins_with_name(text, "__Host-"))
        return !cookie.name.empty() && cookie.is_secure && is_host_only && cookie.path == "/";
    return !begins_with_name(text, "__Secure-") || (!cookie.name.empty() && cookie.is_secure);
}

} // namespace

bool CookieJar::take(const Url& url, std::span<const HeaderField> headers, Timestamp now)
{
    const std::string host(url.host());
    const bool is_https = url.scheme() == "https";
    bool has_new = false;
    for (const auto& field : headers) {
        if (!same_name(field.name, "Set-Cookie")) continue;
        auto set = parse_set_cookie(field.value, now);
        if (!set || (set->is_secure && !is_https)) continue;
        auto& domain = set->domain;
        // A host below which anybody may have a name sets cookies for itself alone.
        if (domain == host && (is_address(host) || is_public_suffix(host))) domain.clear();
        if (!domain.empty() && !lies_in(host, domain)) continue;
        if (!domain.empty() && domain != host && is_public_suffix(domain)) continue;
        Cookie cookie{*std::move(set)};
        cookie.is_host_only = cookie.set.domain.empty();
        if (cookie.is_host_only) cookie.set.domain = host;
        if (cookie.set.path.empty()) cookie.set.path = default_path(url);
        if (!keeps_promise(cookie.set, cookie.is_host_only)) continue;
        // Whoever is in between in clear may not replace what was set over https.
        const auto covers = [&](const Cookie& other) {
            return other.set.is_secure && other.set.name == cookie.set.name &&
                   (lies_in(other.set.domain, cookie.set.domain) ||
                    lies_in(cookie.set.domain, other.set.domain)) &&
                   is_below(cookie.set.path, other.set.path);
        };
        if (!is_https && std::ranges::any_of(cookies_, covers)) continue;
        has_new = store(std::move(cookie), now) || has_new;
    }
    return has_new;
}

// Whether it is new.
bool CookieJar::store(Cookie cookie, Timestamp now)
{
    const auto is_expired = [now](const Cookie& one) { return one.set.expires && *one.set.expires <= now; };
    const auto is_same = [&](const Cookie& one) {
        return one.set.name == cookie.set.name && one.set.domain == cookie.set.domain &&
               one.set.path == cookie.set.path && one.is_host_only == cookie.is_host_only;
    };
    cookie.last_use = now;
    if (const auto known = std::ranges::find_if(cookies_, is_same); known != cookies_.end()) {
        if (is_expired(cookie))
            cookies_.erase(known);
        else
            *known = std::move(cookie);
        return false;
    }
    if (is_expired(cookie)) return false;
    std::erase_if(cookies_, is_expired);
    make_room(cookie.set.domain);
    cookies_.push_back(std::move(cookie));
    return true;
}

void CookieJar::make_room(const std::string& domain)
{
    const auto is_of_domain = [&](const Cookie& one) { return one.set.domain == domain; };
    const bool is_domain_full =
        static_cast<std::size_t>(std::ranges::count_if(cookies_, is_of_domain)) >= max_of_domain;
    if (!is_domain_full && cookies_.size() < max_cookies) return;
    auto oldest = cookies_.end();
    for (auto one = cookies_.begin(); one != cookies_.end(); ++one)
        if ((!is_domain_full || is_of_domain(*one)) &&
            (oldest == cookies_.end() || one->last_use < oldest->last_use))
            oldest = one;
    if (oldest != cookies_.end()) cookies_.erase(oldest);
}

std::string CookieJar::header_for(const Url& url, Timestamp now, std::span<const std::string> except)
{
    std::vector<Cookie*> sent;
    for (auto& cookie : cookies_) {
        const auto& set = cookie.set;
        if (set.expires && *set.expires <= now) continue;
        if (set.is_secure && url.scheme() != "https") continue;
        if (cookie.is_host_only ? url.host() != set.domain : !lies_in(url.host(), set.domain)) continue;
        if (!is_below(url.path(), set.path)) continue;
        if (std::ranges::find(except, set.name) != except.end()) continue;
        sent.push_back(&cookie);
    }
    // The narrower path first, then the older cookie (RFC 6265 section 5.4).
    std::ranges::stable_sort(sent, std::ranges::greater{},
                             [](const Cookie* cookie) { return cookie->set.path.size(); });
    std::string header;
    for (auto* cookie : sent) {
        const auto& set = cookie->set;
        if (header.size() + set.name.size() + set.value.size() + 3 > max_header_bytes) continue;
        if (!header.empty()) header += "; ";
        if (!set.name.empty()) header.append(set.name).append("=");
        header += set.value;
        cookie->last_use = now;
    }
    return header;
}

} // namespace stillwatch::crawler
