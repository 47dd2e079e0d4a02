#include "core/canonical_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace stillwatch {

namespace {

constexpr std::int64_t most_exact = std::int64_t{1} << 53; // above it a reader's double is another number

// RFC 8785 section 3.2.2.2.
void write_text(std::string_view text, std::string& out)
{
    out += '"';
    for (const char letter : text) {
        switch (letter) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\b': out += "\\b"; break;
        case '\t': out += "\\t"; break;
        case '\n': out += "\\n"; break;
        case '\f': out += "\\f"; break;
        case '\r': out += "\\r"; break;
        default:
            if (static_cast<unsigned char>(letter) < 0x20)
                out += fmt::format("\\u{:04x}", static_cast<unsigned>(letter));
            else
                out += letter;
        }
    }
    out += '"';
}

bool is_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char letter) { return static_cast<unsigned char>(letter) < 0x80; });
}

Result<void> write(const json::value& value, std::string& out);

Result<void> write_object(const json::object& object, std::string& out)
{
    std::vector<const json::key_value_pair*> members;
    for (const auto& member : object) {
        if (!is_ascii(member.key())) return Error{Errc::invalid_argument, "a member's name is not ASCII"};
        members.push_back(&member);
    }
    std::ranges::sort(members, {}, [](const auto* member) { return std::string_view(member->key()); });
    out += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i > 0) out += ',';
        write_text(members[i]->key(), out);
        out += ':';
        const auto written = write(members[i]->value(), out);
        if (!written) return written;
    }
    out += '}';
    return {};
}

Result<void> write_array(const json::array& array, std::string& out)
{
    out += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (i > 0) out += ',';
        const auto written = write(array[i], out);
        if (!written) return written;
    }
    out += ']';
    return {};
}

Result<void> write(const json::value& value, std::string& out)
{
    switch (value.kind()) {
    case json::kind::null: out += "null"; return {};
    case json::kind::bool_: out += value.get_bool() ? "true" : "false"; return {};
    case json::kind::string: write_text(value.get_string(), out); return {};
    case json::kind::array: return write_array(value.get_array(), out);
    case json::kind::object: return write_object(value.get_object(), out);
    case json::kind::int64:
        if (value.get_int64() < -most_exact || value.get_int64() > most_exact) break;
        out += fmt::format("{}", value.get_int64());
        return {};
    case json::kind::uint64:
        if (value.get_uint64() > static_cast<std::uint64_t>(most_exact)) break;
        out += fmt::format("{}", value.get_uint64());
        return {};
    case json::kind::double_: break;
    }
    return Error{Errc::invalid_argument, "not a number that has one way to be written"};
}

} // namespace

Result<std::string> canonical_json(const json::value& value)
{
    std::string out;
    const auto written = write(value, out);
    if (!written) return written.error();
    return out;
}

} // namespace stillwatch
