#pragma once

#include "html/script_tokens.hpp"
#include "html/script_values.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::html {

// What an address in a script is for, as far as its place says.
enum class ScriptUse : unsigned char {
    any,
    leads, // assigned to location, given to a function that opens or loads, or named as what comes next
};

// Walks over the tokens of a script and folds what is put together of constants: '+', templates, join(),
// concat(), replace(), atob() and their kin, loops over lists. Functions are not called and nothing is run;
// what depends on more is not known and told to nobody.
class ScriptReader {
public:
    class Listener {
    public:
        virtual ~Listener() = default;
        // A whole expression with a known value. `is_literal`: it stands in the script as it is.
        virtual void expression(const ScriptValue& value, ScriptUse use) = 0;
    };

    // The scripts of one document, in their order: they share what they define. Reads at most
    // max_script_bytes of them, twice: what stands below may define what stands above.
    static constexpr std::size_t max_script_bytes = 1U << 20U;
    ScriptReader(std::span<const std::string_view> scripts, Listener& listener);
    void read();

private:
    using Kind = ScriptToken::Kind;
    static constexpr std::size_t max_tokens = 250'000;
    static constexpr int max_depth = 12;
    static constexpr std::size_t longest_name = 128;

    // An expression begun at a token: its value, and what keeps it from being told.
    struct Folded {
        ScriptValue value{};
        bool is_whole = true; // false: more belongs to it that is not understood
    };

    static void append_tokens(std::vector<ScriptToken>& tokens, std::string_view code);
    void walk();
    const ScriptToken& token(std::size_t ahead = 0) const noexcept;
    bool is_mark(char c, std::size_t ahead = 0) const noexcept { return token(ahead).is_mark(c); }
    bool passes(char c) noexcept;
    bool is_call() const noexcept;

    bool statement();
    bool definition();
    bool loop();
    void tell(const Folded& folded, ScriptUse use);
    void expression_at(ScriptUse use);

    Folded sum();
    Folded operand();
    Folded primary();
    Folded named();
    Folded list();
    Folded after_dots(Folded folded);
    Folded method(const ScriptValue& value, std::string_view name);
    Folded indexed(const ScriptValue& value);
    Folded called(std::string_view name);
    Folded asked(std::string_view function);
    Folded each(const ScriptValue& value, std::size_t place, bool is_map);
    std::vector<ScriptValue> arguments();
    ScriptValue template_value(std::string_view text);

    std::vector<ScriptToken> tokens_;
    std::size_t at_ = 0;
    std::size_t inside_next_ = 0; // up to here stands the object of what comes next
    int depth_ = 0;
    bool is_first_walk_ = true;
    ScriptValues values_;
    Listener& listener_;
};

} // namespace stillwatch::html
