#include "html/document_kind.hpp"
#include "tests/unit/html/links_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::html {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> links_as(std::string_view type, std::string_view text)
{
    return links_of(page_of(text, type));
}

TEST(Documents, KindIsToldByTypePathAndBeginning)
{
    EXPECT_EQ(document_kind("text/html", "/", "<p>"), DocumentKind::html);
    EXPECT_EQ(document_kind("text/html", "/feed", "<?xml version='1.0'?><rss>"), DocumentKind::xml);
    EXPECT_EQ(document_kind("application/xhtml+xml", "/", "<?xml version='1.0'?><html>"), DocumentKind::html);
    EXPECT_EQ(document_kind("application/rss+xml; charset=utf-8", "/", "<rss>"), DocumentKind::xml);
    EXPECT_EQ(document_kind("text/css", "/", ""), DocumentKind::css);
    EXPECT_EQ(document_kind("image/svg+xml", "/", "<svg xmlns='http://www.w3.org/2000/svg'>"),
              DocumentKind::html);
    EXPECT_EQ(document_kind("text/xml", "/", "<?xml version='1.0'?><!-- made --><svg width='1'>"),
              DocumentKind::html);
    EXPECT_EQ(document_kind("text/xml", "/", "<?xml version='1.0'?><rss><item><svg>"), DocumentKind::xml);
    EXPECT_EQ(document_kind("text/plain", "/a.css", "a{}"), DocumentKind::css);
    EXPECT_EQ(document_kind("application/json", "/", "[]"), DocumentKind::json);
    EXPECT_EQ(document_kind("application/manifest+json", "/", "{}"), DocumentKind::manifest);
    EXPECT_EQ(document_kind("application/json", "/site.webmanifest", "{}"), DocumentKind::manifest);
    EXPECT_EQ(document_kind("text/plain", "/x", "WEBVTT\n"), DocumentKind::track);
    EXPECT_EQ(document_kind("text/plain", "/x", "words"), DocumentKind::text);
    EXPECT_EQ(document_kind("text/plain", "/x", "\n<!DOCTYPE html><p>"), DocumentKind::html);
    EXPECT_EQ(document_kind("application/octet-stream", "/x.xml.gz", "<urlset>"), DocumentKind::xml);
    EXPECT_EQ(document_kind("", "/x", "{\"a\":1}"), DocumentKind::json);
    EXPECT_EQ(document_kind("", "/x", "<p>"), DocumentKind::html);
}

TEST(Documents, SheetsNamePicturesAndSheets)
{
    EXPECT_THAT(
        links_as("text/css", "@import 'b.css'; a{background:url(1.png)} b{content:image-set('2.png' 1x)}"),
        ElementsAre("css_import page ~/b.css", "css image ~/1.png", "css image ~/2.png"));
}

