#include "tests/unit/html/links_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

namespace stillwatch::html {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Extract, ImgNamesItsSourceAndItsSet)
{
    EXPECT_THAT(links_of("<img src=1.jpg srcset='2.jpg 1x, 3.jpg?a,b 2x,4.jpg 100w'>"),
                ElementsAre("img_srcset image ~/4.jpg", "img_src image ~/1.jpg", "img_srcset image ~/2.jpg",
                            "img_srcset image ~/3.jpg?a,b"));
}

TEST(Extract, SourcesNamePicturesWhereTheyAreAskedOrEndLikeOne)
{
    EXPECT_THAT(
        links_of("<picture><source srcset='1.avif, 2.avif 2x'><source src=3.webp><img src=4></picture>"
                 "<video poster=5.jpg><source src=6.mp4></video><audio><source src=7.png></audio>"),
        ElementsAre("picture image ~/2.avif", "picture image ~/1.avif", "picture image ~/3.webp",
                    "img_src image ~/4", "video_poster image ~/5.jpg", "video_src video ~/6.mp4",
                    "picture image ~/7.png"));
}

TEST(Extract, AnchorsArePicturesBySuffixElsePages)
{
    EXPECT_THAT(links_of("<a href=next.html>x</a><a href='big.JPG?x=1'>x</a><map><area href=/y.webp></map>"
                         "<a href='view.php?f=1.jpg'>x</a><a name=z>x</a>"),
                ElementsAre("a_href page ~/next.html", "a_href image ~/big.JPG?x=1",
                            "a_href image http://a.example/y.webp", "a_href page ~/view.php?f=1.jpg"));
}

TEST(Extract, ADrawingNamesPicturesAsAPageDoes)
{
    const std::string_view drawing = "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' "
                                     "xmlns:xlink='http://www.w3.org/1999/xlink'>"
                                     "<image width='9' xlink:href='1.jpg'/><filter><feImage "
                                     "href='2.png'/></filter><image href='#shape'/></svg>";
    EXPECT_THAT(links_of(page_of(drawing, "image/svg+xml")),
                ElementsAre("img_src image ~/1.jpg", "img_src image ~/2.png"));
}

TEST(Extract, WhatIsNoWebAddressIsSkipped)
{
    EXPECT_THAT(
        links_of("<a href='javascript:go(1)'>x</a><a href=mailto:a@b.example>x</a><a href='#top'>x</a>"
                 "<img src='data:image/gif;base64,R0lGOD'><img src=''><a href='http://u:p@b.example/'>x</a>"
                 "<a href='tel:1'>x</a><img src='http://[/'>"),
        IsEmpty());
}

TEST(Extract, EntitiesAndBlanksInAddressesAreDecoded)
{
    EXPECT_THAT(
        links_of(
            "<img src=' x.php?a=1&amp;b=2 '><img src='&#47;/b.example/&eacute;\n.jpg'><img src='p [1].jpg'>"),
        ElementsAre("img_src image ~/x.php?a=1&b=2", "img_src image http://b.example/%C3%A9.jpg",
                    "img_src image ~/p%20%5B1%5D.jpg"));
}

TEST(Extract, FramesArePagesAndInnerDocumentsAreRead)
{
    EXPECT_THAT(links_of("<iframe src=f.html></iframe><iframe srcdoc='&lt;img src=in.jpg&gt;'></iframe>"
                         "<object data=o.png></object><embed src=e.html><noembed><img src=n.gif></noembed>"),
                ElementsAre("iframe page ~/f.html", "iframe image ~/o.png", "iframe page ~/e.html",
                            "img_src image ~/in.jpg", "img_src image ~/n.gif"));
    EXPECT_THAT(links_of("<frameset><frame src=g.html><noframes><a href=h.html>x</a></noframes></frameset>"),
                ElementsAre("iframe page ~/g.html", "a_href page ~/h.html"));
}

TEST(Extract, LazyAttributesNameImages)
{
    EXPECT_THAT(links_of("<img data-src=/i/1 data-original=2.jpg><img data-lazy-src='3.webp'>"
                         "<img data-srcset='4.jpg 1x, 5.jpg 2x'><div data-bg='url(6.png)'></div>"
                         "<div data-background-image=\"url('7.png')\"></div><a data-url=8.jpeg></a>"
                         "<img data-hi-res-src=x/9><span data-anything=10.gif></span>"),
                ElementsAre("lazy image http://a.example/i/1", "lazy image ~/2.jpg", "lazy image ~/3.webp",
                            "lazy image ~/5.jpg", "lazy image ~/4.jpg", "lazy image ~/6.png",
                            "lazy image ~/7.png", "lazy image ~/8.jpeg", "lazy image ~/x/9",
                            "lazy image ~/10.gif"));
}

