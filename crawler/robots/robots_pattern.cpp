#include "crawler/robots/robots_pattern.hpp"

#include "core/ascii.hpp"
#include "core/percent.hpp"

#include <cstdint>
#include <vector>

namespace stillwatch::crawler {

namespace {

bool is_unreserved(unsigned char c) noexcept
{
    return is_letter_or_digit(static_cast<char>(c)) || c == '-' || c == '.' || c == '_' || c == '~';
}

void append_encoded(std::string& out, unsigned char c)
{
    static constexpr std::string_view digits = "0123456789ABCDEF";
    out += '%';
    out += digits[c >> 4U];
    out += digits[c & 15U];
}

// The plain form of the bytes from `text[at]` on, appended; gives how many bytes it took.
std::size_t append_comparable(std::string& out, std::string_view text, std::size_t at)
{
    const auto c = static_cast<unsigned char>(text[at]);
    if (const int triplet = triplet_at(text, at); triplet >= 0) {
        const auto value = static_cast<unsigned char>(triplet);
        if (is_unreserved(value))
            out += static_cast<char>(value);
        else
            append_encoded(out, value);
        return 3;
    }
    if (c <= 0x20 || c >= 0x7F)
        append_encoded(out, c);
    else
        out += text[at];
    return 1;
}

// Where `part` first stands in `text` at or after `from` (Knuth, Morris and Pratt), npos when nowhere. The
// standard search is quadratic for parts and texts made for it; short parts cannot cost more than their
// length.
std::size_t find_part(std::string_view text, std::string_view part, std::size_t from)
{
    constexpr std::size_t short_part = 16;
    if (part.size() <= short_part) return text.find(part, from);
    if (text.size() - from < part.size()) return std::string_view::npos;
    std::vector<std::uint32_t> border(part.size(), 0);
    for (std::size_t i = 1, length = 0; i < part.size(); ++i) {
        while (length > 0 && part[i] != part[length])
            length = border[length - 1];
        if (part[i] == part[length]) ++length;
        border[i] = static_cast<std::uint32_t>(length);
    }
    for (std::size_t i = from, length = 0; i < text.size(); ++i) {
        while (length > 0 && text[i] != part[length])
            length = border[length - 1];
        if (text[i] == part[length]) ++length;
        if (length == part.size()) return i + 1 - length;
    }
    return std::string_view::npos;
}

} // namespace

std::string comparable_target(std::string_view target)
{
    std::string out;
    out.reserve(target.size());
    for (std::size_t at = 0; at < target.size();) {
        if (target[at] == '*' || target[at] == '$') {
            append_encoded(out, static_cast<unsigned char>(target[at++]));
            continue;
        }
        at += append_comparable(out, target, at);
    }
    return out;
}

std::string comparable_pattern(std::string_view value)
{
    std::string out;
    out.reserve(value.size());
    for (std::size_t at = 0; at < value.size();) {
        if (value[at] == '$' && at + 1 < value.size()) {
            append_encoded(out, '$');
            ++at;
            continue;
        }
        at += append_comparable(out, value, at);
    }
    return out;
}

bool matches(std::string_view pattern, std::string_view target)
{
    const bool to_the_end = pattern.ends_with('$');
    if (to_the_end) pattern.remove_suffix(1);

    auto star = pattern.find('*');
    const auto head = pattern.substr(0, star);
    if (!target.starts_with(head)) return false;
    if (star == std::string_view::npos) return !to_the_end || target.size() == head.size();

    std::size_t at = head.size();
    for (;;) {
        const auto begin = star + 1;
        star = pattern.find('*', begin);
        const auto part = pattern.substr(begin, star == std::string_view::npos ? star : star - begin);
        if (star == std::string_view::npos && to_the_end)
            return target.size() - at >= part.size() && target.ends_with(part);
        const auto found = find_part(target, part, at);
        if (found == std::string_view::npos) return false;
        if (star == std::string_view::npos) return true;
        at = found + part.size();
    }
}

} // namespace stillwatch::crawler
