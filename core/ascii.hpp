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

// Equal but for the case of ASCII letters, as names of headers, tags and parameters are.
constexpr bool same_name(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() && std::ranges::equal(a, b, {}, lower, lower);
}

} // namespace stillwatch
