#include "config/checks.hpp"

#include "core/ascii.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace stillwatch::config {

namespace {

bool is_local_part_letter(char letter) noexcept
{
    return is_letter_or_digit(letter) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(letter) != std::string_view::npos;
}

bool is_token(std::string_view text) noexcept // RFC 9110 section 5.6.2
{
    return !text.empty() && std::ranges::all_of(text, [](char letter) {
        return is_letter_or_digit(letter) ||
               std::string_view("!#$%&'*+-.^_`|~").find(letter) != std::string_view::npos;
    });
}

std::optional<int> number(std::string_view text, int most) noexcept
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > most)
        return std::nullopt;
    return value;
}

std::optional<AddressBlock> single_address(std::string_view text)
{
    const std::string copy(text);
    AddressBlock block;
    block.v6 = text.find(':') != std::string_view::npos;
    if (inet_pton(block.v6 ? AF_INET6 : AF_INET, copy.c_str(), block.bytes.data()) != 1) return std::nullopt;
    block.prefix_bits = block.v6 ? 128 : 32;
    return block;
}

bool bit(const AddressBlock& block, int index) noexcept
{
    const auto byte = block.bytes[static_cast<std::size_t>(index / 8)];
    return ((byte >> (7 - index % 8)) & 1) != 0;
}

} // namespace

bool is_name(std::string_view text) noexcept
{
    if (text.empty() || text.size() > 64 || !is_letter_or_digit(text.front())) return false;
    return std::ranges::all_of(text, [](char letter) {
        return is_letter_or_digit(letter) || letter == '.' || letter == '_' || letter == '-';
    });
}

bool is_mail_address(std::string_view text) noexcept
{
    const auto at = text.find('@');
    if (at == 0 || at == std::string_view::npos || at > 64 || text.size() > 254) return false;
    const auto domain = text.substr(at + 1);
    if (domain.empty() || domain.front() == '.' || domain.back() == '.' || domain.front() == '-')
        return false;
    return std::ranges::all_of(text.substr(0, at), is_local_part_letter) &&
           std::ranges::all_of(domain, [](char letter) {
               return is_letter_or_digit(letter) || letter == '.' || letter == '-';
           });
}

std::optional<std::string> organisation_problem(std::string_view name)
{
    if (name.empty()) return "missing: sites are told who visits them";
    // The name stands in parentheses in the User-Agent (a comment of RFC 9110 section 5.6.5).
    if (name.size() > 200 || name.find_first_of("()\\") != std::string_view::npos)
        return "longer than 200 bytes, or holds '(', ')' or '\\'";
    return std::nullopt;
}

std::optional<std::string> contact_problem(std::string_view contact)
{
    if (is_mail_address(contact) || Url::parse(std::string(contact))) return std::nullopt;
    return "missing or neither an http(s) address nor a mail address: sites need someone to write to";
}

std::optional<std::string> scope_host(std::string_view text)
{
    if (text.empty() || text.ends_with(':') || text.find_first_of("/?#@\\ ") != std::string_view::npos)
        return std::nullopt;
    const auto url = Url::parse("http://" + std::string(text) + "/");
    if (!url || url->path() != "/") return std::nullopt;
    const bool names_default_port = text.ends_with(":80") || text.ends_with(":443");
    if (names_default_port && url->host() != text) return std::nullopt;
    return url->host_port();
}

bool is_mail_server(std::string_view text)
{
    for (const std::string_view scheme : {"smtps://", "smtp://"}) {
        if (!text.starts_with(scheme)) continue;
        const auto rest = text.substr(scheme.size());
        if (rest.ends_with(':') || rest.find_first_of("/?#@\\ ") != std::string_view::npos) return false;
        return Url::parse("https://" + std::string(rest) + "/").has_value();
    }
    return false;
}

