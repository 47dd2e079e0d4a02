#include "core/url.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

// Addresses that need no repair are only looked at. A fragment makes that impossible and changes nothing
// else, so each address is read in both ways.
namespace stillwatch {
namespace {

constexpr std::array<std::string_view, 7> schemes{"http://", "https://", "HTTP://", "http:/",
                                                  "https:",  "//",       ""};
constexpr std::array<std::string_view, 25> hosts{"board.example",
                                                 "Board.example",
                                                 "bo%61rd.example",
                                                 "a_b.c",
                                                 "a..b",
                                                 "-",
                                                 "a.",
                                                 "127.0.0.1",
                                                 "127.0.0.01",
                                                 "256.1.1.1",
                                                 "1.2.3",
                                                 "1.2.3.4.",
                                                 "1.2.3.4.5",
                                                 "0x7f.1",
                                                 "h.0x1",
                                                 "127.0.0.1y",
                                                 "1.2.3.4.c",
                                                 "[::1]",
                                                 "[::ffff:1]",
                                                 "u@h.example",
                                                 "b\xc3\xbcro.example",
                                                 "xn--bro-hoa.example",
                                                 "xn--.example",
                                                 "a.xn--",
                                                 ""};
constexpr std::array<std::string_view, 11> ports{"",   ":",      ":80",    ":443", ":8080", ":08080",
                                                 ":0", ":65535", ":65536", ":8a",  ":99999"};
constexpr std::array<std::string_view, 30> targets{
    "",        "/",         "/a/b.jpg", "/a//b",     "/./a",
    "/a/../b", "/a/..",     "/a/.",     "/a/...",    "/.well-known/x",
    "/..a/.b", "/%2Fa",     "/%2fa",    "/%41",      "/%7E",
    "/%zz",    "/a%",       "/a\\b",    "/a b",      "/\xc3\xa9",
    "/%C3%A9", "/a?",       "/a?b=c&d", "/a?b'c",    "/a'b",
    "/a?b?c",  "/a?b/../c", "?b",       "/a?%3F%2f", "/a|b"};

std::string told(const Result<Url>& url)
{
    if (!url) return std::string(name_of(url.error().code));
    std::string parts = url->text();
    for (const auto part : {url->scheme(), url->host(), url->path(), url->target()})
        parts.append(" ").append(part);
    return parts + " " + std::to_string(url->port()) + " " + url->host_port() + " " + url->origin();
}

std::string with_fragment(std::string_view text)
{
    std::string whole(text);
    whole += "#top";
    return whole;
}

TEST(UrlLayout, WhatNeedsNoRepairIsReadAsWithRepair)
{
    const auto plain = Url::parse("http://q.example/d/e?x").value();
    const auto secure = Url::parse("https://w.example:81/").value();
    for (const auto scheme : schemes)
        for (const auto host : hosts)
            for (const auto port : ports)
                for (const auto target : targets) {
                    std::string text(scheme);
                    text.append(host).append(port).append(target);
                    const auto url = Url::parse(text);
                    EXPECT_EQ(told(url), told(Url::parse(with_fragment(text)))) << text;
                    if (url) {
                        EXPECT_EQ(told(url), told(Url::parse(url->text()))) << text;
                    }
                    for (const auto* base : {&plain, &secure})
                        EXPECT_EQ(told(Url::join(*base, text)), told(Url::join(*base, with_fragment(text))))
                            << text;
                }
}

TEST(UrlLayout, ReferencesFromTheRootKeepTheHostOfTheirPage)
{
    for (const std::string_view base :
         {"http://127.0.0.1:8800/a/b.html?c", "https://board.example/", "http://[::1]:81/x"})
        for (const auto target : targets) {
            const auto page = Url::parse(base).value();
            EXPECT_EQ(told(Url::join(page, target)), told(Url::join(page, with_fragment(target))))
                << base << target;
        }
}

TEST(UrlLayout, ANameThatBeginsLikeAnAddressIsNoAddress)
{
    const auto url = Url::parse("HTTP://127.0.0.1Y:81/a").value();
    EXPECT_EQ(url.host(), "127.0.0.1y");
    EXPECT_EQ(url.port(), 81);
    EXPECT_EQ(url.host_port(), "127.0.0.1y:81");
}

TEST(UrlLayout, LengthIsBoundedWithItsBaseToo)
{
    const auto base = Url::parse("http://board.example/").value();
    std::string reference(Url::max_bytes - 20, 'a');
    reference.front() = '/';
    EXPECT_TRUE(Url::join(base, reference));
    reference += 'a';
    EXPECT_EQ(told(Url::join(base, reference)), "too_large");
}

} // namespace
} // namespace stillwatch
