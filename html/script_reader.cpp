#include "html/script_reader.hpp"

#include "html/controls.hpp"
#include "html/text.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::html {

namespace {

constexpr std::size_t longest_object = 12; // tokens in which an object names its address

constexpr bool is_one_of(std::initializer_list<std::string_view> names, std::string_view name) noexcept
{
    return std::ranges::find(names, name) != names.end();
}

// "/more" of `location = "/more"`, `window.location.href = …`, `el.next_url = …`.
bool leads(std::string_view name) noexcept
{
    const auto dot = name.rfind('.');
    const auto last = name.substr(dot == std::string_view::npos ? 0 : dot + 1);
    if (last == "location") return true;
    if (last == "href") return name.find("location") != std::string_view::npos;
    return is_next_key(last);
}

} // namespace

ScriptReader::ScriptReader(std::span<const std::string_view> scripts, Listener& listener)
    : listener_(listener)
{
    auto room = max_script_bytes;
    for (const auto code : scripts) {
        append_tokens(tokens_, code.substr(0, room));
        room -= std::min(room, code.size());
        tokens_.push_back({Kind::mark, ";"});
    }
}

void ScriptReader::append_tokens(std::vector<ScriptToken>& tokens, std::string_view code)
{
    ScriptScanner scanner(code);
    for (auto token = scanner.next(); token.kind != Kind::end && tokens.size() < max_tokens;
         token = scanner.next())
        tokens.push_back(token);
}

void ScriptReader::read()
{
    walk();
    is_first_walk_ = false;
    walk();
}

void ScriptReader::walk()
{
    inside_next_ = 0;
    for (at_ = 0; at_ < tokens_.size() && !values_.is_spent();) {
        const auto before = at_;
        if (is_call()) {
            ++at_; // its arguments are expressions of their own
            continue;
        }
        if (!statement()) expression_at(ScriptUse::any);
        at_ = std::max(at_, before + 1);
    }
}

// At the '(' of a call, and not of a group.
bool ScriptReader::is_call() const noexcept
{
    if (!is_mark('(') || at_ == 0) return false;
    const auto& before = tokens_[at_ - 1];
    return before.kind == Kind::name || before.is_mark(')') || before.is_mark(']');
}

const ScriptToken& ScriptReader::token(std::size_t ahead) const noexcept
{
    static constexpr ScriptToken end{};
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : end;
}

bool ScriptReader::passes(char c) noexcept
{
    if (!is_mark(c)) return false;
    ++at_;
    return true;
}

bool ScriptReader::statement()
{
    if (token().is_name("for")) return loop();
    return definition();
}

// NAME = …, NAME += …, a.b = …, KEY: …, with the value told and kept under its name.
bool ScriptReader::definition()
{
    if (token().kind != Kind::name && token().kind != Kind::string) return false;
    if (is_mark(':', 1) && !(at_ > 0 && tokens_[at_ - 1].is_mark('?'))) {
        const auto key = token().text;
        at_ += 2;
        bool leads = is_next_key(key);
        if (leads && is_mark('{')) inside_next_ = at_ + longest_object; // next: {href: "/more"}
        leads = leads || (at_ < inside_next_ && is_one_of({"href", "url", "link", "path", "uri"}, key));
        const auto folded = sum();
        if (folded.is_whole && is_first_walk_) values_.define_property(key, folded.value);
        tell(folded, leads ? ScriptUse::leads : ScriptUse::any);
        return true;
    }
    if (token().kind != Kind::name) return false;
    std::size_t length = 1;
    std::string name(token().text);
    while (is_mark('.', length) && token(length + 1).kind == Kind::name && name.size() < longest_name) {
        name.append(".").append(token(length + 1).text);
        length += 2;
    }
    const bool adds = is_mark('+', length);
    const auto sign = length + (adds ? 1 : 0);
    if (!is_mark('=', sign) || is_mark('=', sign + 1) || is_mark('>', sign + 1)) return false;
    at_ += sign + 1;
    auto folded = sum();
    tell(folded, leads(name) ? ScriptUse::leads : ScriptUse::any);
    if (adds) folded.value = values_.joined(values_.value_of(name), folded.value);
    values_.define(std::move(name), folded.is_whole ? folded.value : ScriptValue{});
    return true;
}

