#pragma once

#include <algorithm>
#include <string_view>

namespace stillwatch {

// A to Z in small; every other byte as it is. What protocols compare without case is ASCII.
constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr char upper(char c) noexcept
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) noexcept
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

constexpr bool is_letter_or_digit(char c) noexcept
{
    return is_letter(c) || is_digit(c);
}

// The value of a hexadecimal digit, of either case; -1 for every other character.
constexpr int hex_value(char c) noexcept
{
    if (is_digit(c)) return c - '0';
    const char small = lower(c);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

constexpr bool is_hex_digit(char c) noexcept
{
    return hex_value(c) >= 0;
}

// Equal but for the case of ASCII letters, as names of headers, tags and parameters are.
constexpr bool same_name(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() && std::ranges::equal(a, b, {}, lower, lower);
}

} // namespace stillwatch
