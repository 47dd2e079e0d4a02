#include "core/signed_address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch {
namespace {

Url url(const std::string& target)
{
    return Url::parse("https://img.example" + target).value();
}

void expect_one(const std::string& one, const std::string& other, bool is_sure)
{
    const auto a = without_signature(one);
    const auto b = without_signature(other);
    ASSERT_TRUE(a) << one;
    ASSERT_TRUE(b) << other;
    EXPECT_EQ(*a, *b);
    EXPECT_EQ(a->is_sure, is_sure) << one;
    EXPECT_TRUE(is_same_document(url(one), url(other)));
}

TEST(SignedAddress, StoresThatSignWholePathsAreKnownByTheirParameters)
{
    expect_one("/a.jpg?X-Amz-Algorithm=AWS4&X-Amz-Date=20260101T000000Z&X-Amz-Signature=0a1b",
               "/a.jpg?X-Amz-Algorithm=AWS4&X-Amz-Date=20260102T000000Z&X-Amz-Signature=ff00", true);
    expect_one("/a?Expires=1700000000&Signature=abc~&Key-Pair-Id=K1",
               "/a?Expires=1700003600&Signature=xyz_&Key-Pair-Id=K1", true);
    expect_one("/a?X-Goog-Date=1&X-Goog-Signature=aa", "/a?X-Goog-Date=2&X-Goog-Signature=bb", true);
    expect_one("/a.jpg?sv=2022-11-02&st=2026-01-01&se=2026-01-02&sr=b&sp=r&sig=aa%2Bb%3D",
               "/a.jpg?sv=2022-11-02&st=2026-02-01&se=2026-02-02&sr=b&sp=r&sig=cc%2Bd%3D", true);
    expect_one("/attachments/1/2/a.png?ex=65a1&is=6590&hm=0aa",
               "/attachments/1/2/a.png?ex=75a1&is=7590&hm=1bb", true);
    expect_one("/v/a.jpg?stp=s600&_nc_cat=1&_nc_ohc=AbC&oh=00_1&oe=65AA",
               "/v/a.jpg?stp=s600&_nc_cat=9&_nc_ohc=xYz&oh=00_2&oe=66AA", true);
    expect_one("/a.jpg?hdnts=exp=1~hmac=2", "/a.jpg?hdnts=exp=3~hmac=4", true);
    expect_one("/a.jpg?hdnea=exp=1", "/a.jpg?hdnea=exp=2", true);
    expect_one("/a.jpg?__token__=exp=1", "/a.jpg?__token__=exp=2", true);
    expect_one("/a.webp?q-sign-algorithm=sha1&q-ak=A&q-sign-time=1;2&q-signature=3",
               "/a.webp?q-sign-algorithm=sha1&q-ak=A&q-sign-time=4;5&q-signature=6", true);
    expect_one("/a~b.image?x-expires=1700000000&x-signature=aB%3D",
               "/a~b.image?x-expires=1700090000&x-signature=cD%3D", true);
}

TEST(SignedAddress, WhatElseTheQuerySaysStays)
{
    EXPECT_EQ(without_signature("/a.jpg?w=100&X-Amz-Signature=1&h=2")->target, "/a.jpg?w=100&h=2");
    EXPECT_FALSE(
        is_same_document(url("/a.jpg?w=100&X-Amz-Signature=1"), url("/a.jpg?w=200&X-Amz-Signature=2")));
    EXPECT_EQ(without_signature("/a?x-oss-process=resize&x-oss-signature=1")->target,
              "/a?x-oss-process=resize");
}

TEST(SignedAddress, OthersAreKnownByHowTheirValuesLook)
{
    expect_one("/a.jpg?token=9fa3c1d2e4b5&expires=1700000000", "/a.jpg?token=1bc3c1d2e4ff&expires=1700009999",
               false);
    expect_one("/a.jpg?md5=Xy12_-abCD34&e=1700000000", "/a.jpg?md5=Zz98_-abCD34&e=1700000100", false);
    expect_one("/a.jpg?zz=0123456789abcdef", "/a.jpg?zz=fedcba9876543210", false);
    expect_one("/image.php?id=7&k=ab12cd34ef", "/image.php?id=7&k=99ffab12cd", false);
}

TEST(SignedAddress, ASignatureMayStandInThePath)
{
    expect_one("/s/9fa3c1d2e4b5a697/1700000000/albums/5/1.jpg",
               "/s/00a3c1d2e4b5a6ff/1700003600/albums/5/1.jpg", false);
    expect_one("/1700000000/Xy12_-abCD34efGH/1.jpg", "/1700003600/Zz12_-abCD34efGH/1.jpg", false);
    EXPECT_FALSE(is_same_document(url("/9fa3c1d2e4b5a697/1700000000/a.jpg"),
                                  url("/00a3c1d2e4b5a6ff/1700003600/b.jpg")));
}

TEST(SignedAddress, WhatIsAPicturesOwnNameIsNoSignature)
{
    EXPECT_FALSE(without_signature("/image.php?id=0f3a99c1d2e4b5a6"));
    EXPECT_FALSE(without_signature("/attachment.php?attachmentid=12"));
    EXPECT_FALSE(without_signature("/9fa3c1d2e4b5a697/a.jpg"));
    EXPECT_FALSE(without_signature("/a.jpg?w=100&h=20"));
    EXPECT_FALSE(without_signature("/a.jpg"));
    EXPECT_FALSE(without_signature("/"));
    EXPECT_FALSE(without_signature("/page#sha256-0123456789abcdef0123456789abcdef"));
    EXPECT_FALSE(is_same_document(url("/image.php?id=1"), url("/image.php?id=2")));
    EXPECT_FALSE(is_same_document(url("/a.jpg?token=9fa3c1d2e4b5"), url("/b.jpg?token=9fa3c1d2e4b5")));
}

TEST(SignedAddress, WithEqualBytesAnyOtherQueryMayBeASignature)
{
    EXPECT_TRUE(may_be_same_document(url("/view?a=1&zz=q"), url("/view?a=1&zz=r")));
    EXPECT_TRUE(may_be_same_document(url("/9fa3c1d2e4b5a697/a.jpg"), url("/00a3c1d2e4b5a6ff/a.jpg")));
    EXPECT_FALSE(may_be_same_document(url("/5/a.jpg"), url("/6/a.jpg")));
    EXPECT_FALSE(may_be_same_document(url("/a.jpg"), url("/a.jpg?x=1"))) << "two addresses that both stand";
    EXPECT_FALSE(may_be_same_document(url("/a.jpg?x=1"), Url::parse("https://b.example/a.jpg?x=1").value()));
}

TEST(SignedAddress, PicturesInsideDocumentsAreToldApartByTheirBytes)
{
    const auto page = url("/a.jpg");
    const auto one = Url::inside(page, Sha256::of(as_bytes("one")));
    const auto other = Url::inside(page, Sha256::of(as_bytes("other")));
    EXPECT_FALSE(is_same_document(one, other));
    EXPECT_FALSE(may_be_same_document(one, other));
    EXPECT_TRUE(is_same_document(one, one));
}

TEST(SignedAddress, AnyTextIsReadWithoutHarm)
{
    std::string many = "/a.jpg?";
    for (int i = 0; i < 500; ++i)
        many += "x=0123456789abcdef&";
    EXPECT_FALSE(without_signature(many));
    std::string deep;
    for (int i = 0; i < 500; ++i)
        deep += "/9fa3c1d2e4b5a697/1700000000";
    EXPECT_FALSE(without_signature(deep));
    for (const char* odd : {"", "?", "/?", "/?&", "/?=", "/?=&=&&", "//", "/a//b/"})
        (void)without_signature(odd);
}

} // namespace
} // namespace stillwatch
