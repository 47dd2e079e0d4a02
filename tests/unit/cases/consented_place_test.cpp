#include "cases/consented_place.hpp"

#include "tests/support/store_samples.hpp"
#include "vault/case_key.hpp"

#include <gtest/gtest.h>

namespace stillwatch::cases {
namespace {

using test::url;

bool covers(std::string_view pattern, std::string_view page)
{
    const auto place = ConsentedPlace::parse(pattern);
    EXPECT_TRUE(place) << pattern;
    return place && place->covers(url(std::string(page)));
}

TEST(ConsentedPlace, AHostIsAllOfItsPages)
{
    EXPECT_TRUE(covers("shop.example", "https://shop.example/"));
    EXPECT_TRUE(covers("https://Shop.Example/", "http://shop.example/a/b?c=1"));
    EXPECT_FALSE(covers("shop.example", "https://www.shop.example/"));
    EXPECT_FALSE(covers("shop.example", "https://othershop.example/"));
    EXPECT_TRUE(covers("*.shop.example", "https://a.b.shop.example/"));
    EXPECT_TRUE(covers("*.shop.example", "https://shop.example/"));
    EXPECT_FALSE(covers("*.shop.example", "https://notshop.example/"));
    EXPECT_FALSE(covers("shop.example", "https://shop.example:8443/"));
    EXPECT_TRUE(covers("shop.example:8443", "https://shop.example:8443/x"));
}

TEST(ConsentedPlace, APathIsThatAddressAndWhatLiesBelowIt)
{
    EXPECT_TRUE(covers("shop.example/anna", "https://shop.example/anna"));
    EXPECT_TRUE(covers("shop.example/anna/", "https://shop.example/anna/photos"));
    EXPECT_TRUE(covers("shop.example/anna", "https://shop.example/anna?page=2"));
    EXPECT_FALSE(covers("shop.example/anna", "https://shop.example/annabel"));
    EXPECT_FALSE(covers("shop.example/anna", "https://shop.example/"));
    EXPECT_TRUE(covers("shop.example/*/anna", "https://shop.example/u/x/anna"));
    EXPECT_FALSE(covers("shop.example/*/anna", "https://shop.example/anna"));
    EXPECT_TRUE(covers("shop.example/u*", "https://shop.example/users/7"));
}

TEST(ConsentedPlace, WhatIsTooWideOrNoAddressIsRefused)
{
    for (const auto* text : {"", "*", "*.example", "example", "/anna", "a b.example", "shop.example/a#b",
                             "me@shop.example", "shop.*.example", "shop.example/*/*/*/*/*/*/*/*/*"})
        EXPECT_FALSE(ConsentedPlace::parse(text)) << text;
    EXPECT_FALSE(ConsentedPlace::parse("shop.example/" + std::string(600, 'a')));
}

TEST(ConsentedPlace, ManyStarsCostNoTime)
{
    const std::string page = "https://shop.example/" + std::string(2'000, 'a');
    EXPECT_FALSE(covers("shop.example/*a*a*a*a*a*a*b", page));
}

TEST(ConsentedPlace, OpensWithTheKeyOfItsCaseOnly)
{
    const auto installation = vault::make_key_pair();
    const auto make = [&](std::string pseudonym) {
        const auto key = vault::make_case_key(installation.public_key, pseudonym);
        Case c;
        c.pseudonym = std::move(pseudonym);
        c.public_key = Bytes(key.public_key.bytes.begin(), key.public_key.bytes.end());
        c.sealed_secret_key = key.sealed_secret;
        return c;
    };
    const auto c = make("C-7F3K");
    const auto place = ConsentedPlace::parse("shop.example/anna").value();
    const auto sealed = seal_place(c, place).value();
    EXPECT_EQ(open_place(c, installation, sealed).value(), place);
    EXPECT_FALSE(open_place(make("C-7F3L"), installation, sealed));
    EXPECT_FALSE(open_place(c, vault::make_key_pair(), sealed));
    EXPECT_FALSE(seal_place(Case{}, place));
}

TEST(ConsentedPlace, EachCaseHasItsOwn)
{
    ConsentedPlaces places;
    places.add(CaseId{1}, ConsentedPlace::parse("shop.example").value());
    EXPECT_TRUE(places.cover(CaseId{1}, url("https://shop.example/")));
    EXPECT_FALSE(places.cover(CaseId{2}, url("https://shop.example/")));
}

} // namespace
} // namespace stillwatch::cases
