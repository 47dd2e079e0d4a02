#include "html/references.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::html {
namespace {

std::vector<std::string> pictures_of(std::string_view css)
{
    std::vector<std::string> pictures;
    for (const auto& address : css_addresses(css))
        if (!address.is_sheet) pictures.push_back(address.reference);
    return pictures;
}

std::vector<std::string> addresses_of_set(std::string_view srcset)
{
    std::vector<std::string> addresses;
    for (const auto& one : srcset_addresses(srcset))
        addresses.emplace_back(one.address);
    return addresses;
}

std::vector<double> sizes_of_set(std::string_view srcset)
{
    std::vector<double> sizes;
    for (const auto& one : srcset_addresses(srcset))
        sizes.push_back(one.size);
    return sizes;
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(References, SuffixIsThatOfThePath)
{
    EXPECT_TRUE(has_image_suffix("a/b.JPEG"));
    EXPECT_TRUE(has_image_suffix("b.avif?w=1#x"));
    for (const auto* name : {"IMG_0001.HEIC", "a.heif", "a.hif", "a.jxl", "a.jp2", "a.mpo"})
        EXPECT_TRUE(has_image_suffix(name)) << name;
    EXPECT_FALSE(has_image_suffix("b?f=x.jpg"));
    EXPECT_FALSE(has_image_suffix("jpg"));
    EXPECT_FALSE(has_image_suffix("a.jpg/b"));
}

TEST(References, SrcsetIsSplitAtCommasAfterBlanksOrDescriptors)
{
    EXPECT_THAT(addresses_of_set(" a.jpg 1x , b.jpg,\n,c,d.jpg 2x,e.jpg"),
                ElementsAre("a.jpg", "b.jpg", "c,d.jpg", "e.jpg"));
    EXPECT_THAT(addresses_of_set("a.jpg f(1,2) 3x, b.jpg"), ElementsAre("a.jpg", "b.jpg"));
    EXPECT_THAT(addresses_of_set(" ,, "), IsEmpty());
}

TEST(References, SrcsetSaysSizesByWidthOrDensity)
{
    EXPECT_THAT(sizes_of_set("a.jpg 320w, b.jpg 1280w 800h, c.jpg"), ElementsAre(320, 1280, 1));
    EXPECT_THAT(sizes_of_set("a.jpg, b.jpg 1.5x,c.jpg x, d.jpg"), ElementsAre(1, 1.5, 1, 1));
}

TEST(References, CssEscapesAndQuotesAreRead)
{
    EXPECT_THAT(pictures_of(R"(a:url(x\ y.png);b:URL( 'q\27 z.png' );c:url(""))"),
                ElementsAre("x y.png", "q'z.png"));
    EXPECT_THAT(pictures_of("content:'url(no.png)'; background:url(yes.png"), ElementsAre("yes.png"));
    EXPECT_THAT(pictures_of("image-set('a.avif' type('image/avif') 1x, 'b.png' 2x); content:'c.png'"),
                ElementsAre("a.avif", "b.png"));
    EXPECT_THAT(pictures_of("/* url(a.png"), IsEmpty());
    EXPECT_THAT(pictures_of("url("), IsEmpty());
}

TEST(References, ImportsAreSheetsWhateverTheirSuffix)
{
    const auto is_sheet = [](std::string reference) { return CssAddress{std::move(reference), true}; };
    EXPECT_THAT(css_addresses("@import \"a.css\" screen; @IMPORT url(b); @import url('c.css'); @media "
                              "print{} x{background:url(d.png)}"),
                ElementsAre(is_sheet("a.css"), is_sheet("b"), is_sheet("c.css"), CssAddress{"d.png", false}));
}

} // namespace
} // namespace stillwatch::html
