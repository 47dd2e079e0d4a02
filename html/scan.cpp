#include "html/scan.hpp"

#include "core/npos.hpp"
#include "html/text.hpp"

#include <array>

namespace stillwatch::html {

namespace {

// The position after the next `end` from `from`, or the end of the text.
std::size_t after(std::string_view text, std::string_view end, std::size_t from) noexcept
{
    const auto found = text.find(end, std::min(from, text.size()));
    return found == npos ? text.size() : found + end.size();
}

struct CommentEnd {
    std::size_t size;  // of the comment's text
    std::size_t after; // the position behind its end
};

// `at` is behind "<!--". "-->", "--!>" and the short forms "<!-->" and "<!--->" end a comment.
CommentEnd comment_end(std::string_view text, std::size_t at) noexcept
{
    if (text.substr(at).starts_with('>')) return {0, at + 1};
    if (text.substr(at).starts_with("->")) return {0, at + 2};
    for (auto dashes = text.find("--", at); dashes != npos; dashes = text.find("--", dashes + 1)) {
        const auto rest = text.substr(dashes + 2);
        if (rest.starts_with('>')) return {dashes - at, dashes + 3};
        if (rest.starts_with("!>")) return {dashes - at, dashes + 4};
    }
    return {text.size() - at, text.size()};
}

// Whether what follows a '<' makes it more than text.
bool begins_markup(std::string_view rest) noexcept
{
    if (rest.empty()) return false;
    if (rest.front() == '/') return rest.size() > 1;
    return rest.front() == '!' || rest.front() == '?' || is_letter(rest.front());
}

constexpr std::array<bool, 256> name_ends = [] {
    std::array<bool, 256> ends{};
    for (const char c : std::string_view(" \t\n\r\f/>"))
        ends[static_cast<unsigned char>(c)] = true;
    return ends;
}();

constexpr bool ends_name(char c) noexcept
{
    return name_ends[static_cast<unsigned char>(c)];
}

// What ends the name of an attribute.
constexpr std::array<bool, 256> attribute_name_ends = [] {
    auto ends = name_ends;
    ends[static_cast<unsigned char>('=')] = true;
    return ends;
}();

bool is_tag_at(std::string_view text, std::size_t at, std::string_view name) noexcept
{
    const auto rest = text.substr(at);
    return rest.size() > name.size() && same_name(rest.substr(0, name.size()), name) &&
           ends_name(rest[name.size()]);
}

// Where the text of a script ends: inside "<!--" an inner <script> hides one </script> (section 13.2.5.15
// on).
std::size_t script_end(std::string_view text, std::size_t at) noexcept
{
    bool is_escaped = false;
    bool is_inner = false;
    static constexpr Characters marks("<-");
    for (auto mark = marks.first_in(text, at); mark != npos; mark = marks.first_in(text, mark + 1)) {
        const auto rest = text.substr(mark);
        if (rest.starts_with("<!--")) {
            is_escaped = true;
            mark += 1; // "<!-->" ends the escape by its own dashes
        } else if (is_escaped && rest.starts_with("-->")) {
            is_escaped = is_inner = false;
        } else if (is_escaped && !is_inner && is_tag_at(text, mark + 1, "script") && rest[0] == '<') {
            is_inner = true;
        } else if (rest.starts_with("</") && is_tag_at(text, mark + 2, "script")) {
            if (!is_inner) return mark;
            is_inner = false;
        }
    }
    return text.size();
}

} // namespace

std::optional<ScannedAttribute> next_attribute(std::string_view& rest)
{
    std::size_t at = 0;
    while (at < rest.size() && (is_blank(rest[at]) || rest[at] == '/'))
        ++at;
    rest.remove_prefix(at);
    if (rest.empty() || rest.front() == '>') return std::nullopt;
    at = 1; // a leading '=' belongs to the name
    while (at < rest.size() && !attribute_name_ends[static_cast<unsigned char>(rest[at])])
        ++at;
    ScannedAttribute attribute{rest.substr(0, at), {}};
    auto end = at;
    while (at < rest.size() && is_blank(rest[at]))
        ++at;
    if (at < rest.size() && rest[at] == '=') {
        ++at;
        while (at < rest.size() && is_blank(rest[at]))
            ++at;
        if (at < rest.size() && (rest[at] == '"' || rest[at] == '\'')) {
            const auto quote = std::min(rest.find(rest[at], at + 1), rest.size());
            attribute.value = rest.substr(at + 1, quote - at - 1);
            end = std::min(quote + 1, rest.size());
        } else {
            end = at;
            while (end < rest.size() && !is_blank(rest[end]) && rest[end] != '>')
                ++end;
            attribute.value = rest.substr(at, end - at);
        }
    }
    rest.remove_prefix(end);
    return attribute;
}

std::optional<ScannedPiece> TagScanner::next_piece(bool is_foreign, std::vector<ScannedAttribute>* attributes)
{
    using Kind = ScannedPiece::Kind;
    while (at_ < markup_.size()) {
        // The '<' that begins something other than text.
        auto open = markup_.find('<', at_);
        while (open != npos && !begins_markup(markup_.substr(open + 1)))
            open = markup_.find('<', open + 1);
        if (open != at_) {
            const auto begin = at_;
            at_ = std::min(open, markup_.size());
            return ScannedPiece{Kind::text, markup_.substr(begin, at_ - begin), {}};
        }
        const auto rest = markup_.substr(open + 1);
        if (rest.starts_with("!--")) {
            const auto end = comment_end(markup_, open + 4);
            at_ = end.after;
            return ScannedPiece{Kind::comment, markup_.substr(open + 4, end.size), {}};
        }
        if (is_foreign && rest.starts_with("![CDATA[")) {
            const auto begin = open + 9;
            at_ = after(markup_, "]]>", begin);
            const auto end = markup_.substr(0, at_).ends_with("]]>") ? std::max(begin, at_ - 3) : at_;
            return ScannedPiece{Kind::cdata, markup_.substr(begin, end - begin), {}};
        }
        const bool is_end = rest.front() == '/';
        if (rest.front() == '!' || rest.front() == '?' || (is_end && !is_letter(rest[1]))) {
            at_ = after(markup_, ">", open + 1 + (is_end ? 1 : 0));
            continue;
        }
        auto tag = tag_at(open, attributes);
        if (!tag) break;
        return ScannedPiece{Kind::tag, {}, *tag};
    }
    at_ = markup_.size();
    return std::nullopt;
}

// The tag at '<'; nothing where it never ends.
std::optional<ScannedTag> TagScanner::tag_at(std::size_t open, std::vector<ScannedAttribute>* attributes)
{
    const auto rest = markup_.substr(open + 1);
    ScannedTag tag;
    tag.is_end = rest.starts_with('/');
    const std::size_t name_at = tag.is_end ? 1 : 0;
    auto name_end = name_at;
    while (name_end < rest.size() && !ends_name(rest[name_end]))
        ++name_end;
    tag.name = rest.substr(name_at, name_end - name_at);
    auto left = rest.substr(name_end);
    const auto* begin = left.data();
    if (tag.is_end) attributes = nullptr;
    if (attributes) attributes->clear();
    while (const auto attribute = next_attribute(left)) {
        ++tag.attribute_count;
        // Of those without a value only data-… say something by their name alone.
        const bool says_something = !attribute->value.empty() || begins_with_name(attribute->name, "data-");
        if (attributes && says_something) attributes->push_back(*attribute);
    }
    at_ = static_cast<std::size_t>(left.data() - markup_.data());
    if (!left.starts_with('>')) return std::nullopt;
    tag.attributes = {begin, static_cast<std::size_t>(left.data() - begin)};
    tag.is_self_closing = markup_[at_ - 1] == '/';
    ++at_;
    return tag;
}

std::optional<ScannedTag> TagScanner::next(bool is_foreign)
{
    while (const auto piece = next_piece(is_foreign))
        if (piece->kind == ScannedPiece::Kind::tag) return piece->tag;
    return std::nullopt;
}

std::string_view TagScanner::raw_text(std::string_view name)
{
    const auto begin = at_;
    if (same_name(name, "plaintext")) {
        at_ = markup_.size();
    } else if (same_name(name, "script")) {
        at_ = script_end(markup_, begin);
    } else {
        auto end = markup_.find("</", begin);
        while (end != npos && !is_tag_at(markup_, end + 2, name))
            end = markup_.find("</", end + 1);
        at_ = std::min(end, markup_.size());
    }
    return markup_.substr(begin, at_ - begin);
}

} // namespace stillwatch::html
