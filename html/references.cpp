#include "html/references.hpp"

#include "core/ascii.hpp"
#include "core/links.hpp"
#include "core/npos.hpp"
#include "html/entities.hpp"
#include "html/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace stillwatch::html {

namespace {

// Behind the last dot of the path; empty where there is none.
std::string_view suffix_of(std::string_view reference) noexcept
{
    const auto path = trimmed(reference.substr(0, path_ends.first_in(reference)));
    const auto dot = path.rfind('.');
    return dot == npos ? std::string_view() : path.substr(dot + 1);
}

constexpr bool is_line_end(char c) noexcept
{
    return c == '\n' || c == '\r' || c == '\f'; // CSS Syntax section 3.3
}

// CSS Syntax section 4.3.7: a backslash and up to six digits and one blank, or any one character.
void append_css_escape(std::string& out, std::string_view css, std::size_t& at)
{
    ++at;
    if (at >= css.size()) return;
    if (hex_value(css[at]) >= 0) {
        append_utf8(out, take_hex(css, at, 6));
        if (at < css.size() && is_blank(css[at])) ++at;
    } else {
        if (!is_line_end(css[at])) out.push_back(css[at]);
        ++at;
    }
}

// A CSS string from its opening quote; `at` moves behind it. A line end inside breaks it off.
std::string css_string(std::string_view css, std::size_t& at)
{
    std::string value;
    const char quote = css[at++];
    while (at < css.size() && css[at] != quote && !is_line_end(css[at])) {
        if (css[at] == '\\')
            append_css_escape(value, css, at);
        else
            value.push_back(css[at++]);
    }
    if (at < css.size()) ++at;
    return value;
}

std::string css_plain_url(std::string_view css, std::size_t& at)
{
    std::string value;
    while (at < css.size() && css[at] != ')' && css[at] != '"' && css[at] != '\'' && css[at] != '(') {
        if (css[at] == '\\')
            append_css_escape(value, css, at);
        else
            value.push_back(css[at++]);
    }
    return std::string(trimmed(value));
}

std::size_t after_blanks(std::string_view text, std::size_t at) noexcept
{
    return std::min(text.find_first_not_of(blanks, at), text.size());
}

// The function name that ends at the parenthesis `at`.
bool is_call_of(std::string_view css, std::size_t at, std::string_view name) noexcept
{
    return at >= name.size() && same_name(css.substr(at - name.size(), name.size()), name);
}

} // namespace

char32_t take_hex(std::string_view text, std::size_t& at, std::size_t digits) noexcept
{
    char32_t value = 0;
    for (; digits > 0 && at < text.size() && hex_value(text[at]) >= 0; --digits, ++at)
        value = value * 16 + static_cast<char32_t>(hex_value(text[at]));
    return value;
}

bool has_image_suffix(std::string_view reference) noexcept
{
    return is_picture_suffix(suffix_of(reference));
}

bool has_video_suffix(std::string_view reference) noexcept
{
    const auto path = trimmed(reference.substr(0, path_ends.first_in(reference)));
    const auto dot = path.rfind('.');
    if (dot == npos || !is_video_suffix(path.substr(dot + 1))) return false;
    const auto name = path.substr(0, dot).substr(path.substr(0, dot).rfind('/') + 1);
    return name.find(':') == npos;
}

LinkKind kind_by_suffix(std::string_view reference, LinkKind otherwise) noexcept
{
    if (has_image_suffix(reference)) return LinkKind::image;
    return has_video_suffix(reference) ? LinkKind::video : otherwise;
}

std::vector<SetAddress> srcset_addresses(std::string_view text)
{
    std::vector<SetAddress> addresses;
    std::size_t at = 0;
    for (;;) {
        at = text.find_first_not_of(" \t\n\r\f,", at);
        if (at == npos) return addresses;
        const auto end = std::min(blank_ones.first_in(text, at), text.size());
        auto address = text.substr(at, end - at);
        double size = 1;
        at = end;
        if (address.ends_with(',')) {
            while (address.ends_with(','))
                address.remove_suffix(1);
        } else {
            // Descriptors up to the next comma outside of parentheses.
            for (int depth = 0; at < text.size() && (depth > 0 || text[at] != ','); ++at) {
                if (text[at] == '(') ++depth;
                if (text[at] == ')' && depth > 0) --depth;
            }
            const auto descriptor = trimmed(text.substr(end, at - end));
            (void)std::from_chars(descriptor.data(), descriptor.data() + descriptor.size(), size); // else 1
        }
        addresses.push_back({address, size});
    }
}

std::vector<CssAddress> css_addresses(std::string_view css)
{
    static constexpr std::array<std::string_view, 7> no_pictures{"css", "woff", "woff2", "ttf",
                                                                 "otf", "eot",  "js"};
    const auto is_of_no_picture = [](std::string_view suffix) {
        return std::ranges::any_of(no_pictures, [&](std::string_view one) { return same_name(suffix, one); });
    };
    std::vector<CssAddress> addresses;
    bool is_import = false; // right behind "@import"
    const auto add = [&](std::string reference) {
        if (!reference.empty() && (is_import || !is_of_no_picture(suffix_of(reference))))
            addresses.push_back({std::move(reference), is_import});
        is_import = false;
    };
    std::size_t set_depth = 0; // open parentheses since image-set(
    static constexpr Characters marks("/(\"')@;");
    for (std::size_t at = 0; (at = marks.first_in(css, at)) != npos;) {
        const char c = css[at];
        if (c == '/') {
            at = css.substr(at).starts_with("/*") ? std::min(css.find("*/", at + 2), css.size()) + 1 : at + 1;
        } else if (c == '@') {
            is_import = begins_with_name(css.substr(at + 1), "import");
            ++at;
        } else if (c == ';') {
            is_import = false;
            ++at;
        } else if (c == '(' && is_call_of(css, at, "url")) {
            at = after_blanks(css, at + 1);
            const bool is_quoted = at < css.size() && (css[at] == '"' || css[at] == '\'');
            add(is_quoted ? css_string(css, at) : css_plain_url(css, at));
            at = std::min(css.find(')', at), css.size() - 1) + 1;
        } else if (c == '(') {
            if (set_depth > 0 || is_call_of(css, at, "image-set")) ++set_depth;
            ++at;
        } else if (c == ')') {
            if (set_depth > 0) --set_depth;
            ++at;
        } else {
            auto text = css_string(css, at);
            if (set_depth == 1 || is_import) add(std::move(text)); // deeper: type("image/avif")
        }
    }
    return addresses;
}

} // namespace stillwatch::html
