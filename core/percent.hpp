#pragma once

#include "core/ascii.hpp"

#include <cstddef>
#include <string>
#include <string_view>

// Percent-encoding (RFC 3986 section 2.1).
namespace stillwatch {

// The value of the triplet that begins at `text[at]`, or -1.
constexpr int triplet_at(std::string_view text, std::size_t at) noexcept
{
    if (text[at] != '%' || at + 2 >= text.size()) return -1;
    const int high = hex_value(text[at + 1]);
    const int low = hex_value(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// Each triplet as the byte that it stands for; a '%' that begins none stays.
inline std::string without_percents(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const int value = triplet_at(text, at);
        out.push_back(value < 0 ? text[at] : static_cast<char>(value));
        if (value >= 0) at += 2;
    }
    return out;
}

} // namespace stillwatch
