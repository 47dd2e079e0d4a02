#include "crawler/scope.hpp"

#include "crawler/robots/robots_pattern.hpp"
#include "crawler/side_effects.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace stillwatch::crawler {

namespace {

std::string_view query_of(const Url& url) noexcept
{
    const auto target = url.target();
    return target.size() > url.path().size() ? target.substr(url.path().size() + 1) : std::string_view{};
}

std::vector<std::string_view> segments_of(std::string_view path)
{
    std::vector<std::string_view> segments;
    path.remove_prefix(1);
    while (!path.empty()) {
        const auto end = path.find('/');
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    }
    return segments;
}

bool has_letter(std::string_view text) noexcept
{
    return std::ranges::any_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

// Numbers alone are how picture stores spread files over folders (/000/000/000/12.jpg).
bool repeats(const std::vector<std::string_view>& segments)
{
    constexpr std::size_t times = ScopeLimits::max_repeats + 1;
    for (std::size_t length = 1; length * times <= segments.size(); ++length) {
        std::size_t same = 0; // segments in a row that equal the one `length` before
        for (std::size_t i = length; i < segments.size(); ++i) {
            same = segments[i] == segments[i - length] ? same + 1 : 0;
            if (same < length * (times - 1)) continue;
            const auto group = std::span(segments).subspan(i + 1 - length, length);
            if (std::ranges::any_of(group, has_letter)) return true;
        }
    }
    return false;
}

// The address in a query value, written plainly or percent-encoded.
std::optional<Url> address_in(std::string_view query, const Url& base)
{
    std::string text = "="; // an address may also be the whole query
    for (std::size_t i = 0; i < query.size(); ++i) {
        const auto triplet = query.substr(i, 3);
        if (triplet == "%3A")
            text += ':';
        else if (triplet == "%2F")
            text += '/';
        else {
            text += query[i];
            continue;
        }
        i += 2;
    }
    for (const std::string_view scheme : {"=http://", "=https://", "=//"}) {
        const auto at = text.find(scheme);
        if (at == std::string::npos) continue;
        const auto rest = std::string_view(text).substr(at + 1);
        if (auto address = Url::join(base, rest.substr(0, rest.find_first_of("&;"))))
            return std::move(*address);
    }
    return std::nullopt;
}

bool lies_within(const std::vector<std::string>& patterns, const Url& url)
{
    if (patterns.empty()) return false;
    const auto target = comparable_target(url.target());
    return std::ranges::any_of(patterns, [&](const auto& pattern) { return matches(pattern, target); });
}

ScopeReason reason_for(const SiteRules& site, const Url& url, LinkKind kind, int depth)
{
    if (is_denied(url)) return ScopeReason::denied_host;
    if (!is_host_of(site, url)) return ScopeReason::off_site;
    // The pictures of the last pages are looked at, too.
    const int most = kind == LinkKind::page ? site.max_depth : site.max_depth + 1;
    if (depth > most) return ScopeReason::too_far;
    if (url.text().size() > ScopeLimits::max_url_bytes) return ScopeReason::too_long;
    const auto query = query_of(url);
    const auto separators = std::ranges::count_if(query, [](char c) { return c == '&' || c == ';'; });
    if (separators >= ScopeLimits::max_query_parameters) return ScopeReason::too_many_parameters;
    const auto segments = segments_of(url.path());
    if (segments.size() > ScopeLimits::max_path_segments) return ScopeReason::too_many_segments;
    if (repeats(segments)) return ScopeReason::repeated_segments;
    if (has_side_effect(segments, query)) return ScopeReason::side_effect;
    if (lies_within(site.excluded_paths, url)) return ScopeReason::excluded_path;
    if (kind == LinkKind::page && !site.paths.empty() && !lies_within(site.paths, url))
        return ScopeReason::outside_paths;
    if (kind == LinkKind::page) {
        const auto inner = address_in(query, url);
        if (inner && !is_host_of(site, *inner)) return ScopeReason::embedded_address;
    }
    return ScopeReason::in_scope;
}

} // namespace

std::string_view name_of(ScopeReason reason) noexcept
{
    switch (reason) {
    case ScopeReason::in_scope: return "in_scope";
    case ScopeReason::off_site: return "off_site";
    case ScopeReason::denied_host: return "denied_host";
    case ScopeReason::too_far: return "too_far";
    case ScopeReason::too_long: return "too_long";
    case ScopeReason::too_many_segments: return "too_many_segments";
    case ScopeReason::repeated_segments: return "repeated_segments";
    case ScopeReason::too_many_parameters: return "too_many_parameters";
    case ScopeReason::side_effect: return "side_effect";
    case ScopeReason::outside_paths: return "outside_paths";
    case ScopeReason::excluded_path: return "excluded_path";
    case ScopeReason::embedded_address: return "embedded_address";
    }
    return "unknown";
}

ScopeDecision check_scope(const SiteRules& site, const Url& url, LinkKind kind, int depth)
{
    const auto reason = reason_for(site, url, kind, depth);
    return {reason == ScopeReason::in_scope, reason};
}

bool is_host_of(const SiteRules& site, const Url& url)
{
    // Asked of every link: without a text of its own for each form.
    const auto name = url.host();
    const std::string_view short_form(name.data(), static_cast<std::size_t>(url.path().data() - name.data()));
    std::array<char, 6> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), url.port()).ptr;
    const std::string_view port(digits.data(), static_cast<std::size_t>(end - digits.data()));
    return std::ranges::any_of(site.hosts, [&](std::string_view host) {
        if (host == short_form) return true;
        return host.size() == name.size() + 1 + port.size() && host.starts_with(name) &&
               host[name.size()] == ':' && host.ends_with(port);
    });
}

} // namespace stillwatch::crawler
