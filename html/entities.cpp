#include "html/entities.hpp"

#include "html/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace stillwatch::html {

namespace {

constexpr char32_t replacement = 0xFFFD;

// Those of 160..255 in order; with the ten below they are all that count without a semicolon.
constexpr std::array<std::string_view, 96> latin1{
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",
    "ordf",   "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",
    "acute",  "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",  "frac14", "frac12",
    "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde", "Auml",   "Aring",  "AElig",  "Ccedil",
    "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde",
    "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",
    "Uuml",   "Yacute", "THORN",  "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",
    "aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",
    "eth",    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave",
    "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

struct Named {
    std::string_view name;
    char32_t code;
};

constexpr std::array without_semicolon{
    Named{"amp", '&'}, Named{"lt", '<'}, Named{"gt", '>'},   Named{"quot", '"'},  Named{"AMP", '&'},
    Named{"LT", '<'},  Named{"GT", '>'}, Named{"QUOT", '"'}, Named{"COPY", 0xA9}, Named{"REG", 0xAE},
};

constexpr std::array with_semicolon{
    Named{"apos", '\''},    Named{"sol", '/'},       Named{"bsol", '\\'},     Named{"colon", ':'},
    Named{"period", '.'},   Named{"quest", '?'},     Named{"equals", '='},    Named{"num", '#'},
    Named{"percnt", '%'},   Named{"lowbar", '_'},    Named{"commat", '@'},    Named{"semi", ';'},
    Named{"comma", ','},    Named{"plus", '+'},      Named{"excl", '!'},      Named{"lpar", '('},
    Named{"rpar", ')'},     Named{"lsqb", '['},      Named{"rsqb", ']'},      Named{"lbrack", '['},
    Named{"rbrack", ']'},   Named{"ast", '*'},       Named{"dollar", '$'},    Named{"Tab", '\t'},
    Named{"NewLine", '\n'}, Named{"lcub", '{'},      Named{"rcub", '}'},      Named{"vert", '|'},
    Named{"grave", '`'},    Named{"Hat", '^'},       Named{"ndash", 0x2013},  Named{"mdash", 0x2014},
    Named{"lsquo", 0x2018}, Named{"rsquo", 0x2019},  Named{"ldquo", 0x201C},  Named{"rdquo", 0x201D},
    Named{"bull", 0x2022},  Named{"hellip", 0x2026}, Named{"euro", 0x20AC},   Named{"trade", 0x2122},
    Named{"larr", 0x2190},  Named{"rarr", 0x2192},   Named{"lsaquo", 0x2039}, Named{"rsaquo", 0x203A},
};

template <class Names>
std::optional<char32_t> in(const Names& names, std::string_view name) noexcept
{
    const auto found = std::ranges::find(names, name, &Named::name);
    if (found == names.end()) return std::nullopt;
    return found->code;
}

std::optional<char32_t> code_of(std::string_view name, bool has_semicolon) noexcept
{
    if (const auto code = in(without_semicolon, name)) return code;
    if (const auto found = std::ranges::find(latin1, name); found != latin1.end())
        return static_cast<char32_t>(0xA0 + (found - latin1.begin()));
    return has_semicolon ? in(with_semicolon, name) : std::nullopt;
}

// What the numbers 128..159 mean: windows-1252 (section 13.2.5.80).
constexpr std::array<char16_t, 32> windows{0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                           0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                           0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                           0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

int digit_value(char c, int base) noexcept
{
    if (is_digit(c)) return c - '0';
    const char small = lower(c);
    return base == 16 && small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

// A numeric reference from its '#'; `at` moves behind it. Nothing where no digit follows.
std::optional<char32_t> take_number(std::string_view text, std::size_t& at) noexcept
{
    auto here = at + 1;
    const int base = here < text.size() && lower(text[here]) == 'x' ? 16 : 10;
    if (base == 16) ++here;
    const auto digits = here;
    char32_t code = 0;
    for (; here < text.size() && digit_value(text[here], base) >= 0; ++here)
        if (code < 0x110000)
            code = code * static_cast<char32_t>(base) + static_cast<char32_t>(digit_value(text[here], base));
    if (here == digits) return std::nullopt;
    at = here < text.size() && text[here] == ';' ? here + 1 : here;
    if (code >= 0x80 && code < 0xA0) return windows[code - 0x80];
    const bool is_character = code != 0 && code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
    return is_character ? code : replacement;
}

bool is_name_char(char c) noexcept
{
    return is_letter(c) || is_digit(c);
}

} // namespace

void append_utf8(std::string& out, char32_t code)
{
    const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0U | code >> 6U);
        put(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        put(0xE0U | code >> 12U);
        put(0x80U | (code >> 6U & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else if (code < 0x110000) {
        put(0xF0U | code >> 18U);
        put(0x80U | (code >> 12U & 0x3FU));
        put(0x80U | (code >> 6U & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
}

bool append_decoded(std::string& out, std::string_view text)
{
    using namespace std::string_view_literals;
    bool knows_all = true;
    for (std::size_t at = 0; at < text.size();) {
        const auto special = std::min(text.find_first_of("&\0"sv, at), text.size());
        out.append(text, at, special - at);
        at = special;
        if (at == text.size()) break;
        if (text[at] == '\0') {
            append_utf8(out, replacement);
            ++at;
            continue;
        }
        auto end = at + 1;
        if (end < text.size() && text[end] == '#') {
            if (const auto code = take_number(text, end)) {
                append_utf8(out, *code);
                at = end;
            } else {
                out.push_back(text[at++]);
            }
            continue;
        }
        while (end < text.size() && is_name_char(text[end]))
            ++end;
        const auto name = text.substr(at + 1, end - at - 1);
        const bool has_semicolon = end < text.size() && text[end] == ';';
        const bool is_query = !has_semicolon && end < text.size() && text[end] == '=';
        const auto code = name.empty() || is_query ? std::nullopt : code_of(name, has_semicolon);
        if (code) {
            append_utf8(out, *code);
            at = end + (has_semicolon ? 1 : 0);
        } else {
            if (has_semicolon && !name.empty()) knows_all = false;
            out.push_back(text[at++]);
        }
    }
    return knows_all;
}

bool append_decoded_xml(std::string& out, std::string_view text)
{
    bool knows_all = true;
    static constexpr std::array five{Named{"amp;", '&'}, Named{"lt;", '<'}, Named{"gt;", '>'},
                                     Named{"quot;", '"'}, Named{"apos;", '\''}};
    for (std::size_t at = 0; at < text.size();) {
        const auto mark = std::min(text.find('&', at), text.size());
        out.append(text, at, mark - at);
        at = mark;
        if (at == text.size()) break;
        auto end = at + 1;
        const auto rest = text.substr(end);
        const auto found =
            std::ranges::find_if(five, [&](const Named& one) { return rest.starts_with(one.name); });
        std::optional<char32_t> code;
        if (found != five.end()) {
            code = found->code;
            end += found->name.size();
        } else if (rest.starts_with('#')) {
            code = take_number(text, end);
        }
        if (code) {
            append_utf8(out, *code);
            at = end;
        } else {
            knows_all = knows_all && (rest.empty() || !is_letter(rest.front()));
            out.push_back(text[at++]);
        }
    }
    return knows_all;
}

} // namespace stillwatch::html
