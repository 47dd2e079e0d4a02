#include "config/tree.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::config {

namespace {

Place place_of(const toml::source_region& region)
{
    return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

Value convert(const toml::node& node);

Table convert_table(const toml::table& table)
{
    Table result;
    for (const auto& [key, node] : table)
        result.entries.push_back({std::string(key.str()), place_of(key.source()), convert(node)});
    return result;
}

Value convert(const toml::node& node)
{
    Value value{place_of(node.source()), OtherKind{"a date or time"}};
    if (const auto* table = node.as_table()) value.content = convert_table(*table);
    if (const auto* text = node.as_string()) value.content = text->get();
    if (const auto* number = node.as_integer()) value.content = number->get();
    if (const auto* number = node.as_floating_point()) value.content = number->get();
    if (const auto* flag = node.as_boolean()) value.content = flag->get();
    if (const auto* array = node.as_array()) {
        Array items;
        for (const auto& item : *array)
            items.push_back(convert(item));
        value.content = std::move(items);
    }
    return value;
}

} // namespace

std::string_view kind_of(const Value& value) noexcept
{
    struct Names {
        std::string_view operator()(const std::string&) const { return "text"; }
        std::string_view operator()(std::int64_t) const { return "a whole number"; }
        std::string_view operator()(double) const { return "a number with a fraction"; }
        std::string_view operator()(bool) const { return "true or false"; }
        std::string_view operator()(const Array&) const { return "a list"; }
        std::string_view operator()(const Table&) const { return "a table"; }
        std::string_view operator()(const OtherKind& other) const { return other.name; }
    };
    return std::visit(Names{}, value.content);
}

ParsedTree parse_tree(std::string_view text)
{
    const auto parsed = toml::parse(text);
    if (parsed) return {convert_table(parsed.table())};
    ParsedTree failed;
    failed.error = shown(parsed.error().description());
    failed.error_place = place_of(parsed.error().source());
    return failed;
}

std::string shown(std::string_view text)
{
    constexpr std::size_t longest = 160;
    std::string result;
    for (const char letter : text.substr(0, longest)) {
        const auto code = static_cast<unsigned char>(letter);
        if (code < 0x20 || code == 0x7F)
            result += fmt::format("\\x{:02x}", static_cast<unsigned>(code));
        else
            result.push_back(letter);
    }
    if (text.size() > longest) result += "…";
    return result;
}

} // namespace stillwatch::config
