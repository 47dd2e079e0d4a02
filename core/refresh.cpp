#include "core/refresh.hpp"

#include "core/ascii.hpp"

#include <algorithm>

namespace stillwatch {

namespace {

constexpr std::string_view blanks = " \t\n\r\f";

void skip_blanks(std::string_view& text) noexcept
{
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
}

// Behind "url =", where it begins with that; else `text` itself, which may stand in quotes as well, unless it
// begins as the name does.
std::string_view behind_name(std::string_view text, bool& may_be_quoted) noexcept
{
    may_be_quoted = text.empty() || lower(text.front()) != 'u';
    if (may_be_quoted || text.size() < 3 || !same_name(text.substr(0, 3), "url")) return text;
    auto rest = text.substr(3);
    skip_blanks(rest);
    if (!rest.starts_with('=')) return text; // "url.html"
    rest.remove_prefix(1);
    skip_blanks(rest);
    may_be_quoted = true;
    return rest;
}

} // namespace

std::optional<std::string_view> refresh_address(std::string_view value) noexcept
{
    skip_blanks(value);
    const auto seconds = value.find_first_not_of("0123456789.");
    if (seconds == 0 || seconds == std::string_view::npos) return std::nullopt;
    value.remove_prefix(seconds);
    if (std::string_view(";, \t\n\r\f").find(value.front()) == std::string_view::npos) return std::nullopt;
    skip_blanks(value);
    if (value.starts_with(';') || value.starts_with(',')) value.remove_prefix(1);
    skip_blanks(value);
    bool may_be_quoted = false;
    auto address = behind_name(value, may_be_quoted);
    if (may_be_quoted && (address.starts_with('"') || address.starts_with('\''))) {
        const char quote = address.front();
        address.remove_prefix(1);
        address = address.substr(0, address.find(quote));
    }
    address = address.substr(0, address.find_last_not_of(blanks) + 1);
    if (address.empty()) return std::nullopt;
    return address;
}

} // namespace stillwatch
