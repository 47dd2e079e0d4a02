#pragma once

#include "core/json.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

// How the command line speaks to the daemon: one JSON object a line in each direction over a Unix socket,
// {"command": "case.show", "arguments": {…}} and {"result": …} or {"error": {"code": …, "detail": …}}.
namespace stillwatch::control {

// A longer command is refused. The largest holds a sealed reference in hexadecimal.
constexpr std::size_t max_line_bytes = 16U << 20U; // a reference that is a video

struct Command {
    std::string name;
    json::object arguments;
};

// One line without its line end. Errors: malformed.
Result<Command> read_command(std::string_view line);
std::string write_command(const Command& command);

// What a command gave, as a line without its line end, and back.
std::string write_reply(const Result<json::value>& reply);
Result<json::value> read_reply(std::string_view line);

} // namespace stillwatch::control
