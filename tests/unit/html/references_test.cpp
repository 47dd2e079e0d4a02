#include "html/references.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::html {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(References, SuffixIsThatOfThePath)
{
    EXPECT_TRUE(has_image_suffix("a/b.JPEG"));
    EXPECT_TRUE(has_image_suffix("b.avif?w=1#x"));
    EXPECT_FALSE(has_image_suffix("b?f=x.jpg"));
    EXPECT_FALSE(has_image_suffix("jpg"));
    EXPECT_FALSE(has_image_suffix("a.jpg/b"));
}

TEST(References, SrcsetIsSplitAtCommasAfterBlanksOrDescriptors)
{
    EXPECT_THAT(srcset_addresses(" a.jpg 1x , b.jpg,\n,c,d.jpg 2x,e.jpg"), ElementsAre("a.jpg", "b.jpg", "c,d.jpg", "e.jpg"));
    EXPECT_THAT(srcset_addresses("a.jpg f(1,2) 3x, b.jpg"), ElementsAre("a.jpg", "b.jpg"));
    EXPECT_THAT(srcset_addresses(" ,, "), IsEmpty());
}

TEST(References, CssEscapesAndQuotesAreRead)
{
    EXPECT_THAT(css_addresses(R"(a:url(x\ y.png);b:URL( 'q\27 z.png' );c:url(""))"), ElementsAre("x y.png", "q'z.png"));
    EXPECT_THAT(css_addresses("content:'url(no.png)'; background:url(yes.png"), ElementsAre("yes.png"));
    EXPECT_THAT(css_addresses("image-set('a.avif' type('image/avif') 1x, 'b.png' 2x); content:'c.png'"),
                ElementsAre("a.avif", "b.png"));
    EXPECT_THAT(css_addresses("/* url(a.png"), IsEmpty());
    EXPECT_THAT(css_addresses("url("), IsEmpty());
}

TEST(References, RefreshTakesTheAddressInAnySpelling)
{
    EXPECT_EQ(refresh_address("5;url=a.html"), "a.html");
    EXPECT_EQ(refresh_address(" 0 , URL = \"a.html\" x"), "a.html");
    EXPECT_EQ(refresh_address("1;a.html"), "a.html");
    EXPECT_EQ(refresh_address("1; url='a.html"), "a.html");
    EXPECT_EQ(refresh_address("5"), std::nullopt);
    EXPECT_EQ(refresh_address("5;url="), std::nullopt);
}

TEST(References, JsonStringsThatEndLikePicturesAreTaken)
{
    EXPECT_THAT(json_image_addresses(R"({"a.png":"\/b\u002fc.jpg","d":"e","f":["g.gif)"), ElementsAre("a.png", "/b/c.jpg", "g.gif"));
    EXPECT_THAT(json_image_addresses(R"("x\)"), IsEmpty());
}

} // namespace
} // namespace stillwatch::html
