#include "core/url.hpp"

#include "core/ascii.hpp"
#include "core/percent.hpp"
#include "core/url_layout.hpp"

#include <boost/url/ipv6_address.hpp>
#include <boost/url/parse.hpp>

#include <fmt/format.h>
#include <idn2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>

namespace stillwatch {

namespace {

namespace urls = boost::urls;
using namespace url_text;

constexpr std::string_view slashes = "/\\";

void append_escaped(std::string& out, char c)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    const auto value = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(digits[value >> 4U]);
    out.push_back(digits[value & 15U]);
}

// Escapes what may not stand in `where`, also a '%' that begins no triplet; writes triplets in upper case and
// decodes those of unreserved characters (RFC 3986 section 6.2.2). Bytes above 127 are escaped one by one:
// right for UTF-8, and what servers sent for anything else.
void append_repaired(std::string& out, std::string_view text, Allowed where)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (allowed[static_cast<unsigned char>(c)] & where) {
            out.push_back(c);
        } else if (c == '\\' && where == in_path) {
            out.push_back('/');
        } else if (const int value = triplet_at(text, i); value >= 0) {
            const char decoded = static_cast<char>(value);
            if (is_unreserved(decoded))
                out.push_back(decoded);
            else
                append_escaped(out, decoded);
            i += 2;
        } else {
            append_escaped(out, c);
        }
    }
}

// `path` begins with '/'. Boost.URL 1.81 keeps leading ".." segments and decodes "%2F", so this is done here.
std::string without_dot_segments(std::string_view path)
{
    if (path.find("/.") == std::string_view::npos) return std::string(path);
    std::string out;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        const bool goes_up = segment == "..";
        if (!goes_up && segment != ".") {
            out.push_back('/');
            out += segment;
            continue;
        }
        if (goes_up && !out.empty()) out.resize(out.rfind('/'));
        if (path.empty()) out.push_back('/');
    }
    return out;
}

