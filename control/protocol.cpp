#include "control/protocol.hpp"

#include <array>

namespace stillwatch::control {

namespace {

// Every code that name_of(Errc) can print.
constexpr std::array all_codes{Errc::invalid_argument, Errc::not_found, Errc::exists,    Errc::refused,
                               Errc::unreachable,      Errc::timed_out, Errc::too_large, Errc::malformed,
                               Errc::undecodable,      Errc::corrupt,   Errc::io,        Errc::cancelled};

Errc code_from_name(std::string_view name)
{
    for (const auto code : all_codes)
        if (name_of(code) == name) return code;
    return Errc::malformed;
}

} // namespace

Result<Command> read_command(std::string_view line)
{
    auto value = parse_json(line);
    if (!value) return value.error();
    const auto* object = value->if_object();
    if (!object) return Error{Errc::malformed, "a command is a JSON object"};
    auto name = text_member(*object, "command");
    if (!name) return Error{Errc::malformed, "a command has a member \"command\" of text"};
    Command command{std::move(*name), {}};
    if (const auto* arguments = object->if_contains("arguments")) {
        if (!arguments->is_object()) return Error{Errc::malformed, "\"arguments\" is a JSON object"};
        command.arguments = arguments->get_object();
    }
    return command;
}

std::string write_command(const Command& command)
{
    json::object object;
    object["command"] = command.name;
    object["arguments"] = command.arguments;
    return json::serialize(object);
}

std::string write_reply(const Result<json::value>& reply)
{
    json::object object;
    if (reply) {
        object["result"] = *reply;
    } else {
        json::object error;
        error["code"] = name_of(reply.error().code);
        error["detail"] = reply.error().detail;
        object["error"] = std::move(error);
    }
    return json::serialize(object);
}

Result<json::value> read_reply(std::string_view line)
{
    auto value = parse_json(line);
    if (!value) return value.error();
    const auto* object = value->if_object();
    if (!object) return Error{Errc::malformed, "a reply is a JSON object"};
    if (const auto* result = object->if_contains("result")) return *result;
    const auto* error = object->if_contains("error");
    if (!error || !error->is_object()) return Error{Errc::malformed, "a reply holds \"result\" or \"error\""};
    const auto& fields = error->get_object();
    return Error{code_from_name(text_member(fields, "code").value_or("")),
                 text_member(fields, "detail").value_or("no detail given")};
}

} // namespace stillwatch::control