TEST(Documents, JsonNamesPicturesByEndingOrKeyAndPagesByKey)
{
    EXPECT_THAT(links_as("application/json",
                         R"({"posts":[{"file":"\/i\/1.jpg","name":"no.jpg","url":"/t/5","image":"/pic?id=2",)"
                         R"("body":"<a href=\"6.html\"><img src=\"3.jpg\"></a>","thumb":["4.jpg"]}]})"),
                ElementsAre("json image http://a.example/i/1.jpg", "json page http://a.example/t/5",
                            "json image http://a.example/pic?id=2", "json image ~/4.jpg",
                            "a_href page ~/6.html", "img_src image ~/3.jpg"));
    EXPECT_THAT(
        links_as("application/manifest+json", R"({"start_url":"/","icons":[{"src":"i.png","sizes":"1x1"}]})"),
        ElementsAre("manifest image ~/i.png"));
    std::string deep(100'000, '[');
    deep += "\"/i/1.jpg\"";
    EXPECT_THAT(links_as("application/json", deep), ElementsAre("json image http://a.example/i/1.jpg"));
    EXPECT_THAT(links_as("application/json", "{\"a\":\"b\\"), IsEmpty());
}

TEST(Documents, TextNamesWholeAddresses)
{
    EXPECT_THAT(
        links_as("text/plain",
                 "x http://a.example/1.jpg, y (HTTPS://a.example/2). z://no //no.example/3.jpg a/b.jpg"),
        ElementsAre("text image http://a.example/1.jpg", "text page https://a.example/2"));
}

TEST(Documents, TracksNamePicturesWithTheirFragments)
{
    EXPECT_THAT(links_as("text/vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\ns "
                                     "1.jpg#xywh=0,0,1,1\r\n\n2\n00:01.000 --> 00:02.000\n/2.png\nno"),
                ElementsAre("track image ~/s%201.jpg", "track image http://a.example/2.png"));
}

TEST(Documents, RssNamesEnclosuresMediaAndContent)
{
    EXPECT_THAT(
        links_as(
            "application/rss+xml",
            "<?xml version='1.0'?><rss><channel><link>http://a.example/</link><image><url>/logo</url></image>"
            "<item><link>/t/1</link><enclosure url='/1?a=1&amp;b=2' type='image/jpeg'/><enclosure url=2.mp3 "
            "type=audio/x />"
            "<media:content url='3' medium='image'><media:thumbnail url='4'/></media:content>"
            "<itunes:image href='5.png'/><description><![CDATA[<img src=6.jpg>]]></description>"
            "<content:encoded>&lt;a href=\"7.html\"&gt;&lt;img "
            "src=\"8.jpg?a=1&amp;amp;b=2\"&gt;</content:encoded></item>"
            "</channel></rss>"),
        ElementsAre("feed page http://a.example/", "feed image http://a.example/logo",
                    "feed page http://a.example/t/1", "feed image http://a.example/1?a=1&b=2",
                    "feed image ~/3", "feed image ~/4", "feed image ~/5.png", "img_src image ~/6.jpg",
                    "a_href page ~/7.html", "img_src image ~/8.jpg?a=1&b=2"));
}

TEST(Documents, AtomNamesLinksAndContent)
{
    EXPECT_THAT(
        links_as("application/atom+xml",
                 "<feed><link rel='self' href='no'/><link rel='next' href='?p=2'/><logo>l.png</logo><entry>"
                 "<link rel='enclosure' type='image/png' href='1'/><link rel='alternate' href='/t/1'/>"
                 "<content type='html'>&lt;img src='2.jpg'&gt;</content>"
                 "<content type='xhtml'><div><img src='3.jpg'/></div></content></entry></feed>"),
        ElementsAre("feed page ~/page.html?p=2", "feed image ~/l.png", "feed image ~/1",
                    "feed page http://a.example/t/1", "img_src image ~/3.jpg", "img_src image ~/2.jpg"));
}

TEST(Documents, SitemapsNamePagesPicturesAndSitemaps)
{
    EXPECT_THAT(
        links_as("application/xml",
                 "<sitemapindex><sitemap><loc> http://a.example/s1.xml.gz </loc></sitemap></sitemapindex>"),
        ElementsAre("sitemap page http://a.example/s1.xml.gz"));
    EXPECT_THAT(
        links_as("text/xml",
                 "<?xml version='1.0'?><urlset><url><loc>http://a.example/1?a&amp;b</loc><image:image>"
                 "<image:loc>http://a.example/pic</image:loc></image:image>"
                 "<video:thumbnail_loc>/v</video:thumbnail_loc></url></urlset>"),
        ElementsAre("sitemap page http://a.example/1?a&b", "sitemap image http://a.example/pic",
                    "sitemap image http://a.example/v"));
}

TEST(Documents, EntitiesThatAFileDeclaresAreNeitherExpandedNorFetched)
{
    std::string bomb = "<?xml version='1.0'?><!DOCTYPE u [<!ENTITY a 'http://a.example/no.jpg'>"
                       "<!ENTITY x SYSTEM 'file:///etc/passwd'>";
    for (char c = 'b'; c < 'k'; ++c)
        bomb += "<!ENTITY " + std::string{c} + " '&" + std::string(1, static_cast<char>(c - 1)) + ";&" +
                std::string(1, static_cast<char>(c - 1)) + ";'>";
    EXPECT_THAT(links_as("application/xml", bomb +
                                                "]><urlset><url><loc>&j;</loc></url><url><loc>&x;</loc></url>"
                                                "<url><loc>/ok</loc></url></urlset>"),
                ElementsAre("sitemap page http://a.example/ok"));
}

TEST(Documents, XmlSaysItsCharset)
{
    EXPECT_THAT(
        links_as("application/xml",
                 "<?xml version='1.0' encoding='windows-1251'?><urlset><url><loc>/\xEA</loc></url></urlset>"),
        ElementsAre("sitemap page http://a.example/%D0%BA"));
}

TEST(Documents, ASitemapMayNameMoreThanAPage)
{
    ExtractLimits limits;
    limits.max_links = 2;
    std::string text = "<urlset>";
    for (int i = 0; i < 11; ++i)
        text += "<url><loc>/" + std::to_string(i) + "</loc></url>";
    const auto page = extract_links(as_bytes(text), {"application/xml"}, "http://a.example/", limits).value();
    EXPECT_EQ(page.links.size(), 10U);
    EXPECT_TRUE(page.truncated);
}

TEST(Documents, TheLinkHeaderIsRead)
{
    const auto page =
        extract_links(as_bytes("<img src=4.jpg>"),
                      {"text/html", "</1>; rel=preload; as=image, <2.html>; rel=\"next\"; title=\"a, <b>\", "
                                    "<no>; rel=preload; as=font,<3.png>;rel=x, <broken"},
                      "http://a.example/d/page.html")
            .value();
    EXPECT_THAT(links_of(page),
                ElementsAre("link_header image http://a.example/1", "link_header page ~/2.html",
                            "link_header image ~/3.png", "img_src image ~/4.jpg"));
}

} // namespace
} // namespace stillwatch::html
