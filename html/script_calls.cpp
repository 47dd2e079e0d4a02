#include "core/percent.hpp"
#include "html/script_reader.hpp"

#include "html/base64.hpp"
#include "html/references.hpp"
#include "html/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

// What a script's names, calls and members are known to give.
namespace stillwatch::html {

namespace {

constexpr std::size_t longest_index = 48; // tokens between [ and ]
constexpr std::size_t most_arguments = 16;
constexpr std::size_t longest_request = 40; // tokens in which a request says what it is

constexpr bool is_one_of(std::initializer_list<std::string_view> names, std::string_view name) noexcept
{
    return std::ranges::find(names, name) != names.end();
}

// Names for the address that a page itself has: nothing stands before a path of it.
bool is_own_origin(std::string_view path) noexcept
{
    for (const std::string_view before : {"window.", "document.", "self.", "top."})
        if (path.starts_with(before)) path.remove_prefix(before.size());
    return path == "location.origin" || path == "location.protocol";
}

// Functions that are given the address of a page to go to, or to fetch a part from.
bool opens(std::string_view function) noexcept
{
    const auto dot = function.rfind('.');
    const auto last = function.substr(dot == std::string_view::npos ? 0 : dot + 1);
    const auto before = dot == std::string_view::npos ? std::string_view() : function.substr(0, dot);
    if (is_one_of({"assign", "replace"}, last)) return before.ends_with("location");
    if (is_one_of({"open", "fetch"}, last))
        return before.empty() || is_one_of({"window", "self", "top"}, before);
    if (last == "load") return before.empty(); // $("#more").load(…)
    if (is_one_of({"visit", "navigate", "navigateTo", "goto", "loadPage"}, last)) return true;
    return is_one_of({"get", "getJSON"}, last) && is_one_of({"$", "jQuery", "axios"}, before);
}

bool sends(std::string_view word) noexcept
{
    return std::ranges::any_of(std::array<std::string_view, 4>{"post", "put", "patch", "delete"},
                               [&](auto one) { return same_name(one, word); });
}

std::string replaced(std::string_view text, std::string_view what, std::string_view by, bool all)
{
    std::string out;
    for (;;) {
        const auto found = what.empty() ? std::string_view::npos : text.find(what);
        if (found == std::string_view::npos) break;
        out.append(text.substr(0, found)).append(by);
        text.remove_prefix(found + what.size());
        if (!all || out.size() > ScriptValues::max_text_bytes) break;
    }
    return out.append(text);
}

} // namespace

// A name, with what is known of it; a known function with what it gives.
ScriptReader::Folded ScriptReader::named()
{
    if (token().is_name("new")) ++at_;
    std::string path(token().text);
    if (token().kind != Kind::name) return {{}, false};
    ++at_;
    auto value = values_.value_of(path);
    while (is_mark('.') && token(1).kind == Kind::name && !is_mark('(', 2) && path.size() < longest_name) {
        if (value.is_known() && token(1).is_name("length")) break;
        path.append(".").append(token(1).text);
        value = values_.value_of(path);
        if (!value.is_known()) value = values_.property(token(1).text);
        at_ += 2;
    }
    if (is_own_origin(path)) return {values_.text({})};
    if (path == "String.raw" && token().kind == Kind::template_)
        return {values_.text(std::string(tokens_[at_++].text))};
    if (is_mark('(')) return called(path);
    if (is_mark('.') && is_mark('(', 2) && !value.is_known()) {
        path.append(".").append(token(1).text);
        at_ += 2;
        return called(path);
    }
    return {value};
}

// At the '(' of a call. What is not known is left to be read as expressions of their own.
ScriptReader::Folded ScriptReader::called(std::string_view name)
{
    for (const std::string_view before : {"window.", "self."})
        if (name.starts_with(before)) name.remove_prefix(before.size());
    if (opens(name) || name.ends_with(".open") || name.ends_with(".ajax")) return asked(name);
    if (name.ends_with("each") && is_mark('(')) { // $.each(LIST, function (i, name) …)
        const auto begin = ++at_;
        const auto folded = sum();
        if (folded.is_whole && folded.value.is_known() && passes(',')) {
            --at_; // each() begins at the mark before its function
            return each(folded.value, 1, false);
        }
        at_ = begin;
        return {{}, false};
    }
    const bool is_known =
        is_one_of({"atob", "decodeURIComponent", "decodeURI", "unescape", "encodeURI", "String", "JSON.parse",
                   "URL", "Array.of", "Array.from", "encodeURIComponent", "String.fromCharCode"},
                  name);
    if (!is_known) return {{}, false};
    const auto given = arguments();
    if (given.empty()) return {{}, false};
    const auto& first = given.front();
    if (name == "atob")
        return {values_.made(
            first, [](const auto& text) { return from_loose_base64(text).value_or(""); }, first.is_list)};
    if (name == "unescape" || name.starts_with("decode"))
        return {values_.made(
            first, [](const auto& text) { return without_percents(text); }, first.is_list)};
    if (name == "String.fromCharCode") {
        std::string letters;
        for (const auto& one : given) {
            const auto code = one.number();
            if (!code || *code < ' ' || *code > '~') return {{}, false};
            letters.push_back(static_cast<char>(*code));
        }
        auto text = values_.text(std::move(letters));
        text.is_made = true;
        return {text};
    }
    if (name == "URL" && given.size() > 1) {
        auto folder = values_.made(
            given[1], [](const auto& text) { return text.substr(0, text.rfind('/') + 1); }, false);
        return {values_.joined(folder, first)};
    }
    return {first};
}

// At the '(' of a function that opens, loads or asks. Where it may send something it is passed over.
ScriptReader::Folded ScriptReader::asked(std::string_view function)
{
    const auto begin = ++at_;
    for (std::size_t ahead = 0; ahead < longest_request; ++ahead) {
        if (is_mark(')', ahead) || token(ahead).kind == Kind::end) break;
        if (token(ahead).kind == Kind::string && sends(token(ahead).text)) {
            at_ += ahead; // and with it the address, which stands on either side
            while (!is_mark(')') && !is_mark(';') && token().kind != Kind::end &&
                   at_ < begin + longest_request)
                ++at_;
            return {{}, false};
        }
    }
    if (function.ends_with(".ajax")) {
        inside_next_ = begin + longest_request;
        return {{}, false};
    }
    auto folded = sum();
    if (function.ends_with(".open") && folded.is_whole && folded.value.is_text() &&
        passes(',')) // ("GET", address)
        folded = sum();
    tell(folded, ScriptUse::leads);
    if (!folded.is_whole) at_ = begin;
    return {{}, false};
}

ScriptReader::Folded ScriptReader::after_dots(Folded folded)
{
    while (folded.is_whole) {
        if (is_mark('?') && is_mark('.', 1)) ++at_;
        if (is_mark('[') && folded.value.is_known()) {
            folded = indexed(folded.value);
        } else if (is_mark('.') && token(1).kind == Kind::name) {
            const auto name = token(1).text;
            if (!is_mark('(', 2)) {
                at_ += 2;
                return {name == "length" && folded.value.is_known()
                            ? values_.number(std::to_string(folded.value.texts->size()))
                            : values_.property(name)};
            }
            at_ += 2;
            folded = method(folded.value, name);
        } else {
            break;
        }
    }
    // f(…), a ? b : c, a - b and the like are not known; `a, b` and `a;` are whole.
    if (is_mark('(') || is_mark('*') || is_mark('-') || is_mark('%') || is_mark('/') || is_mark('?'))
        return {{}, false};
    return folded;
}

// LIST[0] is one, LIST[i] any of them.
ScriptReader::Folded ScriptReader::indexed(const ScriptValue& value)
{
    ++at_;
    const auto begin = at_;
    int depth = 0;
    for (; at_ < tokens_.size() && at_ < begin + longest_index; ++at_) {
        if (is_mark('[')) ++depth;
        if (is_mark(']') && depth-- == 0) break;
    }
    if (!passes(']')) {
        at_ = begin;
        return {{}, false};
    }
    const auto& index = tokens_[begin];
    if (at_ == begin + 2 && index.kind == Kind::string) return {values_.property(index.text)};
    std::size_t number = 0;
    if (at_ == begin + 2 && index.kind == Kind::number) {
        (void)std::from_chars(index.text.data(), index.text.data() + index.text.size(), number);
        if (number >= value.texts->size()) return {};
        return {values_.text((*value.texts)[number])};
    }
    return {value.any()};
}

std::vector<ScriptValue> ScriptReader::arguments()
{
    std::vector<ScriptValue> given;
    if (!passes('(')) return {};
    while (!passes(')')) {
        const auto folded = sum();
        if (!folded.is_whole || given.size() == most_arguments) return {};
        given.push_back(folded.value);
        if (!passes(',') && !is_mark(')')) return {};
    }
    return given;
}

// At the '(' behind the name of a method.
ScriptReader::Folded ScriptReader::method(const ScriptValue& value, std::string_view name)
{
    if (is_one_of({"forEach", "map", "filter", "flatMap", "some", "every"}, name))
        return each(value, 0, name == "map");
    const bool is_plain = is_one_of({"toString", "trim", "sort", "flat", "values", "valueOf"}, name);
    if (!is_plain && !is_one_of({"join", "split", "concat", "replace", "replaceAll", "padStart", "reverse",
                                 "slice", "substr", "substring", "toLowerCase", "toUpperCase"},
                                name))
        return {{}, false};
    const auto given = arguments();
    const bool has_text = !given.empty() && given.front().is_text();
    const auto text = has_text ? given.front().texts->front() : std::string();
    if (is_plain) return {value};
    if (!value.is_known()) return {{}, false};
    if (name == "join") {
        std::string all;
        for (const auto& one : *value.texts)
            all.append(all.empty() && &one == &value.texts->front() ? "" : has_text ? text : ",").append(one);
        auto joined = values_.text(std::move(all));
        joined.is_made = true;
        return {joined};
    }
    if (name == "split" && has_text && value.texts->size() == 1) {
        ScriptValue::Texts texts;
        for (std::string_view rest = value.texts->front(); texts.size() <= ScriptValues::max_texts;) {
            // Without a separator each character is one.
            const auto end = text.empty() ? std::size_t{1} : rest.find(text);
            texts.emplace_back(rest.substr(0, end));
            if (end == std::string_view::npos || (text.empty() && rest.size() <= 1)) break;
            rest.remove_prefix(end + text.size());
        }
        auto list = values_.list(std::move(texts));
        list.is_made = value.is_made;
        return {list};
    }
    if (name == "concat" && !given.empty()) {
        auto all = value;
        if (value.is_list) {
            auto texts = *value.texts;
            for (const auto& one : given) {
                if (!one.is_known() || texts.size() + one.texts->size() > ScriptValues::max_texts)
                    return {{}, false};
                texts.insert(texts.end(), one.texts->begin(), one.texts->end());
            }
            return {values_.list(std::move(texts))};
        }
        for (const auto& one : given)
            all = values_.joined(all, one);
        return {all};
    }
    if (is_one_of({"replace", "replaceAll"}, name) && given.size() == 2 && has_text && given[1].is_text()) {
        const auto& by = given[1].texts->front();
        return {values_.made(
            value, [&](const auto& one) { return replaced(one, text, by, name == "replaceAll"); },
            value.is_list)};
    }
    if (name == "reverse" && value.is_list) {
        auto reversed = values_.list({value.texts->rbegin(), value.texts->rend()});
        reversed.is_made = value.is_made;
        return {reversed};
    }
    if (name.ends_with("Case"))
        return {values_.made(
            value,
            [&](std::string one) {
                std::ranges::transform(one, one.begin(), name == "toLowerCase" ? lower : upper);
                return one;
            },
            value.is_list)};
    if (name == "slice" && value.is_list) return {value};
    if (name.starts_with("s") && name != "split" && has_text) {
        const auto begin = given.front().number();
        const auto last = given.size() > 1 ? given[1].number()
                                           : std::optional(static_cast<int>(ScriptValues::max_text_bytes));
        if (!begin || !last || *last < 0 || (*begin < 0 && (name == "substring" || given.size() > 1)))
            return {{}, false};
        if (*begin < 0) { // counted from the end: ("00" + n).slice(-3)
            const auto tail = static_cast<std::size_t>(-std::int64_t{*begin});
            return {values_.made(
                value,
                [&](const std::string& one) { return one.substr(one.size() - std::min(tail, one.size())); },
                value.is_list)};
        }
        const auto from = static_cast<std::size_t>(*begin);
        const auto to = static_cast<std::size_t>(*last);
        const auto size = name == "substr" ? to : to - std::min(from, to);
        return {values_.made(
            value, [&](const std::string& one) { return one.substr(std::min(from, one.size()), size); },
            value.is_list)};
    }
    if (name == "padStart" && has_text) {
        const auto width = given.front().number().value_or(0);
        const auto fill = given.size() > 1 && given[1].is_text() ? given[1].texts->front() : std::string(" ");
        if (width < 0 || width > 32 || fill.size() != 1) return {{}, false};
        return {values_.made(
            value,
            [&](const std::string& one) {
                const auto wanted = static_cast<std::size_t>(width);
                return one.size() >= wanted ? one : std::string(wanted - one.size(), fill.front()) + one;
            },
            value.is_list)};
    }
    return {{}, false};
}

// At the mark before a function that is given each member: its parameter is any of them. `place`: which one.
ScriptReader::Folded ScriptReader::each(const ScriptValue& value, std::size_t place, bool is_map)
{
    ++at_;
    if (is_map && token().is_name("atob") && is_mark(')', 1)) {
        at_ += 2;
        return {values_.made(
            value, [](const auto& text) { return from_loose_base64(text).value_or(""); }, true)};
    }
    if (token().is_name("async")) ++at_;
    const bool is_function = token().is_name("function");
    if (is_function) ++at_;
    if (is_function && token().kind == Kind::name) ++at_;
    values_.define("this", value.any());
    if (value.is_made) tell({value}, ScriptUse::any);
    std::vector<std::string> names;
    if (passes('(')) {
        while (token().kind == Kind::name && names.size() < most_arguments) {
            names.emplace_back(token().text);
            ++at_;
            if (!passes(',')) break;
        }
        if (!passes(')')) return {{}, false};
    } else if (token().kind == Kind::name) {
        names.emplace_back(token().text);
        ++at_;
    }
    if (!names.empty()) values_.define(names[std::min(place, names.size() - 1)], value.any());
    if (is_function || !is_map || !is_mark('=') || !is_mark('>', 1)) return {{}, false};
    at_ += 2;
    auto folded = sum();
    if (!folded.is_whole || !folded.value.is_known() || !passes(')')) return {{}, false};
    folded.value.is_list = true;
    return folded;
}

} // namespace stillwatch::html
