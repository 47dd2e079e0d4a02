#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What is known of a script's constants without running it.
namespace stillwatch::html {

// A text, any one of several texts (what a loop goes through), or a list of them.
struct ScriptValue {
    using Texts = std::vector<std::string>;

    std::shared_ptr<const Texts> texts{}; // none: not known
    bool is_list = false;
    bool is_made = false; // put together or decoded: no literal of the script as it stands
    bool is_number = false;

    // Of one text that is a whole number.
    std::optional<int> number() const;
    bool is_known() const noexcept { return texts != nullptr; }
    bool is_text() const noexcept { return is_known() && !is_list; }
    // Of a list any of its members.
    ScriptValue any() const { return {texts, false, is_made, is_number}; }
};

// Makes values, within the bounds of one script: what goes beyond is not known.
class ScriptValues {
public:
    static constexpr std::size_t max_texts = 512; // of one value
    static constexpr std::size_t max_text_bytes = 64U << 10U;
    static constexpr std::size_t max_bytes = 4U << 20U; // made for one script in all
    static constexpr std::size_t max_names = 4'096;

    ScriptValue text(std::string text);
    ScriptValue number(std::string digits);
    ScriptValue list(ScriptValue::Texts texts);
    // Of two with as many texts each, their pairs; else each with each. Numbers are added.
    ScriptValue joined(const ScriptValue& left, const ScriptValue& right);
    ScriptValue made(const ScriptValue& from, auto change, bool is_list)
    {
        if (!from.is_known()) return {};
        ScriptValue::Texts texts;
        for (const auto& text : *from.texts)
            texts.push_back(change(text));
        auto value = kept(std::move(texts), is_list);
        value.is_made = true;
        return value;
    }

    void define(std::string name, ScriptValue value);
    ScriptValue value_of(const std::string& name) const;
    // One of the objects in the script has this property; those of several are a choice.
    void define_property(std::string_view name, const ScriptValue& value);
    ScriptValue property(std::string_view name) const;

    bool is_spent() const noexcept { return bytes_ > max_bytes; }

private:
    ScriptValue kept(ScriptValue::Texts texts, bool is_list);

    std::map<std::string, ScriptValue, std::less<>> names_;
    std::map<std::string, std::shared_ptr<ScriptValue::Texts>, std::less<>> properties_;
    std::size_t bytes_ = 0;
};

} // namespace stillwatch::html
