#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch::html {

// What a digit of either alphabet stands for, 0..63; -1: it is none.
inline constexpr auto base64_values = [] {
    std::array<signed char, 256> table{};
    table.fill(-1);
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t at = 0; at < alphabet.size(); ++at)
        table[static_cast<unsigned char>(alphabet[at])] = static_cast<signed char>(at);
    table['-'] = 62;
    table['_'] = 63;
    return table;
}();

// Base64 as pages write it: the standard alphabet or that of addresses (RFC 4648 sections 4 and 5), with or
// without padding, blanks passed over. Nothing on other text.
std::optional<std::string> from_loose_base64(std::string_view text);

// The same where it says something readable: a text of at least `min_bytes` without control characters.
std::optional<std::string> text_in_base64(std::string_view text, std::size_t min_bytes = 4);

} // namespace stillwatch::html
