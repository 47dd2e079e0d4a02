#pragma once

#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

// What HTML and CSS mean by blanks and equal names: ASCII only, whatever the locale.
namespace stillwatch::html {

constexpr std::string_view blanks = " \t\n\r\f";

constexpr bool is_blank(char c) noexcept
{
    return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

// Characters to look for. std::string_view::find_first_of calls a function for each character of the text.
class Characters {
public:
    constexpr explicit Characters(std::string_view all) noexcept
    {
        for (const char c : all)
            is_one_[static_cast<unsigned char>(c)] = true;
    }
    constexpr bool has(char c) const noexcept { return is_one_[static_cast<unsigned char>(c)]; }
    // Where the first of them stands in `text`, or npos.
    constexpr std::size_t first_in(std::string_view text, std::size_t from = 0) const noexcept
    {
        for (std::size_t at = from; at < text.size(); ++at)
            if (has(text[at])) return at;
        return std::string_view::npos;
    }
    constexpr bool is_in(std::string_view text) const noexcept
    {
        return first_in(text) != std::string_view::npos;
    }

private:
    std::array<bool, 256> is_one_{};
};

inline constexpr Characters blank_ones{blanks};
// What ends the path of a reference.
inline constexpr Characters path_ends{"?#"};

constexpr bool begins_with_name(std::string_view text, std::string_view name) noexcept
{
    return text.size() >= name.size() && same_name(text.substr(0, name.size()), name);
}

// Where `name` stands in `text` in any case, or npos; `name` is lower case.
constexpr std::size_t find_name(std::string_view text, std::string_view name, std::size_t from = 0) noexcept
{
    if (from > text.size()) return std::string_view::npos;
    const auto rest = text.substr(from);
    const auto same = [](char a, char b) { return lower(a) == b; };
    const auto found = std::search(rest.begin(), rest.end(), name.begin(), name.end(), same);
    return found == rest.end() ? std::string_view::npos
                               : from + static_cast<std::size_t>(found - rest.begin());
}

constexpr std::string_view trimmed(std::string_view text) noexcept
{
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

inline std::string lower_case(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

} // namespace stillwatch::html
