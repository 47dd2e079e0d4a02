#include "core/json.hpp"

#include <gtest/gtest.h>

namespace stillwatch {
namespace {

TEST(Json, MembersAreReadWithTheirType)
{
    const auto value =
        parse_json(R"( {"text":"x","number":-3,"whole":4.0,"yes":true,"nothing":null} )").value();
    const auto& object = value.as_object();
    EXPECT_EQ(text_member(object, "text"), "x");
    EXPECT_EQ(number_member(object, "number"), -3);
    EXPECT_EQ(number_member(object, "whole"), 4);
    EXPECT_EQ(bool_member(object, "yes"), true);
    EXPECT_EQ(text_member(object, "number"), std::nullopt);
    EXPECT_EQ(number_member(object, "text"), std::nullopt);
    EXPECT_EQ(bool_member(object, "number"), std::nullopt);
    EXPECT_EQ(text_member(object, "nothing"), std::nullopt);
    EXPECT_EQ(text_member(object, "absent"), std::nullopt);
}

TEST(Json, NumbersThatDoNotFitAreNone)
{
    const auto value = parse_json(R"({"a":1.5,"b":1e300,"c":18446744073709551615})").value();
    for (const auto* key : {"a", "b", "c"})
        EXPECT_EQ(number_member(value.as_object(), key), std::nullopt) << key;
}

TEST(Json, BrokenTextTellsTheByte)
{
    const auto value = parse_json(R"({"a":x})");
    ASSERT_FALSE(value.has_value());
    EXPECT_EQ(value.error().code, Errc::malformed);
    EXPECT_NE(value.error().detail.find("byte 5"), std::string::npos) << value.error().detail;
}

TEST(Json, EmptyCutAndDoubledTextIsMalformed)
{
    for (const auto* text : {"", "  ", "{", "[1,", "{} {}", "1 2", "\"a", "nul"})
        EXPECT_FALSE(parse_json(text).has_value()) << text;
}

TEST(Json, DepthIsBounded)
{
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_TRUE(parse_json(nested(32)).has_value());
    EXPECT_FALSE(parse_json(nested(33)).has_value());
    EXPECT_FALSE(parse_json(nested(1'000'000)).has_value());
}

} // namespace
} // namespace stillwatch
