#include "core/canonical_json.hpp"

#include <gtest/gtest.h>

namespace stillwatch {
namespace {

std::string canonical(std::string_view text)
{
    const auto written = canonical_json(parse_json(text).value());
    return written ? *written : to_string(written.error());
}

TEST(CanonicalJson, MembersAreSortedAndNoSpacesAreWritten)
{
    EXPECT_EQ(canonical(R"( { "b" : [ 1 , true , null ] , "a" : { "d" : -7 , "c" : "x" } } )"),
              R"({"a":{"c":"x","d":-7},"b":[1,true,null]})");
    EXPECT_EQ(canonical("{}"), "{}");
}

// The text of RFC 8785 section 3.2.2.2's example.
TEST(CanonicalJson, OnlyWhatMustBeIsEscaped)
{
    EXPECT_EQ(canonical(R"("\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/")"),
              "\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
    EXPECT_EQ(canonical(R"("\b\t\f\r")"), R"("\b\t\f\r")");
}

TEST(CanonicalJson, WhatHasNoSingleFormIsRefused)
{
    for (const auto* text : {"1.5", "1e300", "9007199254740993", "-9007199254740993", "18446744073709551615"})
        EXPECT_FALSE(canonical_json(parse_json(text).value())) << text;
    EXPECT_FALSE(canonical_json(json::object{{"\xC3\xA9", 1}}));
    EXPECT_EQ(canonical("9007199254740992"), "9007199254740992");
}

} // namespace
} // namespace stillwatch
