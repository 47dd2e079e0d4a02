#include "core/refresh.hpp"

#include <gtest/gtest.h>

namespace stillwatch {
namespace {

TEST(Refresh, TakesTheAddressInEverySpellingOfBrowsers)
{
    EXPECT_EQ(refresh_address("5;url=a.html"), "a.html");
    EXPECT_EQ(refresh_address("0; url=/board/"), "/board/");
    EXPECT_EQ(refresh_address(" 0 , URL = \"a.html\" x"), "a.html");
    EXPECT_EQ(refresh_address("5;URL='/page-2/'"), "/page-2/");
    EXPECT_EQ(refresh_address("1;a.html"), "a.html");
    EXPECT_EQ(refresh_address("1,a.html"), "a.html");
    EXPECT_EQ(refresh_address("1 a.html"), "a.html");
    EXPECT_EQ(refresh_address("1 url=a.html"), "a.html");
    EXPECT_EQ(refresh_address("1; 'a.html'"), "a.html");
    EXPECT_EQ(refresh_address("1; url='a.html"), "a.html"); // the quote that is missing
    EXPECT_EQ(refresh_address("0.5; url=a.html"), "a.html");
    EXPECT_EQ(refresh_address(".5; url=a.html"), "a.html");
    EXPECT_EQ(refresh_address("1.2.3; url=a.html"), "a.html");
    EXPECT_EQ(refresh_address("0;\n\tuRl\n=\n a.html \r\n"), "a.html");
    EXPECT_EQ(refresh_address("0; url=next page.html"), "next page.html");
    EXPECT_EQ(refresh_address("0; url=a.html;b"), "a.html;b");
}

TEST(Refresh, WhatOnlyBeginsLikeTheNameIsAnAddress)
{
    EXPECT_EQ(refresh_address("0; url.html"), "url.html");
    EXPECT_EQ(refresh_address("0; u.html"), "u.html");
    EXPECT_EQ(refresh_address("0; upload/"), "upload/");
    EXPECT_EQ(refresh_address("0; url"), "url");
}

TEST(Refresh, LeadsNowhereWhereBrowsersStay)
{
    for (const auto* value : {"", " ", "5", "5;", "5; ", "5;url=", "5;url=''", "url=a.html", "; url=a.html",
                              "-1; url=a.html", "5url=a.html", "5x; url=a.html"})
        EXPECT_EQ(refresh_address(value), std::nullopt) << value;
}

} // namespace
} // namespace stillwatch
