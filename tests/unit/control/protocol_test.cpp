#include "control/protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::control {
namespace {

using testing::HasSubstr;

TEST(Protocol, ACommandComesBackAsItWasWritten)
{
    const Command command{"case.show",
                          {{"case", "C-7F3K"}, {"n", 3}, {"deep", json::object{{"text", "a\nb\"ü"}}}}};
    const auto line = write_command(command);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto read = read_command(line).value();
    EXPECT_EQ(read.name, command.name);
    EXPECT_EQ(read.arguments, command.arguments);
}

TEST(Protocol, ArgumentsMayBeLeftOut)
{
    const auto read = read_command(R"({"command": "status"})").value();
    EXPECT_EQ(read.name, "status");
    EXPECT_TRUE(read.arguments.empty());
}

TEST(Protocol, MalformedCommandsAreRefused)
{
    for (const std::string_view line :
         {"", " ", "{", "nonsense", "[]", "null", "3", "\"status\"", "{}", R"({"command": 3})",
          R"({"command": null})", R"({"Command": "status"})", R"({"command": "status", "arguments": []})",
          R"({"command": "status", "arguments": null})", R"({"command": "status"} {"command": "status"})",
          R"({"command": "status",})", "{\"command\": \"a\xff\"}", R"({'command': 'status'})"}) {
        const auto read = read_command(line);
        ASSERT_FALSE(read.has_value()) << line;
        EXPECT_EQ(read.error().code, Errc::malformed) << line;
    }
}

TEST(Protocol, DeepNestingIsRefused)
{
    const std::string deep = R"({"command": "status", "arguments": {"a": )" + std::string(10'000, '[');
    EXPECT_EQ(read_command(deep).error().code, Errc::malformed);
    EXPECT_EQ(read_command(deep + std::string(10'000, ']') + "}}").error().code, Errc::malformed);
}

TEST(Protocol, AResultComesBackAsItWasWritten)
{
    for (const json::value& result :
         {json::value(nullptr), json::value(json::array{1, "two", 3.5}), json::value(false),
          json::value(json::object{{"error", "a member of this name is no error"}})}) {
        const auto line = write_reply(result);
        EXPECT_EQ(line.find('\n'), std::string::npos);
        EXPECT_EQ(read_reply(line).value(), result);
    }
}

TEST(Protocol, EveryErrorComesBackAsItWasWritten)
{
    for (int code = 0; code <= static_cast<int>(Errc::cancelled); ++code) {
        const Error error{static_cast<Errc>(code), "what was tried\non \"what\""};
        EXPECT_EQ(read_reply(write_reply(error)).error(), error) << name_of(error.code);
    }
}

TEST(Protocol, AnErrorOfANewerDaemonIsStillAnError)
{
    const auto reply = read_reply(R"({"error": {"code": "of_tomorrow", "detail": "wait"}})");
    EXPECT_EQ(reply.error(), (Error{Errc::malformed, "wait"}));
    EXPECT_FALSE(read_reply(R"({"error": {}})").has_value());
}

TEST(Protocol, MalformedRepliesAreErrors)
{
    for (const std::string_view line :
         {"", "{", "[]", "{}", R"({"error": "text"})", R"({"error": null})", "nonsense"}) {
        const auto reply = read_reply(line);
        ASSERT_FALSE(reply.has_value()) << line;
        EXPECT_EQ(reply.error().code, Errc::malformed) << line;
    }
}

} // namespace
} // namespace stillwatch::control
