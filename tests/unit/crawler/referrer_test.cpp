#include "crawler/referrer.hpp"

#include <gtest/gtest.h>

namespace stillwatch::crawler {
namespace {

std::string told(std::string_view from, std::string_view to, ReferrerPolicy policy = {})
{
    return referer_of({Url::parse(from).value(), policy}, Url::parse(to).value());
}

constexpr std::string_view page = "https://board.example/t/1?p=2";
constexpr std::string_view here = "https://board.example/1.jpg";
constexpr std::string_view there = "https://img.example/1.jpg";
constexpr std::string_view in_clear = "http://board.example/1.jpg";

TEST(Referrer, IsToldAsBrowsersDoWherePagesSayNothing)
{
    EXPECT_EQ(told(page, here), page);
    EXPECT_EQ(told(page, there), "https://board.example/");
    EXPECT_EQ(told(page, in_clear), "");
    EXPECT_EQ(told("http://board.example/t", "https://board.example/1.jpg"), "http://board.example/");
    EXPECT_EQ(told("http://board.example:81/t", "http://board.example/1.jpg"), "http://board.example:81/");
}

TEST(Referrer, EachPolicyOfAPageIsKept)
{
    using enum ReferrerPolicy;
    EXPECT_EQ(told(page, here, no_referrer), "");
    EXPECT_EQ(told(page, there, no_referrer_when_downgrade), page);
    EXPECT_EQ(told(page, in_clear, no_referrer_when_downgrade), "");
    EXPECT_EQ(told(page, here, same_origin), page);
    EXPECT_EQ(told(page, there, same_origin), "");
    EXPECT_EQ(told(page, here, origin), "https://board.example/");
    EXPECT_EQ(told(page, in_clear, origin), "https://board.example/");
    EXPECT_EQ(told(page, in_clear, strict_origin), "");
    EXPECT_EQ(told(page, here, origin_when_cross_origin), page);
    EXPECT_EQ(told(page, in_clear, origin_when_cross_origin), "https://board.example/");
    EXPECT_EQ(told(page, in_clear, unsafe_url), page);
}

TEST(Referrer, OfALongAddressOnlyTheOriginIsTold)
{
    EXPECT_EQ(told("https://board.example/" + std::string(5000, 'x'), here), "https://board.example/");
}

TEST(Referrer, TheLastKnownPolicyOfAListCounts)
{
    EXPECT_EQ(referrer_policy("no-referrer, strict-origin"), ReferrerPolicy::strict_origin);
    EXPECT_EQ(referrer_policy("No-Referrer,new-one"), ReferrerPolicy::no_referrer);
    EXPECT_EQ(referrer_policy("never"), ReferrerPolicy::no_referrer);
    EXPECT_EQ(referrer_policy("always"), ReferrerPolicy::unsafe_url);
    EXPECT_EQ(referrer_policy(""), std::nullopt);
    EXPECT_EQ(referrer_policy("whatever"), std::nullopt);
}

} // namespace
} // namespace stillwatch::crawler