TEST(Extract, LazySwitchesAndOtherDataAreNoImages)
{
    EXPECT_THAT(
        links_of("<img data-lazy=true data-thumb=1 data-image='' data-zoom-image=yes data-url=/api/like>"
                 "<script data-src=/x.js></script><div data-id=7></div>"),
        IsEmpty());
}

TEST(Extract, LazyFramesArePagesAndDataJsonIsSearched)
{
    EXPECT_THAT(links_of("<iframe data-src=/f></iframe>"
                         R"(<div data-gallery='{"full":"\/i\/1.jpg","t":["2.webp"],"n":"x"}'></div>)"),
                ElementsAre("lazy page http://a.example/f", "lazy image http://a.example/i/1.jpg",
                            "lazy image ~/2.webp"));
}

TEST(Extract, MetaNamesSharedImages)
{
    EXPECT_THAT(
        links_of("<meta property='og:image' content=1.jpg><meta property='OG:image:secure_url' content=2.jpg>"
                 "<meta name='twitter:image' content=3.jpg><meta name=description content=4.jpg>"
                 "<meta property='og:image:width' content=600>"),
        ElementsAre("og_image image ~/1.jpg", "og_image image ~/2.jpg", "og_image image ~/3.jpg"));
}

TEST(Extract, LinkRelationsArePagesOrImages)
{
    EXPECT_THAT(links_of("<link rel='shortcut icon' href=i.ico><link rel=apple-touch-icon href=t.png>"
                         "<link rel=image_src href=s><link rel=preload as=image href=p imagesrcset='q 1x'>"
                         "<link rel=preload as=font href=f.woff><link rel=stylesheet href=c.css>"
                         "<link rel=next href=?p=2><link rel=canonical href=/c>"),
                ElementsAre("link_rel image ~/i.ico", "link_rel image ~/t.png", "link_rel image ~/s",
                            "link_rel image ~/p", "link_rel image ~/q", "css_import page ~/c.css",
                            "link_rel page ~/page.html?p=2", "link_rel page http://a.example/c"));
}

TEST(Extract, CssOfAttributesAndSheetsIsRead)
{
    EXPECT_THAT(
        links_of(
            "<style>@import url(x.css); .a{background:url( 1.png )} /* url(no.png) */"
            " .b{background:image-set('2.webp' 1x, url(\"3.png\") 2x)} @font-face{src:url(f.woff2)}</style>"
            "<p style=\"background-image:url(&quot;4.jpg&quot;)\"><body background=5.gif>"),
        ElementsAre("css_import page ~/x.css", "css_inline image ~/1.png", "css_inline image ~/2.webp",
                    "css_inline image ~/3.png", "css_inline image ~/4.jpg", "css_inline image ~/5.gif"));
}

TEST(Extract, RefreshNamesAPage)
{
    EXPECT_THAT(links_of("<meta http-equiv=Refresh content=\"0; URL='n.html'\">"),
                ElementsAre("meta_refresh page ~/n.html"));
    EXPECT_THAT(links_of("<meta http-equiv=refresh content=30>"), IsEmpty());
}

TEST(Extract, NoscriptAndTemplateAreRead)
{
    EXPECT_THAT(
        links_of("<head><noscript><img src=1.jpg></noscript></head><noscript><img src=2.jpg></noscript>"
                 "<template><img src=3.jpg><template><a href=4>x</a></template></template>"),
        ElementsAre("img_src image ~/1.jpg", "img_src image ~/2.jpg", "img_src image ~/3.jpg",
                    "a_href page ~/4"));
}

TEST(Extract, MarkupInScriptsAndTextIsNoMarkup)
{
    EXPECT_THAT(links_of("<script>var x='<a href=2.html>'</script><textarea><img src=3></textarea>"
                         "<title><img src=4.jpg></title>"),
                IsEmpty());
}

TEST(Extract, OfCommentsOnlyPicturesAreTaken)
{
    EXPECT_THAT(
        links_of("<!-- <img src=1.jpg><a href=no.html>x</a><img src=no> http://a.example/2.png --><p>"),
        ElementsAre("comment image ~/1.jpg", "comment image http://a.example/2.png"));
}

