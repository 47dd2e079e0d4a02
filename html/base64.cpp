#include "html/base64.hpp"

#include "html/text.hpp"

#include <algorithm>

namespace stillwatch::html {

std::optional<std::string> from_loose_base64(std::string_view text)
{
    std::string out;
    out.reserve(text.size() / 4 * 3 + 3);
    unsigned bits = 0;
    int have = 0;
    std::size_t digits = 0;
    bool has_ended = false;
    for (const char c : text) {
        if (is_blank(c)) continue;
        if (c == '=') {
            has_ended = true;
            continue;
        }
        const auto value = base64_values[static_cast<unsigned char>(c)];
        if (value < 0 || has_ended) return std::nullopt;
        ++digits;
        bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFFFU;
        have += 6;
        if (have < 8) continue;
        have -= 8;
        out.push_back(static_cast<char>(bits >> static_cast<unsigned>(have) & 0xFFU));
    }
    if (digits % 4 == 1) return std::nullopt;
    return out;
}

std::optional<std::string> text_in_base64(std::string_view text, std::size_t min_bytes)
{
    auto decoded = from_loose_base64(text);
    if (!decoded || decoded->size() < min_bytes) return std::nullopt;
    const bool is_readable = std::ranges::all_of(*decoded, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte >= ' ' && byte != 0x7F) || is_blank(c);
    });
    if (!is_readable) return std::nullopt;
    return decoded;
}

} // namespace stillwatch::html
