#include "crawler/canonical.hpp"

#include <gtest/gtest.h>

namespace stillwatch::crawler {
namespace {

std::string canonical_of(std::string_view text)
{
    return canonical(Url::parse(text).value()).text();
}

TEST(Canonical, WhereAVisitorCameFromIsLeftOut)
{
    EXPECT_EQ(canonical_of("http://a.example/t?utm_source=x&UTM_medium=y"), "http://a.example/t");
    EXPECT_EQ(canonical_of("http://a.example/t?fbclid=1&id=2&gclid=3"), "http://a.example/t?id=2");
    EXPECT_EQ(canonical_of("http://a.example/t?b=1&utm_x=2&a=3"), "http://a.example/t?b=1&a=3");
}

TEST(Canonical, SessionsAreLeftOut)
{
    EXPECT_EQ(canonical_of("http://a.example/t;jsessionid=0A1B2C?x=1"), "http://a.example/t?x=1");
    EXPECT_EQ(canonical_of("http://a.example/t;v=1;JSESSIONID=a.b/u"), "http://a.example/t;v=1/u");
    EXPECT_EQ(canonical_of("http://a.example/t.php?PHPSESSID=abc&t=5"), "http://a.example/t.php?t=5");
    EXPECT_EQ(canonical_of("http://a.example/?ASPSESSIONIDQQ=AB"), "http://a.example/");
    EXPECT_EQ(canonical_of("http://a.example/v?sid=8f3a99c01d&p=1"), "http://a.example/v?p=1");
    EXPECT_EQ(canonical_of("http://a.example/v?session=8f3a99c01d&p=1"), "http://a.example/v?p=1");
    EXPECT_EQ(canonical_of("http://a.example/v?s=0123456789abcdef0123456789abcdef"), "http://a.example/v");
}

TEST(Canonical, AnEmptyQueryAndTheSortingOfADirectoryAreLeftOut)
{
    EXPECT_EQ(canonical_of("http://a.example/t?"), "http://a.example/t");
    EXPECT_EQ(canonical_of("http://a.example/d/?C=M;O=D"), "http://a.example/d/");
    EXPECT_EQ(canonical_of("http://a.example/d/?C=N&O=A"), "http://a.example/d/");
}

TEST(Canonical, WhatMayBeAnotherDocumentStays)
{
    for (const std::string_view text :
         {"http://a.example/index.html", "http://a.example/T?b=1&a=2", "http://a.example/t?sid=12345678",
          "http://a.example/t?sid=news", "http://a.example/t?s=dogs", "http://a.example/t?ref=5&source=6",
          "http://a.example/t?session_id", "http://a.example/t?session=20260501", "http://a.example/a;v=1",
          "http://a.example/x?C=M;O=D", "http://a.example/d/?C=X;O=D", "http://a.example/t?a=1&&b=2",
          "http://a.example/t?utm=1"})
        EXPECT_EQ(canonical_of(text), text);
}

TEST(Canonical, APictureInsideADocumentFollowsItsDocument)
{
    const auto digest = Sha256::of(as_bytes("picture"));
    const auto with = Url::parse("https://board.example/t?id=1&utm_source=x").value();
    const auto without = Url::parse("https://board.example/t?id=1").value();
    EXPECT_EQ(canonical(Url::inside(with, digest)), Url::inside(without, digest));
}

} // namespace
} // namespace stillwatch::crawler
