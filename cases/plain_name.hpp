#pragma once

#include "core/ascii.hpp"

#include <algorithm>
#include <string_view>

namespace stillwatch::cases {

constexpr std::size_t max_name_bytes = 64;

// Names of references and accounts: 1 to max_name_bytes letters, digits, '-', '_' or '.', so that they stand
// in lists, logs and file names as they are.
constexpr bool is_plain_name(std::string_view name) noexcept
{
    return !name.empty() && name.size() <= max_name_bytes && std::ranges::all_of(name, [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
    });
}

} // namespace stillwatch::cases
