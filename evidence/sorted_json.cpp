#include "evidence/sorted_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace stillwatch::evidence {

namespace {

void write_sorted(std::string& out, const json::value& value, std::size_t depth)
{
    const auto new_line = [&out](std::size_t level) {
        out.push_back('\n');
        out.append(level * 2, ' ');
    };
    if (const auto* object = value.if_object(); object && !object->empty()) {
        std::vector<const json::key_value_pair*> members;
        for (const auto& member : *object)
            members.push_back(&member);
        std::ranges::sort(members, {}, [](const auto* member) { return std::string_view(member->key()); });
        const char* before = "{";
        for (const auto* member : members) {
            out += before;
            before = ",";
            new_line(depth + 1);
            out += fmt::format("{}: ", json::serialize(json::string_view(member->key())));
            write_sorted(out, member->value(), depth + 1);
        }
        new_line(depth);
        out.push_back('}');
    } else if (const auto* array = value.if_array(); array && !array->empty()) {
        const char* before = "[";
        for (const auto& element : *array) {
            out += before;
            before = ",";
            new_line(depth + 1);
            write_sorted(out, element, depth + 1);
        }
        new_line(depth);
        out.push_back(']');
    } else if (const auto* number = value.if_double()) {
        out += fmt::format("{}", *number); // shortest form that reads back the same
    } else {
        out += json::serialize(value);
    }
}

} // namespace

std::string sorted_json(const json::value& value)
{
    std::string text;
    write_sorted(text, value, 0);
    text.push_back('\n');
    return text;
}

} // namespace stillwatch::evidence
