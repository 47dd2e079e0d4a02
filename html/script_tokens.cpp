#include "html/script_tokens.hpp"

#include "core/npos.hpp"
#include "html/entities.hpp"
#include "html/references.hpp"
#include "html/text.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::html {

namespace {

constexpr bool is_name_byte(char c) noexcept
{
    return is_letter(c) || is_digit(c) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

constexpr bool is_line_end(char c) noexcept
{
    return c == '\n' || c == '\r';
}

// Behind these a '/' begins a regular expression and divides nothing.
bool is_operator_word(std::string_view name) noexcept
{
    static constexpr std::array<std::string_view, 11> words{
        "return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "instanceof", "throw"};
    return std::ranges::find(words, name) != words.end();
}

} // namespace

ScriptToken ScriptScanner::take(ScriptToken::Kind kind, std::size_t size) noexcept
{
    const ScriptToken token{kind, code_.substr(at_, size)};
    at_ += token.text.size();
    return token;
}

void ScriptScanner::pass_blanks_and_comments() noexcept
{
    while (at_ < code_.size()) {
        const auto rest = code_.substr(at_);
        if (static_cast<unsigned char>(rest.front()) <= ' ') {
            ++at_;
        } else if (rest.starts_with("//") || rest.starts_with("<!--")) {
            at_ = std::min(code_.find_first_of("\n\r", at_), code_.size());
        } else if (rest.starts_with("/*")) {
            const auto end = code_.find("*/", at_ + 2);
            at_ = end == npos ? code_.size() : end + 2;
        } else {
            return;
        }
    }
}

// From a '/' that divides nothing; false where none ends on this line.
bool ScriptScanner::pass_regular_expression() noexcept
{
    if (at_ < no_expression_before_) return false;
    bool is_in_class = false;
    auto at = at_ + 1;
    for (; at < code_.size() && !is_line_end(code_[at]); ++at) {
        const char c = code_[at];
        if (c == '\\')
            ++at;
        else if (c == '[')
            is_in_class = true;
        else if (c == ']')
            is_in_class = false;
        else if (c == '/' && !is_in_class) {
            at_ = at + 1;
            while (at_ < code_.size() && is_name_byte(code_[at_]))
                ++at_;
            return true;
        }
    }
    no_expression_before_ = at;
    return false;
}

ScriptToken ScriptScanner::quoted(char quote) noexcept
{
    auto end = ++at_;
    for (; end < code_.size() && code_[end] != quote && !is_line_end(code_[end]); ++end)
        if (code_[end] == '\\') {
            // A line that is carried on, in either spelling of its end.
            if (code_.substr(end + 1).starts_with("\r\n")) ++end;
            ++end;
        }
    end = std::min(end, code_.size());
    const auto token = take(ScriptToken::Kind::string, end - at_);
    if (at_ < code_.size() && code_[at_] == quote) ++at_;
    return token;
}

// Up to its back quote; what is nested in ${…} belongs to it, back quotes included.
ScriptToken ScriptScanner::back_quoted() noexcept
{
    constexpr int deepest = 8;
    std::array<int, deepest> braces{}; // open ones of each ${…} that we are in
    int depth = 0;
    bool is_text = true; // not inside a ${…}
    auto end = ++at_;
    for (; end < code_.size(); ++end) {
        const char c = code_[end];
        if (c == '\\') {
            ++end;
        } else if (is_text && c == '`') {
            if (depth == 0) break;
            is_text = false; // of the inner one
        } else if (is_text && c == '$' && code_.substr(end + 1).starts_with('{')) {
            if (depth == deepest) break;
            braces[static_cast<std::size_t>(depth++)] = 0;
            is_text = false;
            ++end;
        } else if (!is_text && c == '`') {
            is_text = true;
        } else if (!is_text && c == '{') {
            ++braces[static_cast<std::size_t>(depth - 1)];
        } else if (!is_text && c == '}') {
            auto& open = braces[static_cast<std::size_t>(depth - 1)];
            if (open == 0) {
                --depth;
                is_text = true;
            } else {
                --open;
            }
        }
    }
    end = std::min(end, code_.size());
    const auto token = take(ScriptToken::Kind::template_, end - at_);
    if (at_ < code_.size()) ++at_;
    return token;
}

ScriptToken ScriptScanner::next() noexcept
{
    using Kind = ScriptToken::Kind;
    for (;;) {
        pass_blanks_and_comments();
        if (at_ >= code_.size()) return {};
        const char c = code_[at_];
        if (c == '"' || c == '\'' || c == '`') {
            may_divide_ = true;
            return c == '`' ? back_quoted() : quoted(c);
        }
        if (c == '/' && !may_divide_ && pass_regular_expression()) {
            may_divide_ = true;
            continue;
        }
        if (is_name_byte(c)) {
            auto end = at_;
            const bool is_number = is_digit(c);
            while (end < code_.size() && (is_name_byte(code_[end]) || (is_number && code_[end] == '.')))
                ++end;
            const auto token = take(is_number ? Kind::number : Kind::name, end - at_);
            may_divide_ = is_number || !is_operator_word(token.text);
            return token;
        }
        may_divide_ = c == ')' || c == ']' || c == '}';
        return take(Kind::mark, 1);
    }
}

std::string unescaped_script(std::string_view literal)
{
    std::string out;
    out.reserve(literal.size());
    for (std::size_t at = 0; at < literal.size(); ++at) {
        if (literal[at] != '\\' || at + 1 == literal.size()) {
            out.push_back(literal[at]);
            continue;
        }
        const char kind = literal[++at];
        auto next = at + 1;
        if (kind == 'u' && literal.substr(next).starts_with('{')) {
            append_utf8(out, take_hex(literal, ++next, 6));
            at = std::min(literal.find('}', next), literal.size());
        } else if (kind == 'u' || kind == 'x') {
            append_utf8(out, take_hex(literal, next, kind == 'u' ? 4 : 2));
            at = next - 1;
        } else if (kind >= '0' && kind <= '7') {
            char32_t code = 0;
            for (next = at;
                 next < literal.size() && next < at + 3 && literal[next] >= '0' && literal[next] <= '7';
                 ++next)
                code = code * 8 + static_cast<char32_t>(literal[next] - '0');
            append_utf8(out, code);
            at = next - 1;
        } else if (kind == 'n' || kind == 't' || kind == 'r') {
            out.push_back(kind == 't' ? '\t' : '\n');
        } else if (!is_line_end(kind)) {
            out.push_back(kind);
        }
    }
    return out;
}

} // namespace stillwatch::html
