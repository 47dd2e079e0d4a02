#include "html/script_values.hpp"

#include <charconv>
#include <utility>

namespace stillwatch::html {

namespace {

std::optional<int> number_in(std::string_view text)
{
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// Past a million no number of a page or picture is added to.
std::optional<std::string> added(const std::string& one, const std::string& other)
{
    constexpr int most = 1'000'000;
    const auto first = number_in(one);
    const auto second = number_in(other);
    if (!first || !second || *first > most || *second > most || *first < -most || *second < -most)
        return std::nullopt;
    return std::to_string(*first + *second);
}

} // namespace

std::optional<int> ScriptValue::number() const
{
    return is_text() && texts->size() == 1 ? number_in(texts->front()) : std::nullopt;
}

ScriptValue ScriptValues::kept(ScriptValue::Texts texts, bool is_list)
{
    if (texts.empty() || texts.size() > max_texts) return {};
    for (const auto& text : texts) {
        bytes_ += text.size() + sizeof text;
        if (text.size() > max_text_bytes) return {};
    }
    if (is_spent()) return {};
    return {std::make_shared<const ScriptValue::Texts>(std::move(texts)), is_list};
}

ScriptValue ScriptValues::text(std::string text)
{
    ScriptValue::Texts texts;
    texts.push_back(std::move(text));
    return kept(std::move(texts), false);
}

ScriptValue ScriptValues::number(std::string digits)
{
    auto value = text(std::move(digits));
    value.is_number = true;
    return value;
}

ScriptValue ScriptValues::list(ScriptValue::Texts texts)
{
    return kept(std::move(texts), true);
}

ScriptValue ScriptValues::joined(const ScriptValue& left, const ScriptValue& right)
{
    if (!left.is_known() || !right.is_known()) return {};
    const auto& first = *left.texts;
    const auto& second = *right.texts;
    ScriptValue::Texts texts;
    std::size_t bytes = 0;
    const bool are_numbers = left.is_number && right.is_number;
    bool is_sum_known = true;
    const auto add = [&](const std::string& one, const std::string& other) {
        bytes += one.size() + other.size();
        if (bytes > max_bytes) return;
        auto sum = are_numbers ? added(one, other) : one + other;
        is_sum_known = is_sum_known && sum;
        if (sum) texts.push_back(*std::move(sum));
    };
    if (first.size() == second.size()) {
        for (std::size_t at = 0; at < first.size(); ++at)
            add(first[at], second[at]);
    } else if (first.size() * second.size() <= max_texts) {
        for (const auto& one : first)
            for (const auto& other : second)
                add(one, other);
    }
    if (bytes > max_bytes || !is_sum_known) {
        bytes_ += bytes;
        return {};
    }
    auto value = kept(std::move(texts), false);
    value.is_made = true;
    value.is_number = are_numbers;
    return value;
}

void ScriptValues::define(std::string name, ScriptValue value)
{
    if (names_.size() < max_names || names_.contains(name)) names_[std::move(name)] = std::move(value);
}

ScriptValue ScriptValues::value_of(const std::string& name) const
{
    const auto found = names_.find(name);
    return found == names_.end() ? ScriptValue{} : found->second;
}

void ScriptValues::define_property(std::string_view name, const ScriptValue& value)
{
    if (!value.is_known() || is_spent()) return;
    auto found = properties_.find(name);
    if (found == properties_.end()) {
        if (properties_.size() >= max_names) return;
        found = properties_.emplace(name, std::make_shared<ScriptValue::Texts>()).first;
    }
    auto& texts = *found->second;
    for (const auto& text : *value.texts) {
        if (texts.size() >= max_texts) return;
        bytes_ += text.size() + sizeof text;
        texts.push_back(text);
    }
}

ScriptValue ScriptValues::property(std::string_view name) const
{
    const auto found = properties_.find(name);
    if (found == properties_.end()) return {};
    return {found->second, false};
}

} // namespace stillwatch::html
