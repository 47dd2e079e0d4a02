#pragma once

#include "core/result.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch {

namespace json = boost::json;

// Reads one JSON text, at most 32 levels deep. Errors: malformed, with the byte offset.
Result<json::value> parse_json(std::string_view text);

// Members of an object read with their type checked: nothing when absent or of another type.
std::optional<std::string> text_member(const json::object& object, std::string_view key);
std::optional<std::int64_t> number_member(const json::object& object, std::string_view key);
std::optional<bool> bool_member(const json::object& object, std::string_view key);

} // namespace stillwatch