bool is_loopback_listener(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || !number(text.substr(colon + 1), 65'535)) return false;
    auto address = text.substr(0, colon);
    const bool bracketed = address.starts_with('[') && address.ends_with(']');
    if (bracketed) address = address.substr(1, address.size() - 2);
    const auto single = single_address(address);
    if (!single || single->v6 != bracketed) return false;
    return parse_block(single->v6 ? "::1/128" : "127.0.0.0/8")->contains(*single);
}

bool AddressBlock::contains(const AddressBlock& single) const noexcept
{
    if (v6 != single.v6 || single.prefix_bits < prefix_bits) return false;
    for (int index = 0; index < prefix_bits; ++index)
        if (bit(*this, index) != bit(single, index)) return false;
    return true;
}

std::optional<AddressBlock> parse_block(std::string_view text)
{
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    auto block = single_address(text.substr(0, slash));
    if (!block) return std::nullopt;
    const int address_bits = block->prefix_bits;
    const auto prefix = number(text.substr(slash + 1), address_bits);
    if (!prefix) return std::nullopt;
    block->prefix_bits = *prefix;
    for (int index = *prefix; index < address_bits; ++index)
        if (bit(*block, index)) return std::nullopt;
    return block;
}

std::optional<AddressBlock> address_of(const Url& url)
{
    auto host = url.host();
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    return single_address(host);
}

bool is_path_pattern(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= 1024 && (text.front() == '/' || text.front() == '*') &&
           std::ranges::none_of(
               text, [](char letter) { return letter <= ' ' || letter == '#' || letter == '\x7F'; });
}

bool is_cookie(std::string_view text) noexcept
{
    const auto equals = text.find('=');
    return equals != std::string_view::npos && text.size() <= 4096 && is_token(text.substr(0, equals)) &&
           std::ranges::all_of(text.substr(equals + 1), [](char letter) {
               return letter > ' ' && letter < '\x7F' &&
                      std::string_view("\",;\\").find(letter) == std::string_view::npos;
           });
}

bool is_extra_header(std::string_view text) noexcept
{
    static constexpr std::array<std::string_view, 17> ours{"host",
                                                           "user-agent",
                                                           "cookie",
                                                           "authorization",
                                                           "proxy-authorization",
                                                           "connection",
                                                           "keep-alive",
                                                           "transfer-encoding",
                                                           "te",
                                                           "trailer",
                                                           "upgrade",
                                                           "range",
                                                           "content-length",
                                                           "accept-encoding",
                                                           "if-none-match",
                                                           "if-modified-since",
                                                           "expect"};
    const auto colon = text.find(": ");
    if (colon == std::string_view::npos || text.size() > 1024 || !is_token(text.substr(0, colon)))
        return false;
    std::string name(text.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    const auto value = text.substr(colon + 2);
    return !value.empty() && std::ranges::find(ours, name) == ours.end() &&
           std::ranges::all_of(value, [](char letter) { return letter >= ' ' && letter < '\x7F'; });
}

bool is_socks_proxy(std::string_view text)
{
    constexpr std::string_view scheme = "socks5h://";
    if (!text.starts_with(scheme)) return false;
    const auto rest = text.substr(scheme.size());
    const auto colon = rest.rfind(':');
    if (colon == std::string_view::npos || rest.find_first_of("/?#@\\ ") != std::string_view::npos)
        return false;
    const auto port = number(rest.substr(colon + 1), 65'535);
    return port && *port > 0 && Url::parse("https://" + std::string(rest) + "/").has_value();
}

std::optional<Timestamp> end_of_day(std::string_view text)
{
    if (text.size() != 10) return std::nullopt;
    std::string midnight(text);
    midnight += "T00:00:00Z";
    const auto begin = parse_utc(midnight);
    if (!begin) return std::nullopt;
    return *begin + std::chrono::days(1);
}

bool is_loopback(const Url& url)
{
    if (url.host() == "localhost") return true;
    const auto single = address_of(url);
    return single &&
           (parse_block("127.0.0.0/8")->contains(*single) || parse_block("::1/128")->contains(*single));
}

std::optional<int> minute_of_day(std::string_view text) noexcept
{
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    for (const auto place : {0U, 1U, 3U, 4U}) {
        if (text[place] < '0' || text[place] > '9') return std::nullopt;
    }
    const int hours = (text[0] - '0') * 10 + (text[1] - '0');
    const int minute = (text[3] - '0') * 10 + (text[4] - '0');
    if (hours > 23 || minute > 59) return std::nullopt;
    return hours * 60 + minute;
}

} // namespace stillwatch::config