// WHATWG URL section 4.4, first steps: blanks and controls at both ends and every tab and line end are
// dropped. The fragment goes too: it never reaches a server.
std::string stripped(std::string_view text)
{
    const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    text = text.substr(0, text.find('#'));
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    std::string clean(text);
    std::erase_if(clean, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
    return clean;
}

// The length of "scheme" where the text begins with "scheme:".
std::optional<std::size_t> scheme_length(std::string_view text) noexcept
{
    if (text.empty() || !is_letter(text.front())) return std::nullopt;
    for (std::size_t i = 1; i < text.size(); ++i) {
        const char c = text[i];
        if (c == ':') return i;
        if (!is_letter_or_digit(c) && c != '+' && c != '-' && c != '.') return std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> ipv4_number(std::string_view part) noexcept
{
    if (part.empty()) return std::nullopt;
    int base = 10;
    if (part.size() >= 2 && part[0] == '0' && lower(part[1]) == 'x') {
        base = 16;
        part.remove_prefix(2);
    } else if (part.size() >= 2 && part[0] == '0') {
        base = 8;
        part.remove_prefix(1);
    }
    if (part.empty()) return 0;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value, base);
    if (error != std::errc{} || end != part.data() + part.size()) return std::nullopt;
    return value;
}

// One to four numbers, decimal, octal or hexadecimal; the last fills all bytes that are left.
std::optional<std::string> dotted_ipv4(std::string_view host)
{
    if (host.ends_with('.')) host.remove_suffix(1);
    std::uint64_t address = 0;
    for (int parts = 1;; ++parts) {
        const auto dot = host.find('.');
        const auto number = ipv4_number(host.substr(0, dot));
        if (!number || parts > 4) return std::nullopt;
        const int bits_left = 8 * (5 - parts);
        if (dot == std::string_view::npos) {
            if (*number >> bits_left != 0) return std::nullopt;
            address |= *number;
            return fmt::format("{}.{}.{}.{}", address >> 24U, (address >> 16U) & 255U, (address >> 8U) & 255U,
                               address & 255U);
        }
        if (*number > 255) return std::nullopt;
        address |= *number << (bits_left - 8);
        host.remove_prefix(dot + 1);
    }
}

Error bad_host()
{
    return Error{Errc::malformed, "URL: the host is no name and no address"};
}

// UTS 46, non-transitional, as browsers do it.
Result<std::string> international(const std::string& host)
{
    char* raw = nullptr;
    const auto* input = reinterpret_cast<const std::uint8_t*>(host.c_str());
    const int code =
        idn2_lookup_u8(input, reinterpret_cast<std::uint8_t**>(&raw), IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<char, void (*)(void*)> owned(raw, idn2_free);
    if (code != IDN2_OK) return bad_host();
    return std::string(owned.get());
}

Result<std::string> repaired_host(std::string_view text)
{
    if (text.starts_with('[')) {
        const auto address = urls::parse_ipv6_address(text.substr(1, text.size() - 2));
        if (!address) return bad_host();
        return fmt::format("[{}]", address->to_string());
    }
    std::string host;
    bool is_plain = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = lower(text[i]);
        if (const int value = triplet_at(text, i); value >= 0) {
            c = lower(static_cast<char>(value));
            i += 2;
        }
        if (c == '\0') return bad_host();
        is_plain = is_plain && static_cast<unsigned char>(c) < 128;
        host.push_back(c);
    }
    if (!is_plain || host.starts_with("xn--") || host.find(".xn--") != std::string::npos) {
        auto ascii = international(host);
        if (!ascii) return ascii;
        host = std::move(*ascii);
    }
    if (ends_in_a_number(host)) {
        auto address = dotted_ipv4(host);
        if (!address) return bad_host();
        return *std::move(address);
    }
    if (!is_dns_name(host)) return bad_host();
    return host;
}

// "host[:port]" without the scheme's default port.
Result<std::string> repaired_authority(std::string_view text, std::string_view scheme)
{
    if (text.find('@') != std::string_view::npos)
        return Error{Errc::refused, "URL: a user name stands before the host"};
    const auto host_end = text.find(':', text.starts_with('[') ? std::min(text.find(']'), text.size()) : 0);
    const auto host_text = text.substr(0, host_end);
    if (host_text.empty() || (host_text.starts_with('[') && !host_text.ends_with(']'))) return bad_host();
    auto host = repaired_host(host_text);
    if (!host || host_end == std::string_view::npos) return host;
    const auto port_text = text.substr(host_end + 1);
    if (port_text.empty()) return host;
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
    if (error != std::errc{} || end != port_text.data() + port_text.size() || port == 0)
        return Error{Errc::malformed, "URL: the port is no number from 1 to 65535"};
    if (port != default_port(scheme)) *host += fmt::format(":{}", port);
    return host;
}

// An address in parts, repaired: origin without path, path, query with its '?'.
struct Parts {
    std::string origin;
    std::string path;
    std::string query;
};

void read_path_and_query(Parts& parts, std::string_view text)
{
    const auto question = text.find('?');
    append_repaired(parts.path, text.substr(0, question), in_path);
    if (question == std::string_view::npos) return;
    parts.query.push_back('?');
    append_repaired(parts.query, text.substr(question + 1), in_query);
}

// WHATWG URL section 4.4 as far as http and https reach. Without a base the text must name a host.
Result<Parts> repaired(std::string_view text, const Url* base)
{
    const std::string clean = stripped(text);
    std::string_view rest = clean;
    std::string scheme(base ? base->scheme() : std::string_view{});
    bool has_host = false;
    if (const auto length = scheme_length(rest)) {
        scheme.assign(rest.substr(0, *length));
        std::ranges::transform(scheme, scheme.begin(), lower);
        if (scheme != "http" && scheme != "https")
            return Error{Errc::refused, "URL: only http and https are read"};
        rest.remove_prefix(*length + 1);
        has_host = !base || scheme != base->scheme(); // "https:x" is relative on an https page only
    } else if (!base) {
        return Error{Errc::malformed, "URL: no scheme"};
    }
    Parts parts;
    const auto leading = std::min(rest.find_first_not_of(slashes), rest.size());
    if (has_host || leading >= 2) {
        rest.remove_prefix(leading);
        const auto end = std::min(rest.find_first_of("/\\?"), rest.size());
        const auto authority = repaired_authority(rest.substr(0, end), scheme);
        if (!authority) return authority.error();
        parts.origin = fmt::format("{}://{}", scheme, *authority);
        read_path_and_query(parts, rest.substr(end));
        if (parts.path.empty()) parts.path = "/";
        return parts;
    }
    parts.origin = base->origin();
    const auto base_path = base->path();
    if (leading == 0) parts.path = base_path.substr(0, base_path.rfind('/') + 1);
    const auto folder_size = parts.path.size();
    read_path_and_query(parts, rest);
    if (leading == 0 && parts.path.size() == folder_size) { // no path: that of the base
        parts.path = base_path;
        if (parts.query.empty()) parts.query = base->target().substr(base_path.size());
    }
    return parts;
}

Error too_long()
{
    return Error{Errc::too_large, fmt::format("URL: longer than {} bytes", Url::max_bytes)};
}

} // namespace

Result<Url> Url::join(const Url& base, std::string_view reference)
{
    if (!base.picture_inside()) return read(reference, &base);
    const auto document = base.document();
    return read(reference, &document);
}

Result<Url> Url::read(std::string_view text, const Url* base)
{
    if (text.size() > max_bytes) return too_long();
    const auto laid_out = [](std::string_view repaired, const Layout& layout) {
        Url url;
        url.text_ = repaired;
        url.host_begin_ = static_cast<std::uint16_t>(layout.host_begin);
        url.host_end_ = static_cast<std::uint16_t>(layout.host_end);
        url.path_begin_ = static_cast<std::uint16_t>(layout.path_begin);
        url.path_end_ = static_cast<std::uint16_t>(layout.path_end);
        url.port_ = layout.port;
        return url;
    };
    if (const auto layout = layout_of_repaired(text, EncodedNames::have_to_be_checked))
        return laid_out(text, *layout);
    // "//" would name a host.
    if (base && !text.starts_with("//") && base->path_begin_ + text.size() <= max_bytes)
        if (const auto path = path_of_repaired(text)) {
            Url url = *base;
            url.text_.replace(base->path_begin_, std::string::npos, text);
            url.path_end_ = static_cast<std::uint16_t>(base->path_begin_ + *path);
            return url;
        }
    const auto parts = repaired(text, base);
    if (!parts) return parts.error();
    const auto path = without_dot_segments(parts->path);
    if (parts->origin.size() + path.size() + parts->query.size() > max_bytes) return too_long();

    const auto written = parts->origin + path + parts->query;
    if (const auto layout = layout_of_repaired(written, EncodedNames::were_checked))
        return laid_out(written, *layout);
    // A host in brackets.
    Url url;
    url.text_ = written;
    const auto view = urls::parse_uri(url.text_);
    if (!view) return Error{Errc::malformed, fmt::format("URL: {}", view.error().message())};
    const auto host_begin = static_cast<std::size_t>(view->encoded_host().data() - url.text_.data());
    const auto path_begin = parts->origin.size();
    url.host_begin_ = static_cast<std::uint16_t>(host_begin);
    url.host_end_ = static_cast<std::uint16_t>(host_begin + view->encoded_host().size());
    url.path_begin_ = static_cast<std::uint16_t>(path_begin);
    url.path_end_ = static_cast<std::uint16_t>(path_begin + path.size());
    url.port_ = view->has_port() ? view->port_number() : default_port(url.scheme());
    return url;
}

std::string_view Url::scheme() const noexcept
{
    return std::string_view(text_).substr(0, text_.starts_with("https") ? 5 : 4);
}

std::string_view Url::host() const noexcept
{
    return std::string_view(text_).substr(host_begin_, host_end_ - host_begin_);
}

std::uint16_t Url::port() const noexcept
{
    return port_;
}

std::string_view Url::path() const noexcept
{
    return std::string_view(text_).substr(path_begin_, path_end_ - path_begin_);
}

std::string_view Url::target() const noexcept
{
    return std::string_view(text_).substr(path_begin_);
}

std::string Url::host_port() const
{
    return text_.substr(host_begin_, path_begin_ - host_begin_);
}

std::string Url::origin() const
{
    return text_.substr(0, path_begin_);
}

} // namespace stillwatch
