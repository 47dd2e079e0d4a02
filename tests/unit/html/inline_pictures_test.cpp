#include "core/url.hpp"
#include "html/inline_pictures.hpp"
#include "tests/unit/html/links_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Pictures that stand in the document itself.
namespace stillwatch::html {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A file that begins like a JPEG, with all bytes in it.
Bytes file(std::size_t size = 2'000, unsigned seed = 1)
{
    Bytes bytes{std::byte{0xFF}, std::byte{0xD8}, std::byte{0xFF}, std::byte{0xE0}};
    for (unsigned value = seed; bytes.size() < size;)
        bytes.push_back(static_cast<std::byte>((value = value * 1'103'515'245U + 12'345U) >> 16U));
    return bytes;
}

const std::string& coded()
{
    static const std::string text = to_base64(file());
    return text;
}

std::string replaced(std::string text, std::string_view what, std::string_view by)
{
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

std::vector<Bytes> files_of(std::string_view document, std::string_view type = "text/html; charset=utf-8")
{
    return page_of(document, type).pictures;
}

TEST(InlinePictures, AreTakenFromMarkupAndStyleSheets)
{
    const auto address = "data:image/jpeg;base64," + coded();
    for (const auto& document :
         {"<img src='" + address + "'>", "<img src=" + address + ">", "<img srcset='" + address + " 2x'>",
          "<div style='background:url(" + address + ")'>",
          "<style>a{background:url(\"" + address + "\")}</style>", "<img data-src='" + address + "'>",
          "<object data='" + address + "'></object>", "<svg><image xlink:href='" + address + "'/></svg>",
          "<!-- <img src='" + address + "'> -->", "<video poster='" + address + "'>",
          "<a href='" + address + "'>full</a>", "<img src='data:;base64," + coded() + "'>",
          "<img src='DATA:image/jpeg;base64," + coded() + "'>",
          "<img src='data:image/jpeg;charset=utf-8;base64," + coded() + "'>"})
        EXPECT_THAT(files_of(document), ElementsAre(file())) << document.substr(0, 60);
    EXPECT_THAT(files_of("a{background:url(" + address + ")}", "text/css"), ElementsAre(file()));
}

TEST(InlinePictures, AreTakenFromJsonAndScriptsAsTheyEscapeThem)
{
    const auto slashes = replaced(coded(), "/", "\\/");
    EXPECT_THAT(files_of("{\"a\":\"data:image\\/jpeg;base64," + slashes + "\"}", "application/json"),
                ElementsAre(file()));
    EXPECT_THAT(files_of("{\"a\":\"" + slashes + "\"}", "application/json"), ElementsAre(file()));
    EXPECT_THAT(files_of("{\"a\":\"" + coded() + "\"}", "application/json"), ElementsAre(file()));
    EXPECT_THAT(files_of("<script>var a = 'data:image/jpeg;base64," + replaced(coded(), "+", "\\u002B") +
                         "';</script>"),
                ElementsAre(file()));
    EXPECT_THAT(files_of("<script>show('data:image/jpeg;base64,' + '" + coded().substr(0, 1'000) +
                         "' +\n  '" + coded().substr(1'000) + "')</script>"),
                ElementsAre(file()));
    EXPECT_THAT(files_of("<script>show(\"data:image/jpeg;base64," + coded().substr(0, 1'000) + "\" + \"" +
                         coded().substr(1'000) + "\")</script>"),
                ElementsAre(file()));
}

TEST(InlinePictures, BlanksPercentsAndReferencesInsideAreUndone)
{
    auto folded = coded();
    for (std::size_t at = 76; at < folded.size(); at += 77)
        folded.insert(at, "\n");
    EXPECT_THAT(files_of("<img src='data:image/jpeg;base64,\n" + folded + "'>"), ElementsAre(file()));
    EXPECT_THAT(files_of("<img src='data:image/jpeg;base64," +
                         replaced(replaced(coded(), "+", "%2B"), "/", "%2f") + "'>"),
                ElementsAre(file()));
    EXPECT_THAT(files_of("<img src='data:image/jpeg;base64," +
                         replaced(replaced(coded(), "+", "&#43;"), "/", "&#x2F;") + "'>"),
                ElementsAre(file()));
}

TEST(InlinePictures, MayBePercentCodedBytes)
{
    std::string text;
    for (const auto byte : file())
        text += "%" + to_hex(Bytes{byte});
    EXPECT_THAT(files_of("<img src='data:image/jpeg," + text + "'>"), ElementsAre(file()));
}

TEST(InlinePictures, StandInDrawingsToo)
{
    const auto drawing = "<svg xmlns='http://www.w3.org/2000/svg'><image href='data:image/jpeg;base64," +
                         coded() + "'/><image href='http://a.example/other.jpg'/></svg>";
    const auto in_base64 =
        page_of("<img src=\"data:image/svg+xml;base64," + to_base64(as_bytes(drawing)) + "\">");
    EXPECT_THAT(in_base64.pictures, ElementsAre(file()));
    EXPECT_THAT(links_of(in_base64), testing::Contains("img_src image http://a.example/other.jpg"));
    EXPECT_THAT(files_of("<img src=\"data:image/svg+xml;utf8," + drawing + "\">"), ElementsAre(file()));
    EXPECT_THAT(files_of("<img src=\"data:image/svg+xml," +
                         replaced(replaced(drawing, "<", "%3C"), ">", "%3E") + "\">"),
                ElementsAre(file()));
}

TEST(InlinePictures, StandInDocumentsInsideToo)
{
    const auto frame = to_base64(as_bytes("<p>saved</p><img src='data:image/jpeg;base64," + coded() + "'>"));
    EXPECT_THAT(files_of("<iframe src='data:text/html;base64," + frame + "'></iframe>"), ElementsAre(file()));
}

TEST(InlinePictures, AreNamedByTheirDocumentAndDigest)
{
    const auto page = page_of("<img src='data:image/jpeg;base64," + coded() + "'>");
    ASSERT_EQ(page.links.size(), 1U);
    EXPECT_EQ(page.links[0].mechanism, Mechanism::inline_data);
    EXPECT_EQ(page.links[0].kind, LinkKind::image);
    EXPECT_EQ(page.links[0].url, "http://a.example/d/page.html#sha256-" + Sha256::of(file()).hex());
}

TEST(InlinePictures, TheSameTwiceIsOne)
{
    const auto img = "<img src='data:image/jpeg;base64," + coded() + "'>";
    EXPECT_THAT(files_of(img + img), ElementsAre(file()));
}

TEST(InlinePictures, WhatShowsNothingIsLeftOut)
{
    EXPECT_THAT(
        files_of("<img src='data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'>"
                 "<img src='data:,'><img src='data:image/png;base64,'>"),
        IsEmpty());
    EXPECT_THAT(files_of("<style>@font-face{src:url(data:font/woff2;base64," + coded() +
                         ")}</style>"
                         "<audio src='data:audio/mpeg;base64," +
                         coded() +
                         "'>"
                         "<a href='data:text/plain;base64," +
                         coded() + "'>"),
                IsEmpty());
    EXPECT_THAT(files_of("<p>/9j/" + std::string(100, 'A') + " base64, iVBORw0KGgo</p>"), IsEmpty());
}

TEST(InlinePictures, AreBounded)
{
    std::string document;
    for (unsigned i = 0; i < 100; ++i)
        document += "<img src='data:image/jpeg;base64," + to_base64(file(600, i + 2)) + "'>";
    const auto many = page_of(document);
    EXPECT_EQ(many.pictures.size(), InlineFiles::max_pictures);
    EXPECT_TRUE(many.truncated);
}

TEST(InlinePictures, HostileTextsEnd)
{
    for (const std::string_view part :
         {"base64,", "data:", "data:image/", "\"/9j/", "data:image/png;base64,%", "=/9j/&#",
          "data:image/png,'", "'/9j/' + "}) {
        std::string document;
        while (document.size() < 4'000'000)
            document += part;
        EXPECT_LE(files_of(document).size(), 1U) << part;
    }
}

} // namespace
} // namespace stillwatch::html
