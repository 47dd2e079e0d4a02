#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// A linear scan of a script for its tokens (ECMA-262 section 12), as far as addresses need it: nothing is
// run.
namespace stillwatch::html {

struct ScriptToken {
    enum class Kind : unsigned char {
        end,
        name, // keywords too
        number,
        string,    // what stands between the quotes
        template_, // what stands between the back quotes, ${…} included
        mark,      // one character of anything else; of "=>" the '=' is followed by one '>'
    };
    Kind kind = Kind::end;
    std::string_view text{};

    bool is_mark(char c) const noexcept { return kind == Kind::mark && text.front() == c; }
    bool is_name(std::string_view name) const noexcept { return kind == Kind::name && text == name; }
};

class ScriptScanner {
public:
    explicit ScriptScanner(std::string_view code) noexcept : code_(code) {}

    // The next token; comments and regular expressions are passed over. A string that does not end on its
    // line ends there.
    ScriptToken next() noexcept;

private:
    void pass_blanks_and_comments() noexcept;
    bool pass_regular_expression() noexcept;
    ScriptToken quoted(char quote) noexcept;
    ScriptToken back_quoted() noexcept;
    ScriptToken take(ScriptToken::Kind kind, std::size_t size) noexcept;

    std::string_view code_;
    std::size_t at_ = 0;
    std::size_t no_expression_before_ = 0; // no '/' that could end one stands before this
    bool may_divide_ = false;              // the last token ends a value: a '/' behind it divides
};

// The text of a literal, escapes undone (\n, \x2f, \u002f, \u{2f}, \057 and the rest).
std::string unescaped_script(std::string_view literal);

} // namespace stillwatch::html