TEST(Extract, ScriptsNamePicturesInTheirStrings)
{
    EXPECT_THAT(
        links_of("<script>var a={\"file\":\"\\/i\\/1.jpg\",b:'\\u002Fi\\u002F2.jpg?w=1',c:\"3.jpg\"};"
                 "x='/i/'+id+'/4.jpg'; y=`<img src=\"/i/5.jpg\">`; z=\"background:url(/i/6.jpg)\";</script>"),
        ElementsAre("script image http://a.example/i/1.jpg", "script image http://a.example/i/2.jpg?w=1",
                    "script image http://a.example/i/5.jpg", "script image http://a.example/i/6.jpg"));
}

TEST(Extract, DataScriptsAreReadByTheirType)
{
    EXPECT_THAT(links_of("<script type='application/ld+json'>{\"image\":[\"/i/1?id=2\"],\"name\":\"n.jpg\","
                         "\"thumbnailUrl\":\"http://a.example/2.png\"}</script>"
                         "<script type=application/json>{\"a\":\"/i/3.jpg\"}</script>"
                         "<script type='text/x-template'><img src=4.jpg><img src='{{no}}'></script>"),
                ElementsAre("json_ld image http://a.example/i/1?id=2", "json_ld image http://a.example/2.png",
                            "script image http://a.example/i/3.jpg", "img_src image ~/4.jpg"));
}

TEST(Extract, AddressesInTextAreTakenWhereTheyAreWhole)
{
    EXPECT_THAT(
        links_of("<pre>see http://a.example/i/1.jpg?a=1&amp;b=2, (http://a.example/t/2.html). no/3.jpg"
                 "[img]https://b.example/4.png[/img] &lt;http://a.example/5&gt;</pre>"),
        ElementsAre("text image http://a.example/i/1.jpg?a=1&b=2", "text page http://a.example/t/2.html",
                    "text image https://b.example/4.png", "text page http://a.example/5"));
}

TEST(Extract, AnyAttributeMayHoldAPicture)
{
    EXPECT_THAT(
        links_of("<div large='/i/1.jpg' onclick=\"show('2.jpg')\" alt=no.jpg title='no.png' download=no.gif>"
                 "<a href=\"javascript:popup('/i/3.jpg',1)\">x</a><input value='http://a.example/4.jpg'>"
                 "<gallery-view pics='5.jpg,6.jpg 7.jpg|/w_1,h_2/8.jpg'><div data-filename=no.jpg>"),
        ElementsAre("attribute image http://a.example/i/1.jpg", "attribute image ~/2.jpg",
                    "attribute image http://a.example/i/3.jpg", "attribute image http://a.example/4.jpg",
                    "attribute image ~/5.jpg", "attribute image ~/6.jpg", "attribute image ~/7.jpg",
                    "attribute image http://a.example/w_1,h_2/8.jpg"));
}

TEST(Extract, ItemPropertiesNamePicturesOnAnyElement)
{
    EXPECT_THAT(
        links_of("<span itemprop=image content='/i/1?x'></span><a itemprop=contentUrl href=2.php?i>x</a>"
                 "<link itemprop=thumbnailUrl href=/3><meta itemprop=image content=4.jpg>"),
        ElementsAre("attribute image http://a.example/i/1?x", "a_href page ~/2.php?i",
                    "attribute image ~/2.php?i", "link_rel image http://a.example/3",
                    "og_image image ~/4.jpg"));
}

TEST(Extract, DocumentsThatLeadOnArePages)
{
    EXPECT_THAT(links_of("<link rel=manifest href=m.json><video><track kind=metadata src=t.vtt><track "
                         "kind=captions src=no.vtt>"
                         "<track src=u.vtt></video><link rel=alternate type=application/rss+xml href=feed>"
                         "<link rel=alternate type=application/json+oembed href=no>"),
                ElementsAre("manifest page ~/m.json", "track page ~/t.vtt", "track page ~/u.vtt",
                            "link_rel page ~/feed"));
}

TEST(Extract, SvgImagesAreFoundAndTagsAfterSvgTitleToo)
{
    EXPECT_THAT(
        links_of("<svg><title>t</title><style>a{}</style><image xlink:href=1.png /><image href=2.png /></svg>"
                 "<input type=image src=3.gif><img src=4.jpg>"),
        ElementsAre("img_src image ~/1.png", "img_src image ~/2.png", "img_src image ~/3.gif",
                    "img_src image ~/4.jpg"));
}

TEST(Extract, BaseAppliesToTheWholeDocument)
{
    EXPECT_THAT(
        links_of("<img src=1.jpg><base target=_top><base href='//b.example/x/'><base href=http://c.example/>"
                 "<img src=2.jpg>"),
        ElementsAre("img_src image http://b.example/x/1.jpg", "img_src image http://b.example/x/2.jpg"));
}

