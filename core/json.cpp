#include "core/json.hpp"

#include <fmt/format.h>

namespace stillwatch {

Result<json::value> parse_json(std::string_view text)
{
    json::parse_options options;
    options.max_depth = 32;
    json::stream_parser parser({}, options);
    json::error_code error;
    const auto read = parser.write_some(text.data(), text.size(), error);
    if (!error) parser.finish(error);
    if (error) return Error{Errc::malformed, fmt::format("JSON at byte {}: {}", read, error.message())};
    const auto rest = text.substr(read).find_first_not_of(" \t\r\n");
    if (rest != std::string_view::npos)
        return Error{Errc::malformed, fmt::format("JSON at byte {}: more text after the value", read + rest)};
    return parser.release();
}

std::optional<std::string> text_member(const json::object& object, std::string_view key)
{
    const auto* member = object.if_contains(key);
    if (!member || !member->is_string()) return std::nullopt;
    return std::string(member->get_string());
}

std::optional<std::int64_t> number_member(const json::object& object, std::string_view key)
{
    const auto* member = object.if_contains(key);
    if (!member) return std::nullopt;
    json::error_code error;
    const auto number = member->to_number<std::int64_t>(error);
    if (error) return std::nullopt;
    return number;
}

std::optional<bool> bool_member(const json::object& object, std::string_view key)
{
    const auto* member = object.if_contains(key);
    if (!member || !member->is_bool()) return std::nullopt;
    return member->get_bool();
}

} // namespace stillwatch
