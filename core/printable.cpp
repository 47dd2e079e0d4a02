#include "core/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace stillwatch {

namespace {

bool is_harmless(std::uint32_t code) noexcept
{
    const bool is_control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    const bool turns = code == 0x061C || code == 0x200E || code == 0x200F ||
                       (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    const bool separates = code == 0x2028 || code == 0x2029 || code == 0xFEFF;
    return !is_control && !turns && !separates;
}

// Of a first byte; 0 where none begins with it (RFC 3629).
std::size_t length_of(unsigned char first) noexcept
{
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return 2;
    if (first >= 0xE0 && first < 0xF0) return 3;
    if (first >= 0xF0 && first < 0xF5) return 4;
    return 0;
}

} // namespace

TerminalCharacter first_character(std::string_view text) noexcept
{
    if (text.empty()) return {};
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto length = length_of(byte(0));
    if (length == 0 || length > text.size()) return {1, false};
    std::uint32_t code = length == 1 ? byte(0) : byte(0) & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return {1, false};
        code = code << 6U | (byte(i) & 0x3FU);
    }
    // Written longer than it is, a surrogate, or beyond the last.
    constexpr std::uint32_t least[]{0, 0, 0x80, 0x800, 0x10000};
    if (code < least[length] || (code >= 0xD800 && code < 0xE000) || code > 0x10FFFF) return {1, false};
    return {length, is_harmless(code)};
}

std::string printable(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        const auto [bytes, harmless] = first_character(text);
        for (const char c : text.substr(0, bytes)) {
            if (harmless)
                result += c;
            else
                result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        }
        text.remove_prefix(bytes);
    }
    return result;
}

} // namespace stillwatch