// for (… of LIST), and for (i = 1; i <= 20; …) where both ends are known: their names are what they go
// through.
bool ScriptReader::loop()
{
    const auto begin = at_;
    ++at_;
    if (token().is_name("await")) ++at_;
    if (!passes('(')) return true;
    if (is_one_of({"var", "let", "const"}, token().text)) ++at_;
    if (token().kind != Kind::name) return true;
    std::string name(token().text);
    if (token(1).is_name("of")) {
        at_ += 2;
        const auto folded = sum();
        values_.define(std::move(name), folded.is_whole ? folded.value.any() : ScriptValue{});
        return true;
    }
    if (!is_mark('=', 1)) return true;
    at_ += 2;
    const auto first = sum().value.number();
    // Further names may be begun with it: i = 1, n = 20.
    while (is_mark(',') && token(1).kind == Kind::name && is_mark('=', 2)) {
        ++at_;
        (void)definition();
    }
    const bool is_counted = first && passes(';') && token().is_name(name) && is_mark('<', 1);
    if (!is_counted) {
        at_ = std::max(at_, begin + 1);
        values_.define(std::move(name), {});
        return true;
    }
    at_ += 2;
    const bool is_closed = passes('=');
    const auto end = sum().value.number();
    ScriptValue::Texts texts;
    if (end && *end - *first < static_cast<int>(ScriptValues::max_texts))
        for (int number = *first; number < *end + (is_closed ? 1 : 0); ++number)
            texts.push_back(std::to_string(number));
    auto counted = values_.list(std::move(texts)).any();
    counted.is_number = true;
    values_.define(std::move(name), std::move(counted));
    return true;
}

void ScriptReader::tell(const Folded& folded, ScriptUse use)
{
    if (is_first_walk_ || !folded.is_whole || !folded.value.is_known()) return;
    listener_.expression(folded.value, use);
}

void ScriptReader::expression_at(ScriptUse use)
{
    const bool is_tail = at_ > 0 && tokens_[at_ - 1].is_mark('+');
    auto folded = sum();
    folded.is_whole = folded.is_whole && !is_tail;
    tell(folded, use);
}

ScriptReader::Folded ScriptReader::sum()
{
    if (depth_ >= max_depth) return {{}, false};
    ++depth_;
    auto folded = operand();
    while (folded.is_whole && !folded.value.is_known() && is_mark('|') && is_mark('|', 1)) { // a || "/b/"
        at_ += 2;
        folded = operand();
    }
    while (folded.is_whole && is_mark('+')) {
        if (is_mark('+', 1) || is_mark('=', 1)) {
            folded.is_whole = false;
            break;
        }
        ++at_;
        const auto next = operand();
        folded.is_whole = next.is_whole;
        folded.value = values_.joined(folded.value, next.value);
    }
    --depth_;
    return folded;
}

ScriptReader::Folded ScriptReader::operand()
{
    auto folded = primary();
    if (folded.is_whole) folded = after_dots(std::move(folded));
    return folded;
}

ScriptReader::Folded ScriptReader::primary()
{
    const auto& first = token();
    switch (first.kind) {
    case Kind::string: ++at_; return {values_.text(unescaped_script(first.text))};
    case Kind::number: ++at_; return {values_.number(std::string(first.text))};
    case Kind::template_: ++at_; return {template_value(first.text)};
    case Kind::name: return named();
    case Kind::mark:
        if (first.is_mark('[')) return list();
        if (first.is_mark('-') && token(1).kind == Kind::number) {
            auto negative = '-' + std::string(token(1).text);
            at_ += 2;
            return {values_.number(std::move(negative))};
        }
        if (!passes('(')) break;
        if (auto folded = sum(); folded.is_whole && passes(')')) return folded;
        break;
    case Kind::end: break;
    }
    return {{}, false};
}

ScriptReader::Folded ScriptReader::list()
{
    ++at_;
    ScriptValue::Texts texts;
    bool is_made = false;
    while (!passes(']')) {
        const auto member = sum();
        if (!member.is_whole || !member.value.is_text()) return {{}, false};
        is_made = is_made || member.value.is_made;
        texts.insert(texts.end(), member.value.texts->begin(), member.value.texts->end());
        if (texts.size() > ScriptValues::max_texts) return {{}, false};
        if (!passes(',') && !is_mark(']')) return {{}, false};
    }
    auto value = values_.list(std::move(texts));
    value.is_made = is_made;
    return {value};
}

ScriptValue ScriptReader::template_value(std::string_view text)
{
    auto open = text.find("${");
    if (open == std::string_view::npos) return values_.text(unescaped_script(text));
    auto value = values_.text(unescaped_script(text.substr(0, open)));
    while (open != std::string_view::npos && value.is_known()) {
        const auto close = text.find('}', open);
        if (close == std::string_view::npos || depth_ >= max_depth) return {};
        // The expression is read in place of the tokens, with the same names.
        std::vector<ScriptToken> inner;
        append_tokens(inner, text.substr(open + 2, close - open - 2));
        std::swap(inner, tokens_);
        const auto here = std::exchange(at_, 0);
        ++depth_;
        const auto folded = sum();
        --depth_;
        const bool is_whole = folded.is_whole && at_ == tokens_.size();
        std::swap(inner, tokens_);
        at_ = here;
        if (!is_whole) return {};
        value = values_.joined(value, folded.value);
        open = text.find("${", close);
        const auto end = open == std::string_view::npos ? text.size() : open;
        value =
            values_.joined(value, values_.text(unescaped_script(text.substr(close + 1, end - close - 1))));
    }
    return value;
}

} // namespace stillwatch::html
