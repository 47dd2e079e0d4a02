#include "crawler/cookies/cookie_jar.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace stillwatch::crawler {
namespace {

using namespace std::chrono_literals;

class CookieJarTest : public testing::Test {
protected:
    void set(std::string_view from, std::string line)
    {
        const std::vector<HeaderField> headers{{"Date", "x"}, {"set-cookie", std::move(line)}};
        jar.take(Url::parse(from).value(), headers, now += 1s);
    }
    std::string sent(std::string_view to, std::vector<std::string> except = {})
    {
        return jar.header_for(Url::parse(to).value(), now, except);
    }

    Timestamp now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 29)};
    CookieJar jar;
};

TEST_F(CookieJarTest, ACookieGoesBackToItsHostAlone)
{
    set("https://board.example/t/1", "sid=1; path=/");
    EXPECT_EQ(sent("https://board.example/x"), "sid=1");
    EXPECT_EQ(sent("http://board.example:8080/"), "sid=1"); // ports do not part cookies
    EXPECT_EQ(sent("https://img.board.example/"), "");
    EXPECT_EQ(sent("https://example/"), "");
    EXPECT_EQ(sent("https://notboard.example/"), "");
}

TEST_F(CookieJarTest, ADomainThatTheHostLiesInIsReachedAsAWhole)
{
    set("https://www.board.example/", "sid=1; Domain=.board.example");
    EXPECT_EQ(sent("https://board.example/"), "sid=1");
    EXPECT_EQ(sent("https://img.board.example/"), "sid=1");
    EXPECT_EQ(sent("https://myboard.example/"), "");
}

TEST_F(CookieJarTest, NobodySetsCookiesForStrangers)
{
    set("https://board.example/", "a=1; Domain=other.example");
    set("https://board.example/", "b=1; Domain=img.board.example");
    set("https://board.example/", "c=1; Domain=example");
    set("https://board.co.uk/", "d=1; Domain=co.uk");
    set("https://board.blogspot.com/", "e=1; Domain=blogspot.com");
    set("https://board.com/", "f=1; Domain=com");
    EXPECT_EQ(jar.size(), 0U);
    set("https://blogspot.com/", "g=1; Domain=blogspot.com"); // itself: but not those below it
    EXPECT_EQ(sent("https://blogspot.com/"), "g=1");
    EXPECT_EQ(sent("https://board.blogspot.com/"), "");
}

TEST_F(CookieJarTest, AnAddressInNumbersIsOneHost)
{
    set("http://127.0.0.2:8080/", "a=1; Domain=127.0.0.2");
    set("http://127.0.0.2/", "b=1; Domain=0.0.2");
    set("http://[::1]/", "c=1");
    EXPECT_EQ(sent("http://127.0.0.2:8081/"), "a=1");
    EXPECT_EQ(sent("http://[::1]/"), "c=1");
}

TEST_F(CookieJarTest, APathIsReachedWithWhatLiesBelowIt)
{
    set("https://board.example/forum/index.php", "a=1");
    set("https://board.example/", "b=2; path=/forum/gallery");
    set("https://board.example/x", "c=3");
    EXPECT_EQ(sent("https://board.example/forum"), "a=1; c=3");
    EXPECT_EQ(sent("https://board.example/forum/t/1"), "a=1; c=3");
    EXPECT_EQ(sent("https://board.example/forum/gallery/1"), "b=2; a=1; c=3");
    EXPECT_EQ(sent("https://board.example/forums"), "c=3");
}

TEST_F(CookieJarTest, WhatIsSecureNeitherComesNorGoesInClear)
{
    set("https://board.example/", "a=1; Secure");
    set("http://board.example/", "b=1; Secure");
    set("http://board.example/", "a=2");
    EXPECT_EQ(sent("https://board.example/"), "a=1");
    EXPECT_EQ(sent("http://board.example/"), "");
}

TEST_F(CookieJarTest, NamesThatPromiseKeepTheirPromise)
{
    set("https://board.example/", "__Secure-a=1");
    set("https://board.example/", "__Host-a=1; Secure; Path=/; Domain=board.example");
    set("https://board.example/x/", "__Host-a=1; Secure");
    set("https://board.example/", "=__Host-a=1; Secure; Path=/");
    EXPECT_EQ(jar.size(), 0U);
    set("https://board.example/", "__secure-a=1; Secure");
    set("https://board.example/", "__Host-a=1; Secure; Path=/");
    EXPECT_EQ(jar.size(), 2U);
}

TEST_F(CookieJarTest, ACookieEndsWhenItSays)
{
    set("https://board.example/", "a=1; Max-Age=60");
    EXPECT_EQ(sent("https://board.example/"), "a=1");
    now += 60s;
    EXPECT_EQ(sent("https://board.example/"), "");
    set("https://board.example/", "b=1");
    EXPECT_EQ(jar.size(), 1U);
    set("https://board.example/", "b=deleted; Expires=Thu, 01-Jan-1970 00:00:01 GMT");
    EXPECT_EQ(jar.size(), 0U);
}

TEST_F(CookieJarTest, TheLaterValueOfAnOldNameKeepsItsPlace)
{
    set("https://board.example/", "a=1");
    set("https://board.example/", "b=1");
    set("https://board.example/", "a=2");
    EXPECT_EQ(sent("https://board.example/"), "a=2; b=1");
    EXPECT_EQ(sent("https://board.example/", {"a"}), "b=1");
}

TEST_F(CookieJarTest, ASiteCannotFillTheJar)
{
    set("https://board.example/", "first=1");
    for (int i = 0; i < 200; ++i) {
        set("https://board.example/", fmt::format("n{}=1; Path=/other", i));
        EXPECT_NE(sent("https://board.example/").find("first=1"), std::string::npos) << i; // is in use
        if (i % 10 != 0) continue;
        for (int host = 0; host < 20; ++host)
            set(fmt::format("https://h{}.x{}.example/", host, i), "a=1");
    }
    EXPECT_LE(jar.size(), CookieJar::max_cookies);
    const auto header = sent("https://board.example/other");
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(header, '=')), CookieJar::max_of_domain);
}

TEST_F(CookieJarTest, ALineOfCookiesIsNeverSoLongThatServersRefuseIt)
{
    for (int i = 0; i < 10; ++i)
        set("https://board.example/", fmt::format("n{}={}", i, std::string(2000, 'x')));
    set("https://board.example/", "small=1");
    const auto header = sent("https://board.example/");
    EXPECT_LE(header.size(), CookieJar::max_header_bytes);
    EXPECT_TRUE(header.ends_with("; small=1"));
}

} // namespace
} // namespace stillwatch::crawler
