#include "crawler/series.hpp"

#include <gtest/gtest.h>

namespace stillwatch::crawler {
namespace {

bool in_series(const char* a, const char* b)
{
    const auto page = Url::parse(std::string("https://board.example") + a).value();
    return same_series(page, Url::join(page, b).value());
}

TEST(Series, PagesOfAListDifferInTheirDigitsOnly)
{
    EXPECT_TRUE(in_series("/b/1.html", "/b/2.html"));
    EXPECT_TRUE(in_series("/b/9.html", "/b/10.html"));
    EXPECT_TRUE(in_series("/list?f=3&start=25", "/list?f=3&start=1050"));
    EXPECT_TRUE(in_series("/t/77", "/t/78"));
}

TEST(Series, AnythingElseIsAStep)
{
    EXPECT_FALSE(in_series("/b/", "/b/2"));
    EXPECT_FALSE(in_series("/b/1.html", "/t/1.html"));
    EXPECT_FALSE(in_series("/b/1", "/b/1/"));
    EXPECT_FALSE(in_series("/b/1", "/b/x"));
    EXPECT_FALSE(in_series("/b/1", "/b/1?p=2"));
    EXPECT_FALSE(in_series("/b/1", "https://other.example/b/2"));
    EXPECT_FALSE(in_series("/b/1", "http://board.example/b/2"));
}

} // namespace
} // namespace stillwatch::crawler
