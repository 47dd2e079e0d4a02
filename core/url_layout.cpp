#include "core/url_layout.hpp"

#include "core/percent.hpp"

#include <algorithm>
#include <charconv>

namespace stillwatch::url_text {

namespace {

constexpr std::size_t max_name_bytes = 253; // RFC 1035 section 2.3.4, as text without the final dot
constexpr std::size_t max_label_bytes = 63;

constexpr bool is_upper_hex(char c) noexcept
{
    return is_digit(c) || (c >= 'A' && c <= 'F');
}

// Whether append_repaired would leave it alone.
constexpr bool stands_repaired(std::string_view text, Allowed where) noexcept
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (allowed[static_cast<unsigned char>(text[i])] & where) continue;
        const int value = triplet_at(text, i);
        if (value < 0 || is_unreserved(static_cast<char>(value))) return false;
        if (!is_upper_hex(text[i + 1]) || !is_upper_hex(text[i + 2])) return false;
        i += 2;
    }
    return true;
}

// "." or ".." between slashes or at the end.
bool has_dot_segment(std::string_view path) noexcept
{
    for (auto at = path.find("/."); at != std::string_view::npos; at = path.find("/.", at + 1)) {
        auto rest = path.substr(at + 2);
        if (rest.starts_with('.')) rest.remove_prefix(1);
        if (rest.empty() || rest.starts_with('/')) return true;
    }
    return false;
}

// "127.0.0.1" and nothing that only means the same.
bool is_dotted_ipv4(std::string_view host) noexcept
{
    for (int part = 1;; ++part) {
        const auto digits = host.substr(0, host.find('.'));
        const bool is_plain =
            !digits.empty() && digits.size() <= 3 && std::ranges::all_of(digits, is_digit) &&
            (digits.size() == 1 || digits.front() != '0') && (digits.size() < 3 || digits <= "255");
        if (!is_plain) return false;
        if (digits.size() == host.size()) return part == 4;
        host.remove_prefix(digits.size() + 1);
    }
}

bool is_repaired_host(std::string_view host, EncodedNames names) noexcept
{
    if (ends_in_a_number(host)) return is_dotted_ipv4(host);
    const bool is_encoded = host.find("xn--") != std::string_view::npos;
    return is_dns_name(host) && (!is_encoded || names == EncodedNames::were_checked);
}

} // namespace

std::uint16_t default_port(std::string_view scheme) noexcept
{
    return scheme == "https" ? 443 : 80;
}

bool ends_in_a_number(std::string_view host) noexcept
{
    if (host.ends_with('.')) host.remove_suffix(1);
    const auto dot = host.rfind('.');
    const auto last = dot == std::string_view::npos ? host : host.substr(dot + 1);
    if (last.empty()) return false;
    if (std::ranges::all_of(last, is_digit)) return true;
    return last.starts_with("0x") &&
           std::ranges::all_of(last.substr(2), [](char c) { return hex_value(c) >= 0; });
}

bool is_dns_name(std::string_view host) noexcept
{
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.empty() || host.size() > max_name_bytes) return false;
    std::size_t label = 0;
    for (const char c : host) {
        if (c == '.') {
            if (label == 0) return false;
            label = 0;
        } else {
            if (!(c >= 'a' && c <= 'z') && !is_digit(c) && c != '-' && c != '_') return false;
            if (++label > max_label_bytes) return false;
        }
    }
    return label > 0;
}

std::optional<std::size_t> path_of_repaired(std::string_view target) noexcept
{
    const auto path = target.substr(0, target.find('?'));
    if (!path.starts_with('/') || has_dot_segment(path) || !stands_repaired(path, in_path))
        return std::nullopt;
    if (path.size() < target.size() && !stands_repaired(target.substr(path.size() + 1), in_query))
        return std::nullopt;
    return path.size();
}

std::optional<Layout> layout_of_repaired(std::string_view text, EncodedNames names) noexcept
{
    Layout layout;
    const bool is_secure = text.starts_with("https://");
    if (!is_secure && !text.starts_with("http://")) return std::nullopt;
    layout.host_begin = is_secure ? 8 : 7;
    layout.port = default_port(is_secure ? "https" : "http");
    layout.path_begin = text.find('/', layout.host_begin);
    if (layout.path_begin == std::string_view::npos) return std::nullopt;
    const auto authority = text.substr(layout.host_begin, layout.path_begin - layout.host_begin);
    const auto host = authority.substr(0, authority.find(':'));
    if (!is_repaired_host(host, names)) return std::nullopt;
    layout.host_end = layout.host_begin + host.size();
    if (host.size() < authority.size()) {
        const auto digits = authority.substr(host.size() + 1);
        std::uint16_t port = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
        const bool is_number = error == std::errc{} && end == digits.data() + digits.size();
        if (!is_number || digits.starts_with('0') || port == layout.port) return std::nullopt;
        layout.port = port;
    }
    const auto path = path_of_repaired(text.substr(layout.path_begin));
    if (!path) return std::nullopt;
    layout.path_end = layout.path_begin + *path;
    return layout;
}

} // namespace stillwatch::url_text
