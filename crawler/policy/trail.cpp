#include "crawler/policy/trail.hpp"

#include "core/ascii.hpp"

#include <algorithm>

namespace stillwatch::crawler {

namespace {

// Shorter ones are words: "cafe", "decade".
constexpr std::size_t shortest_hex = 8;
constexpr std::size_t longest_segment = 64;

// "thread117" is "thread#", "117" and "4f0ac31e" are "#".
void append_word(std::string& pattern, std::string_view word)
{
    const auto letters =
        word.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(word, is_letter) - word.begin()));
    const bool is_name = letters.size() == word.size();
    const bool is_number = word.size() >= shortest_hex && std::ranges::all_of(word, is_hex_digit);
    const bool is_numbered = std::ranges::all_of(word.substr(letters.size()), is_digit);
    if (!is_number && (is_name || is_numbered)) pattern += letters;
    if (is_number || !is_name) pattern += '#';
}

// A UUID or a date: nothing but hexadecimal digits and dashes.
bool is_long_number(std::string_view segment)
{
    return segment.size() >= shortest_hex && std::ranges::any_of(segment, is_digit) &&
           std::ranges::all_of(segment, [](char c) { return c == '-' || is_hex_digit(c); });
}

void append_pattern(std::string& pattern, std::string_view segment)
{
    segment = segment.substr(0, longest_segment);
    if (is_long_number(segment)) segment = "0";
    while (!segment.empty()) {
        const auto end = std::ranges::find_if_not(segment, is_letter_or_digit) - segment.begin();
        const auto length = static_cast<std::size_t>(std::max<std::ptrdiff_t>(end, 1));
        if (end > 0)
            append_word(pattern, segment.substr(0, length));
        else
            pattern += segment.front();
        segment.remove_prefix(length);
    }
}

} // namespace

std::string pattern_of(std::string_view path)
{
    constexpr int most_segments = 8;
    std::string pattern;
    for (int segments = 0; !path.empty() && segments < most_segments; ++segments) {
        const auto segment = path.substr(0, path.find('/'));
        append_pattern(pattern, segment);
        path.remove_prefix(segment.size());
        if (path.empty()) break;
        pattern += '/';
        path.remove_prefix(1);
    }
    return pattern;
}

std::vector<std::string> trails_of(std::string_view target)
{
    const auto query_at = target.find('?');
    auto path = target.substr(0, query_at);
    const bool has_query = query_at != std::string_view::npos;
    std::vector<std::string> trails;
    std::string pattern;
    for (int depth = 0; depth < 2; ++depth) {
        if (!path.empty()) path.remove_prefix(1); // the slash
        const auto segment = path.substr(0, path.find('/'));
        if (depth > 0 && segment.empty()) break;
        path.remove_prefix(segment.size());
        pattern += '/';
        append_pattern(pattern, segment);
        const bool is_last = path.size() <= 1;
        trails.push_back(is_last && has_query ? pattern + '?' : is_last ? pattern : pattern + '/');
        if (is_last) break;
    }
    return trails;
}

bool Trail::may_grow(std::int64_t pages_left) const noexcept
{
    return (news > 0 && !is_dry()) || pages < std::max(pages_left, small_trail);
}

void Trail::learn(std::int64_t new_pictures) noexcept
{
    news += new_pictures;
    dry = new_pictures > 0 ? 0 : dry + 1;
}

} // namespace stillwatch::crawler
