#include "tests/unit/html/links_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

// Which addresses of a document show one picture in several sizes, and in which order they are told.
namespace stillwatch::html {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The links of each item, in the order in which they are told, without the folder of the page.
std::vector<std::string> items_of(const PageLinks& page)
{
    std::map<int, std::string> items;
    for (const auto& link : page.links) {
        if (link.item == 0) continue;
        auto& names = items[link.item];
        names += (names.empty() ? "" : " ") + link.url.substr(link.url.rfind('/') + 1);
    }
    std::vector<std::string> lines;
    for (const auto& [item, names] : items)
        lines.push_back(std::to_string(item) + ": " + names);
    return lines;
}

std::vector<std::string> items_of(std::string_view markup)
{
    return items_of(page_of(markup));
}

TEST(Items, TheAddressesOfAnImgAreOne)
{
    EXPECT_THAT(
        items_of("<img src=1.jpg srcset='2.jpg 1x, 3.jpg 2x' data-original=4.jpg data-srcset='5.jpg 9w'>"
                 "<img src=6.jpg><img data-src=7 data-full-src=/8>"),
        ElementsAre("1: 3.jpg 5.jpg 1.jpg 2.jpg 4.jpg"));
    EXPECT_THAT(
        items_of("<input type=image src=1.gif data-src=2.gif><svg><image href=3.png xlink:href=4.png></svg>"),
        ElementsAre("1: 1.gif 2.gif", "2: 3.png 4.png"));
}

TEST(Items, SourcesAndImgOfAPictureAreOne)
{
    EXPECT_THAT(
        items_of("<picture><source srcset='1.avif 640w, 2.avif 1280w'><source src=3.webp><img src=4.jpg>"
                 "</picture><source srcset=5.jpg><img src=6.jpg>"),
        ElementsAre("1: 2.avif 1.avif 3.webp 4.jpg"));
}

TEST(Items, APictureEndsWithItsImgWhateverIsClosed)
{
    EXPECT_THAT(
        items_of("<picture><source srcset=1.avif><img src=2.jpg><img src=3.jpg><source srcset=4.avif>"),
        ElementsAre("1: 1.avif 2.jpg"));
    EXPECT_THAT(items_of("<picture><source srcset=1.avif></picture><img src=2.jpg>"), IsEmpty());
    EXPECT_THAT(items_of("<picture><source srcset=1.avif><picture><source srcset=2.avif><img src=3.jpg>"),
                ElementsAre("1: 2.avif 3.jpg"));
}

TEST(Items, AnAnchorsPictureIsThatOfTheImgInside)
{
    EXPECT_THAT(
        items_of("<a href=full.jpg><span><img src=thumb.jpg srcset='mid.jpg 2x, low.jpg 1x'></span></a>"
                 "<img src=x.jpg>"),
        ElementsAre("1: full.jpg mid.jpg thumb.jpg low.jpg"));
    EXPECT_THAT(items_of("<a href=full.jpg><picture><source srcset=1.avif><img src=2.jpg></picture></a>"),
                ElementsAre("1: full.jpg 1.avif 2.jpg"));
    EXPECT_THAT(items_of("<A HREF=full.jpg data-thumb=t.jpg>x</A>"), ElementsAre("1: full.jpg t.jpg"));
}

TEST(Items, AnAnchorEndsWhereItIsClosedOrTheNextBegins)
{
    EXPECT_THAT(items_of("<a href=1.jpg>x</a><img src=2.jpg>"), IsEmpty());
    EXPECT_THAT(items_of("<a href=1.jpg>x<a href=page.html><img src=2.jpg></a>"), IsEmpty());
    EXPECT_THAT(items_of("<a href=1.jpg>x<a><img src=2.jpg>"), IsEmpty());
    EXPECT_THAT(items_of("<a href=1.jpg><area href=3.jpg><img src=2.jpg>"), ElementsAre("1: 1.jpg 2.jpg"));
}

TEST(Items, AnAnchorThatLeadsToNoPictureTiesNothing)
{
    EXPECT_THAT(items_of("<a href=gallery.html><img src=1.jpg><img src=2.jpg></a>"
                         "<a href='view.php?f=3.jpg'><img src=4.jpg><img src=5.jpg></a>"
                         "<a href='{{full}}.jpg'><img src=6.jpg><img src=7.jpg></a>"
                         "<a href='data:x.jpg'><img src=8.jpg><img src=9.jpg></a>"),
                IsEmpty());
}

TEST(Items, AnAnchorTiesAFewPicturesAndNoWall)
{
    std::string wall = "<a href=full.jpg>";
    for (int i = 1; i <= 500; ++i)
        wall += "<img src=" + std::to_string(i) + ".jpg>";
    EXPECT_THAT(items_of(wall), ElementsAre("1: full.jpg 1.jpg 2.jpg 3.jpg 4.jpg"));
    EXPECT_THAT(
        items_of(
            "<a href=full.jpg><picture><img src=1.jpg></picture><img src=2.jpg><img src=3.jpg><img src=4.jpg>"
            "<picture><source srcset=5.avif><img src=6.jpg></picture>"),
        ElementsAre("1: full.jpg 1.jpg 2.jpg 3.jpg 4.jpg", "2: 5.avif 6.jpg"));
}

TEST(Items, LazySourcesOfAnyElementAreOne)
{
    EXPECT_THAT(
        items_of(
            "<div data-thumb=1.jpg data-full-src=2.jpg></div><video poster=3.jpg data-poster=4.jpg></video>"
            "<div data-srcset='5.jpg 1x, 6.jpg 2x'></div>"),
        ElementsAre("1: 1.jpg 2.jpg", "2: 3.jpg 4.jpg", "3: 6.jpg 5.jpg"));
}

TEST(Items, ListsAndDataOfDifferentPicturesAreNone)
{
    EXPECT_THAT(
        items_of("<div data-gallery='1.jpg 2.jpg|3.jpg' data-all='{\"a\":[\"4.jpg\",\"5.jpg\"]}'></div>"
                 "<div style='background:url(6.jpg),url(7.jpg)' onclick=\"show('8.jpg','9.jpg')\"></div>"
                 "<div data-bg='url(10.jpg), url(11.jpg)' data-images='12.jpg,13.jpg'></div>"
                 "<gallery-view pics='14.jpg,15.jpg'></gallery-view>"),
        IsEmpty());
    // Beside an img's own address, too.
    EXPECT_THAT(items_of("<img src=1.jpg data-gallery='2.jpg 3.jpg' data-more='[\"4.jpg\"]' "
                         "style='background:url(5.jpg)'>"),
                IsEmpty());
}

TEST(Items, OtherDocumentsAndWhatIsNoElementTieNothing)
{
    EXPECT_THAT(items_of("<a href=1.jpg><!-- <img src=2.jpg> -->http://a.example/3.jpg"
                         "<style>a{background:url(4.jpg)}</style><script>x='/5.jpg'</script></a>"
                         "<meta property='og:image' content=6.jpg><link rel=preload as=image href=7.jpg "
                         "imagesrcset='8.jpg'>"),
                IsEmpty());
    EXPECT_THAT(items_of(page_of("a{background:image-set('1.jpg' 1x, '2.jpg' 2x)}", "text/css")), IsEmpty());
    EXPECT_THAT(items_of(page_of("{\"image\":[\"http://a.example/1.jpg\",\"http://a.example/2.jpg\"]}",
                                 "application/json")),
                IsEmpty());
    EXPECT_THAT(items_of(page_of("<rss><item><enclosure url='http://a.example/1.jpg'/>"
                                 "<media:thumbnail url='http://a.example/2.jpg'/></item></rss>",
                                 "application/rss+xml")),
                IsEmpty());
}

TEST(Items, DocumentsInsideADocumentHaveItemsOfTheirOwn)
{
    EXPECT_THAT(
        items_of("<img src=1.jpg data-src=2.jpg>"
                 "<iframe srcdoc='<img src=3.jpg data-src=4.jpg><img src=5.jpg data-src=6.jpg>'></iframe>"),
        ElementsAre("1: 1.jpg 2.jpg", "2: 3.jpg 4.jpg", "3: 5.jpg 6.jpg"));
}

TEST(Items, ABlankPictureThatWaitsEverywhereMakesNoItemOfAll)
{
    EXPECT_THAT(
        items_of("<img src=blank.gif data-src=1.jpg><img src=blank.gif data-src=2.jpg data-thumb=3.jpg>"),
        ElementsAre("1: blank.gif 1.jpg", "2: 2.jpg 3.jpg"));
}

TEST(Items, APictureSeenAloneBeforeJoinsItsItem)
{
    EXPECT_THAT(
        items_of("<meta property='og:image' content=full.jpg><img src=thumb.jpg><a href=full.jpg>large</a>"
                 "<a href=full.jpg><img src=thumb.jpg></a>"),
        ElementsAre("1: full.jpg thumb.jpg"));
}

TEST(Items, ASetOfEndlessSizesIsNotTiedWhole)
{
    std::string set = "<img srcset='";
    for (int i = 1; i <= 100; ++i)
        set += std::to_string(i) + ".jpg " + std::to_string(i) + "w, ";
    const auto page = page_of(set + "'>");
    EXPECT_EQ(page.links.size(), 100U);
    EXPECT_EQ(std::ranges::count(page.links, 1, &Link::item), 32);
    EXPECT_EQ(page.links.front().url, "http://a.example/d/100.jpg");
    EXPECT_EQ(page.links.front().item, 1);
}

TEST(Items, TheAddressesOfAnItemShareTheirPlacesAndNoOthers)
{
    EXPECT_THAT(links_of("<img src=thumb.jpg><p>http://a.example/t</p><a href=next.html>x</a>"
                         "<a href=full.jpg><img src=thumb.jpg></a>"),
                ElementsAre("a_href image ~/full.jpg", "text page http://a.example/t",
                            "a_href page ~/next.html", "img_src image ~/thumb.jpg"));
}

TEST(Items, WhereATreeIsBuiltItTiesTheSame)
{
    // <select> makes the document one that needs a tree; what only the tree finds has its items, too.
    EXPECT_THAT(
        items_of("<select><svg></select><a href=1.jpg><img src=2.jpg></a><picture><source srcset=3.avif>"
                 "<img src=4.jpg></picture>"),
        ElementsAre("1: 1.jpg 2.jpg", "2: 3.avif 4.jpg"));
    EXPECT_THAT(items_of("<svg><title><a href=1.jpg><img src=2.jpg></a><img src=3.jpg></title></svg>"),
                ElementsAre("1: 1.jpg 2.jpg"));
}

TEST(Items, AnAttachmentWithoutEndingIsOneWithItsThumbnail)
{
    const auto one_of = [](std::string_view markup) {
        const auto page = page_of(markup);
        std::string kinds;
        for (const auto& link : page.links)
            kinds += std::string(name_of(link.kind)) + (link.item == 1 ? " 1 " : " - ") +
                     link.url.substr(18) + '\n';
        return kinds;
    };
    EXPECT_EQ(one_of("<a href='attachment.php?attachmentid=71&amp;d=17'><img "
                     "src='attachment.php?attachmentid=71&amp;stc=1&amp;thumb=1'></a>"),
              "image 1 /attachment.php?attachmentid=71&d=17\n"
              "image 1 /attachment.php?attachmentid=71&stc=1&thumb=1\n");
    for (const auto* markup : {
             "<a class=file-preview href='/attachments/pic-jpg.123/'><img "
             "src='/data/attachments/0/123-a.jpg'></a>",
             "<a href='/index.php?action=dlattach;topic=5.0;attach=9;image'><img "
             "src='/index.php?action=dlattach;topic=5.0;attach=10;image'></a>",
             "<a href='./download/file.php?id=12&amp;mode=view'><img "
             "src='./download/file.php?id=12&amp;t=1'></a>",
             "<a href='attachment.php?aid=12'><img src='attachment.php?thumbnail=12'></a>",
             "<a href='filedata/fetch?id=120&amp;d=1'><img src='filedata/fetch?id=120&amp;type=thumb'></a>",
             "<a href='/applications/core/interface/file/attachment.php?id=34'><img "
             "src='/up/thumb/34.jpg'></a>",
             "<a rel='lightbox[a]' href='/view/full/5'><img src='/view/small/5.jpg'></a>",
             "<a data-fancybox=set href='/image/5'><b><img data-src='/image/5/s' src='blank.gif'></b></a>",
             "<a href='/attachment/77-pic-jpg/'><picture><source "
             "srcset='/attachment/77-pic-jpg/?thumbnail=1'><img "
             "src='/attachment/77-pic-jpg/?t=2'></picture></a>",
         }) {
        const auto page = page_of(markup);
        ASSERT_GE(page.links.size(), 2U) << markup;
        EXPECT_EQ(page.links[0].mechanism, Mechanism::a_href) << markup;
        for (const auto& link : page.links) {
            EXPECT_EQ(link.kind, LinkKind::image) << markup;
            EXPECT_EQ(link.item, 1) << markup << link.url;
        }
    }
}

TEST(Items, AnIconBesideAnAttachmentIsNoThumbnail)
{
    for (const auto* markup :
         {"<a href='attachment.php?attachmentid=71'><img src='/icons/pdf.gif'></a>",
          "<a href='attachment.php?attachmentid=71'>terms</a><img src='attachment.php?attachmentid=72'>",
          "<a href='/thread/71'><img src='/thread/71/preview.jpg'></a>"}) {
        const auto page = page_of(markup);
        ASSERT_EQ(page.links.size(), 2U) << markup;
        EXPECT_EQ(page.links[0].kind, LinkKind::page) << markup;
        EXPECT_EQ(page.links[1].item, 0) << markup;
    }
}

} // namespace
} // namespace stillwatch::html
