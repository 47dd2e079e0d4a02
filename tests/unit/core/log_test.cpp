#include "core/log.hpp"

#include <gtest/gtest.h>

namespace stillwatch::log {
namespace {

// The line without its time.
std::string written(std::initializer_list<Field> fields, std::string_view message = "message")
{
    testing::internal::CaptureStderr();
    warn("test", message, fields);
    const auto line = testing::internal::GetCapturedStderr();
    return line.substr(line.find(' ') + 1);
}

TEST(Log, OneEventIsOneLineOfPlainFields)
{
    EXPECT_EQ(written({{"host", "a.example"}, {"count", 3}}), "warn test message host=a.example count=3\n");
}

TEST(Log, ValuesWithBlanksAreQuoted)
{
    EXPECT_EQ(written({{"a", "x y"}, {"b", ""}}), "warn test message a=\"x y\" b=\"\"\n");
}

TEST(Log, ValuesCannotForgeLinesOrFields)
{
    EXPECT_EQ(written({{"a", "x\ny=z"}, {"b", "\"\\"}, {"c", "\x1b[31m\x7f"}}),
              "warn test message a=\"x\\x0ay=z\" b=\"\\\"\\\\\" c=\"\\x1b[31m\\x7f\"\n");
}

TEST(Log, LinesBelowTheLevelAreNotWritten)
{
    testing::internal::CaptureStderr();
    debug("test", "not shown");
    set_level(Level::error);
    warn("test", "not shown");
    error("test", "shown");
    set_level(Level::info);
    const auto text = testing::internal::GetCapturedStderr();
    EXPECT_EQ(text.find("not shown"), std::string::npos);
    EXPECT_NE(text.find("error test shown\n"), std::string::npos);
}

} // namespace
} // namespace stillwatch::log
