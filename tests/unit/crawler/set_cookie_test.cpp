#include "crawler/cookies/set_cookie.hpp"

#include <gtest/gtest.h>

namespace stillwatch::crawler {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 29)};

SetCookie read(std::string_view line)
{
    return parse_set_cookie(line, now).value();
}

TEST(SetCookieLine, TakesNameValueAndWhatItIsFor)
{
    const auto cookie =
        read(" sid = a=b ; Path=/board; DOMAIN=.Board.Example ;secure; HttpOnly; SameSite=Lax");
    EXPECT_EQ(cookie, (SetCookie{"sid", "a=b", "board.example", "/board", true, std::nullopt}));
    EXPECT_EQ(read("a=\"quoted, with comma\""), (SetCookie{"a", "\"quoted, with comma\""}));
    EXPECT_EQ(read("a="), (SetCookie{"a", ""}));
}

TEST(SetCookieLine, AValueMayStandWithoutAName)
{
    EXPECT_EQ(read("alone; path=/"), (SetCookie{"", "alone", "", "/"}));
    EXPECT_EQ(read("=alone"), (SetCookie{"", "alone"}));
    EXPECT_FALSE(parse_set_cookie("", now));
    EXPECT_FALSE(parse_set_cookie(" = ; path=/", now));
}

TEST(SetCookieLine, WhatIsTooLongOrHoldsControlCharactersSetsNothing)
{
    EXPECT_TRUE(parse_set_cookie("a=" + std::string(SetCookie::max_bytes - 1, 'x'), now));
    EXPECT_FALSE(parse_set_cookie("a=" + std::string(SetCookie::max_bytes, 'x'), now));
    EXPECT_FALSE(parse_set_cookie("a=b\x01", now));
    EXPECT_FALSE(parse_set_cookie(std::string_view("a=b\0c", 5), now));
    EXPECT_FALSE(parse_set_cookie("a=b; path=/\x7f", now));
    EXPECT_EQ(read("a=b; path=/" + std::string(2000, 'x')), (SetCookie{"a", "b"}));
}

TEST(SetCookieLine, APathThatIsNoneFollowsFromTheAddress)
{
    EXPECT_EQ(read("a=b; path=board").path, "");
    EXPECT_EQ(read("a=b; path=/x; path=").path, "");
}

TEST(SetCookieLine, MaxAgeGoesBeforeExpires)
{
    EXPECT_EQ(read("a=b; Max-Age=60").expires, now + 60s);
    EXPECT_EQ(read("a=b; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT").expires, now + 60s);
    EXPECT_EQ(read("a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; max-age=60").expires, now + 60s);
    EXPECT_EQ(read("a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; max-age=x").expires, Timestamp{});
    EXPECT_EQ(read("a=b; Max-Age=0").expires, Timestamp::min());
    EXPECT_EQ(read("a=b; Max-Age=-5").expires, Timestamp::min());
    EXPECT_EQ(read("a=b; Max-Age=99999999999999999999").expires, now + std::chrono::days(400));
    EXPECT_EQ(read("a=b; Expires=Fri, 31 Dec 9999 23:59:59 GMT").expires, now + std::chrono::days(400));
    EXPECT_EQ(read("a=b").expires, std::nullopt);
}

TEST(CookieDate, TakesEveryFormThatServersWrite)
{
    const Timestamp then{std::chrono::sys_days(std::chrono::year(2027) / 1 / 9) + 8h + 7min + 6s};
    for (const auto* text : {"Sat, 09 Jan 2027 08:07:06 GMT", "Sat, 09-Jan-2027 08:07:06 GMT",
                             "Saturday, 09-Jan-27 08:07:06 GMT", "Sat Jan  9 08:07:06 2027",
                             "9 January 2027 8:7:6", "2027 jan 9 08:07:06 +0100"})
        EXPECT_EQ(parse_cookie_date(text), then) << text;
    EXPECT_EQ(parse_cookie_date("Fri, 09 Jan 70 00:00:00 GMT"),
              Timestamp{std::chrono::sys_days(std::chrono::year(1970) / 1 / 9)});
}

TEST(CookieDate, WhatIsNoDateIsNone)
{
    for (const auto* text : {"", "soon", "31 Feb 2027 00:00:00", "1 Jan 2027", "1 Jan 2027 24:00:00",
                             "1 Jan 1500 00:00:00", "00 Jan 2027 00:00:00", "1 2027 00:00:00"})
        EXPECT_EQ(parse_cookie_date(text), std::nullopt) << text;
}

} // namespace
} // namespace stillwatch::crawler