TEST(Extract, EvilBaseIsIgnored)
{
    for (const std::string_view base :
         {"javascript:alert(1)", "data:text/html,x", "http://[", "http://u@b.example/"})
        EXPECT_THAT(links_of("<base href='" + std::string(base) + "'><img src=1.jpg>"),
                    ElementsAre("img_src image ~/1.jpg"))
            << base;
}

TEST(Extract, EachKindAndAddressStandsOnceWithItsFirstMechanism)
{
    EXPECT_THAT(links_of("<a href=1.jpg><img src=1.jpg srcset='./1.jpg 2x'></a><a href=1.jpg#x>x</a><iframe "
                         "src=2></iframe>"
                         "<a href=2>x</a><img src=2>"),
                ElementsAre("a_href image ~/1.jpg", "iframe page ~/2", "img_src image ~/2"));
}

TEST(Extract, BaseOfTheCallMustBeAnAddress)
{
    const auto page = extract_links(as_bytes("<img src=x>"), {}, "page.html");
    ASSERT_FALSE(page.has_value());
    EXPECT_EQ(page.error().code, Errc::malformed);
}

TEST(Extract, TheNumberOfLinksIsBounded)
{
    ExtractLimits limits;
    limits.max_links = 2;
    const auto page = extract_links(as_bytes("<img src=1><img src=1><img src=2><img src=3>"), {},
                                    "http://a.example/", limits)
                          .value();
    EXPECT_EQ(page.links.size(), 2U);
    EXPECT_TRUE(page.truncated);
    limits.max_links = 3;
    EXPECT_FALSE(extract_links(as_bytes("<img src=1><img src=1><img src=2><img src=3>"), {},
                               "http://a.example/", limits)
                     .value()
                     .truncated);
}

TEST(Extract, PicturesDoNotHideThePagesBehindThem)
{
    ExtractLimits limits;
    limits.max_links = 2;
    const auto page =
        extract_links(
            as_bytes(
                "<img srcset='1 1x, 2 2x, 3 3x'><a href=4>x</a><img src=5><a href=6>x</a><a href=7>x</a>"),
            {}, "http://a.example/d/", limits)
            .value();
    EXPECT_THAT(links_of(page), ElementsAre("img_srcset image ~/1", "img_srcset image ~/2", "a_href page ~/4",
                                            "a_href page ~/6"));
    EXPECT_TRUE(page.truncated);
}

TEST(Extract, OfRepeatedAttributesTheFirstMeansWhatItsNameSays)
{
    EXPECT_THAT(links_of("<a href=1.html HREF=2.html>x</a><img src=3 src=4>"),
                ElementsAre("a_href page ~/1.html", "img_src image ~/3"));
}

TEST(Extract, TheSizeIsBounded)
{
    ExtractLimits limits;
    limits.max_bytes = 20;
    const auto page =
        extract_links(as_bytes("<img src=1><img src=2222222>"), {}, "http://a.example/", limits).value();
    EXPECT_EQ(page.links.size(), 1U);
    EXPECT_TRUE(page.truncated);
}

TEST(ReferrerPolicies, AreThoseOfTheDocumentAndOfItsElements)
{
    const auto page =
        page_of("<meta name=Referrer content=never><meta name=referrer content=whatever>"
                "<img referrerpolicy=' Origin ' src=1.jpg><img src=2.jpg>"
                "<a rel='nofollow NoReferrer' referrerpolicy=unsafe-url href=3.jpg></a>"
                "<a referrerpolicy=same-origin href=4></a><div referrerpolicy=origin data-src=5.jpg>");
    EXPECT_EQ(page.policy, ReferrerPolicy::no_referrer);
    std::map<std::string, std::optional<ReferrerPolicy>> told;
    for (const auto& link : page.links)
        told[link.url.substr(link.url.rfind('/') + 1)] = link.policy;
    EXPECT_EQ(told.at("1.jpg"), ReferrerPolicy::origin);
    EXPECT_EQ(told.at("2.jpg"), std::nullopt);
    EXPECT_EQ(told.at("3.jpg"), ReferrerPolicy::no_referrer);
    EXPECT_EQ(told.at("4"), ReferrerPolicy::same_origin);
    EXPECT_EQ(told.at("5.jpg"), std::nullopt);
    EXPECT_EQ(page_of("<p>nothing told").policy, std::nullopt);
}

} // namespace
} // namespace stillwatch::html
