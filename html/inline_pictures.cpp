#include "html/inline_pictures.hpp"

#include "core/npos.hpp"
#include "core/percent.hpp"
#include "html/base64.hpp"
#include "html/entities.hpp"
#include "html/file_marks.hpp"
#include "html/references.hpp"
#include "html/text.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace stillwatch::html {

namespace {

constexpr std::size_t longest_type = 128;    // between "data:" and its comma
constexpr std::size_t most_drawings = 64;    // SVG
constexpr std::size_t shortest_bare = 1'000; // of base64 without a data: before it

// memmem skips ahead; find() stops at each first letter.
std::size_t find_bytes(std::string_view text, std::string_view what, std::size_t from) noexcept
{
    if (from >= text.size()) return npos;
    const auto* found = memmem(text.data() + from, text.size() - from, what.data(), what.size());
    return found == nullptr ? npos : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// A character as its context writes it: \/, \u002f, \x2f, %2F, &#x2F;, &plus;. Nothing where it is no such;
// `at` moves behind it.
std::optional<char> escaped(std::string_view text, std::size_t& at) noexcept
{
    const auto rest = text.substr(at, 10);
    auto next = std::size_t{1};
    if (rest.size() < 2) return std::nullopt;
    char32_t code = 0;
    if (rest[0] == '%') {
        const auto digits = next;
        code = take_hex(rest, next, 2);
        if (next != digits + 2) return std::nullopt;
    } else if (rest[0] == '\\' && (rest[1] == 'u' || rest[1] == 'x')) {
        code = take_hex(rest, ++next, rest[1] == 'u' ? 4 : 2);
    } else if (rest[0] == '\\') {
        // An escaped line end, or a line that is carried on, is a blank.
        code = rest[1] == 'n' || rest[1] == 'r' || rest[1] == 't' || is_blank(rest[1])
                   ? U' '
                   : static_cast<char32_t>(static_cast<unsigned char>(rest[1]));
        next = 2;
    } else if (rest[0] == '&') {
        const auto end = rest.find(';');
        if (end == npos) return std::nullopt;
        const auto name = rest.substr(1, end - 1);
        next = end + 1;
        if (name == "plus") {
            code = U'+';
        } else if (name == "sol") {
            code = U'/';
        } else if (name == "NewLine" || name == "Tab") {
            code = U' ';
        } else if (name.starts_with("#x") || name.starts_with("#X")) {
            std::size_t digit = 2;
            code = take_hex(name, digit, 4);
        } else if (name.starts_with('#')) {
            for (const char c : name.substr(1))
                code = is_digit(c) ? code * 10 + static_cast<char32_t>(c - '0') : U'\x7F';
        } else {
            return std::nullopt;
        }
    } else {
        return std::nullopt;
    }
    if (code == 0 || code >= 0x7F) return std::nullopt;
    at += next;
    return static_cast<char>(code);
}

// Behind `" + "` where a script joins two parts of a long text; else npos.
std::size_t behind_join(std::string_view text, std::size_t at) noexcept
{
    const auto pass_blanks = [&](std::size_t from) {
        while (from < text.size() && is_blank(text[from]) && from < at + 64)
            ++from;
        return from;
    };
    auto next = pass_blanks(at + 1);
    if (next >= text.size() || text[next] != '+') return npos;
    next = pass_blanks(next + 1);
    return next < text.size() && text[next] == text[at] ? next + 1 : npos;
}

// Base64 from `at`, which moves behind it. At most `max_bytes` are kept.
Bytes take_base64(std::string_view text, std::size_t& at, std::size_t max_bytes)
{
    Bytes out;
    unsigned bits = 0;
    int have = 0;
    const auto put = [&](signed char value) {
        bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFFFU;
        have += 6;
        if (have < 8) return;
        have -= 8;
        if (out.size() < max_bytes)
            out.push_back(static_cast<std::byte>(bits >> static_cast<unsigned>(have) & 0xFFU));
    };
    while (at < text.size()) {
        const char c = text[at];
        if (const auto value = base64_values[static_cast<unsigned char>(c)]; value >= 0) {
            put(value);
            ++at;
        } else if (is_blank(c)) {
            ++at;
        } else if (c == '%' || c == '\\' || c == '&') {
            auto next = at;
            const auto plain = escaped(text, next);
            if (!plain) break;
            const auto inner = base64_values[static_cast<unsigned char>(*plain)];
            if (inner < 0 && !is_blank(*plain)) break;
            if (inner >= 0) put(inner);
            at = next;
        } else if (c == '"' || c == '\'') {
            const auto next = behind_join(text, at);
            if (next == npos) break;
            at = next;
        } else {
            break;
        }
    }
    return out;
}

// What stands between the comma of a data: address and the quote, bracket or blank that ends it, percents
// undone.
std::string take_percent_coded(std::string_view text, std::size_t begin, std::size_t& at)
{
    const char before = begin > 0 ? text[begin - 1] : '\0';
    const bool is_quoted = before == '"' || before == '\'' || before == '`';
    const auto end =
        std::min(is_quoted ? text.find(before, at) : text.find_first_of(")\"'<> \t\r\n", at), text.size());
    return without_percents(text.substr(at, end - at));
}

bool begins_like_picture(ByteView bytes) noexcept
{
    const auto text = as_text(bytes);
    using namespace std::string_view_literals;
    for (const auto mark :
         {"\xFF\xD8\xFF"sv, "\x89PNG"sv, "GIF8"sv, "BM"sv, "II*\0"sv, "MM\0*"sv, "\xFF\x0A"sv,
          "\xFF\x4F\xFF\x51"sv, "\0\0\0\x0CJXL "sv, "\0\0\0\x0CjP  "sv, "\0\0\1\0"sv})
        if (text.starts_with(mark)) return true;
    return (text.starts_with("RIFF") && text.substr(8).starts_with("WEBP")) ||
           text.substr(std::min<std::size_t>(4, text.size())).starts_with("ftyp");
}

bool is_of_pictures(std::string_view type) noexcept
{
    return type.empty() || type.front() == ';' || begins_with_name(type, "image/") ||
           begins_with_name(type, "img/") || find_name(type, "octet-stream") != npos;
}

class Taker {
public:
    Taker(std::string_view text, InlineFiles& files)
        : text_(text), present_(file_marks_in(text)), files_(files)
    {
    }

    void coded_addresses()
    {
        if (!present_.test(FileMark::base64)) return;
        at_ = 0;
        for (auto mark = find_bytes(text_, "base64,", 0); mark != npos;
             mark = find_bytes(text_, "base64,", at_)) {
            at_ = mark + 7;
            if (const auto begin = begin_of_address(mark); begin != npos)
                coded(text_.substr(begin + 5, mark - begin - 5));
        }
    }

    void plain_addresses()
    {
        if (!present_.test(FileMark::data)) return;
        at_ = 0;
        for (auto mark = find_bytes(text_, "data:image/", 0); mark != npos;
             mark = find_bytes(text_, "data:image/", at_)) {
            const auto comma = text_.substr(0, mark + longest_type).find(',', mark);
            at_ = mark + 11;
            const auto head = text_.substr(mark, comma == npos ? 0 : comma - mark);
            if (head.empty() || find_name(head, "base64") != npos || head.find_first_of("\"'<>)") != npos)
                continue;
            at_ = comma + 1;
            auto plain = take_percent_coded(text_, mark, at_);
            take(head.substr(5), to_bytes(plain));
        }
    }

    // Long base64 at a quote that begins as files of pictures do.
    void bare()
    {
        struct Beginning {
            FileMark mark;
            std::string_view text;
        };
        static constexpr std::array<Beginning, 5> beginnings{{{FileMark::jpeg, "/9j/"},
                                                              {FileMark::jpeg, "\\/9j\\/"},
                                                              {FileMark::png, "iVBORw0KGgo"},
                                                              {FileMark::gif, "R0lGOD"},
                                                              {FileMark::webp, "UklGR"}}};
        for (const auto& [needed, beginning] : beginnings) {
            if (!present_.test(needed)) continue;
            at_ = 0;
            for (auto mark = find_bytes(text_, beginning, 0); mark != npos;
                 mark = find_bytes(text_, beginning, at_)) {
                at_ = mark + beginning.size();
                if (mark == 0 || std::string_view("\"'`>;=").find(text_[mark - 1]) == npos) continue;
                at_ = mark;
                const auto bytes = take_base64(text_, at_, room());
                at_ = std::max(at_, mark + beginning.size());
                if (at_ - mark >= shortest_bare) take("image/", bytes);
            }
        }
    }

private:
    std::size_t room() const noexcept
    {
        return InlineFiles::max_bytes - std::min(files_.bytes, InlineFiles::max_bytes);
    }

    // Of the "data:" before a "base64,"; npos where there is none.
    std::size_t begin_of_address(std::size_t mark) const noexcept
    {
        const auto from = mark - std::min(mark, longest_type);
        const auto head = text_.substr(from, mark - from);
        for (auto at = head.size(); at >= 5; --at) {
            const auto one = head[at - 1];
            if (one == ':' && same_name(head.substr(at - 5, 5), "data:")) return from + at - 5;
            if (one == '"' || one == '<' || one == '>' || one == '(' || one == ',') return npos;
        }
        return npos;
    }

    void coded(std::string_view type)
    {
        // A JSON text writes image\/jpeg.
        std::string plain;
        for (const char c : type)
            if (c != '\\') plain.push_back(c);
        if (!is_of_pictures(plain) && !begins_with_name(plain, "text/html")) return;
        take(plain, take_base64(text_, at_, room()));
    }

    void take(std::string_view type, Bytes bytes)
    {
        files_.bytes += bytes.size();
        const bool is_markup = begins_with_name(type, "text/html") || find_name(type, "svg") != npos;
        if (is_markup || as_text(bytes).starts_with("<svg")) {
            if (files_.drawings.size() < most_drawings) files_.drawings.emplace_back(as_text(bytes));
            return;
        }
        if (bytes.size() < InlineFiles::min_bytes) return;
        if (!begins_like_picture(bytes)) return;
        if (files_.pictures.size() >= InlineFiles::max_pictures || files_.bytes >= InlineFiles::max_bytes) {
            files_.is_whole = false;
            return;
        }
        files_.pictures.push_back(std::move(bytes));
    }

    std::string_view text_;
    FileMarks present_;
    InlineFiles& files_;
    std::size_t at_ = 0;
};

} // namespace

void take_inline_files(std::string_view text, InlineFiles& files)
{
    Taker taker(text, files);
    taker.coded_addresses();
    taker.plain_addresses();
    taker.bare();
}

} // namespace stillwatch::html
