#include "html/bounds.hpp"
#include "tests/unit/html/links_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::html {
namespace {

using testing::Contains;
using testing::ElementsAre;

std::string repeated(std::string_view text, int times)
{
    std::string out;
    out.reserve(text.size() * static_cast<std::size_t>(times));
    for (int i = 0; i < times; ++i)
        out += text;
    return out;
}

std::string numbered(std::string_view before, std::string_view after, int times)
{
    std::string out;
    for (int i = 0; i < times; ++i)
        out += std::string(before) + std::to_string(i) + std::string(after);
    return out;
}

struct Hostile {
    std::string_view name;
    std::string markup;
};

// Each takes a tree builder quadratic time or memory without the pre-check: most of them minutes.
std::vector<Hostile> hostile_documents()
{
    return {
        {"nested", repeated("<div>", 100'000)},
        {"nested self-closing", repeated("<div/>", 100'000)},
        {"nested unknown", repeated("<x>", 100'000)},
        {"nested in template", "<template>" + repeated("<span>", 100'000)},
        {"nested tables", repeated("<table><tr><td>", 40'000)},
        {"misnested", repeated("<b><div></b>", 22'000)},
        {"misnested tables", repeated("<div><table></div>", 22'000)},
        {"misnested lists", repeated("<li><ul></li>", 22'000)},
        {"misnested forms", repeated("<form><div></form>", 22'000)},
        {"foreign", repeated("<svg><desc>", 50'000)},
        {"attributes", "<p" + numbered(" a", "", 100'000) + ">"},
        {"attributes of body", numbered("<body a", ">", 50'000)},
        {"open formatting", numbered("<b id=", ">", 2'000) + repeated("<p>x", 20'000)},
        {"open formatting in paragraphs",
         "<p>" + numbered("<font size=", ">", 400) + repeated("</p><p>x", 50'000)},
        {"end tags without element", repeated("<div>", 500) + repeated("</x>", 300'000)},
        {"select hides rawtext", "<select><style></select>" + repeated("<div>", 100'000) + "</style>"},
        {"formatting that others end", numbered("<p><b id=", "></p></i>", 2'000) + repeated("<p>x", 20'000)},
    };
}

TEST(Hostile, LinksBeforeInsideAndAfterAreFound)
{
    for (const auto& [name, markup] : hostile_documents()) {
        const auto page =
            page_of("<img src=before.jpg><a href=before>x</a>" + markup + "<img src=after.jpg>");
        const auto links = links_of(page);
        EXPECT_THAT(links, Contains("img_src image ~/before.jpg")) << name;
        EXPECT_THAT(links, Contains("a_href page ~/before")) << name;
        EXPECT_THAT(links, Contains("img_src image ~/after.jpg")) << name;
    }
}

TEST(Hostile, NestingHidesNoMechanism)
{
    const std::string deep = repeated("<div>", 1000);
    const auto page = page_of(
        deep + "<base href=/e/><a href=1>x</a><img src=2.jpg srcset='3.jpg 2x' data-src=4.jpg>"
               "<picture><source srcset=5.jpg></picture><p style='background:url(6.jpg)'>"
               "<style>a{background:url(7.jpg)}</style><iframe src=8></iframe><frame src=9>"
               "<meta property=og:image content=10.jpg><link rel=next href=11>"
               "<video poster=12.jpg></video><td background=13.jpg><meta http-equiv=refresh content='0;14'>"
               "<input type=image src=15.jpg><noscript><img src=16.jpg></noscript>");
    std::vector<std::string> names;
    for (const auto& link : page.links) {
        EXPECT_TRUE(link.url.starts_with("http://a.example/e/")) << link.url;
        names.push_back(link.url.substr(19) + " " + std::string(name_of(link.mechanism)));
    }
    EXPECT_THAT(names,
                ElementsAre("1 a_href", "3.jpg img_srcset", "2.jpg img_src", "4.jpg lazy", "5.jpg picture",
                            "6.jpg css_inline", "7.jpg css_inline", "8 iframe", "9 iframe", "10.jpg og_image",
                            "11 link_rel", "12.jpg video_poster", "13.jpg css_inline", "14 meta_refresh",
                            "15.jpg img_src", "16.jpg img_src"));
}

TEST(Hostile, NoTreeIsBuiltPastTheBounds)
{
    const auto page = page_of("<svg><title>" + repeated("<div>", 100'000) + "</title></svg><img src=1.jpg>");
    EXPECT_TRUE(page.truncated); // what only a tree would tell was left out
    EXPECT_THAT(links_of(page), ElementsAre("img_src image ~/1.jpg"));
}

TEST(Hostile, LinkAttributesPastTheBoundAreKept)
{
    const auto page = page_of("<img" + numbered(" a", "=1", 100'000) + " src=1.jpg alt=x>");
    EXPECT_THAT(links_of(page), ElementsAre("img_src image ~/1.jpg"));
}

TEST(Hostile, OrdinaryDocumentsKeepTheirTree)
{
    const ExtractLimits limits;
    EXPECT_TRUE(
        is_within_bounds(repeated("<ul>" + repeated("<li><a href=x>y</a>", 50) + "</ul>", 100), limits));
    EXPECT_TRUE(
        is_within_bounds(repeated("<table>" + repeated("<tr><td><b>x<td>y", 20) + "</table>", 50), limits));
    EXPECT_TRUE(is_within_bounds(repeated("<p>x<br>y<img src=z>", 5'000), limits));
    EXPECT_TRUE(is_within_bounds(repeated("<div><span><i>x</span></i></div>", 2'000), limits));
    EXPECT_TRUE(is_within_bounds(repeated("<svg viewBox=x><title>t</title><g><path d=x /></g></svg>", 2'000),
                                 limits));
    EXPECT_TRUE(
        is_within_bounds("<script>" + repeated("document.write('<div>')", 2'000) + "</script>", limits));
    EXPECT_TRUE(is_within_bounds("<select>" + repeated("<option>x", 5'000) + "</select>", limits));
}

TEST(Hostile, UnclosedAnchorsKeepTheirTree)
{
    const auto page = page_of(repeated("<a href=x>", 100'000) + "<img src=after.jpg>");
    EXPECT_THAT(links_of(page), ElementsAre("a_href page ~/x", "img_src image ~/after.jpg"));
    EXPECT_FALSE(page.truncated);
}

TEST(Hostile, UnclosedScriptsAndCommentsKeepWhatStandsBefore)
{
    for (const std::string_view end :
         {"<script>", "<!--", "<style>", "<textarea>", "<title>", "<img src='", "<a href="})
        EXPECT_THAT(links_of("<img src=1.jpg>" + std::string(end) + "<img src=2.jpg>"),
                    Contains("img_src image ~/1.jpg"))
            << end;
    EXPECT_THAT(links_of("<script><!-- <script> </script> <img src=no> --></script><img src=1.jpg>"),
                ElementsAre("img_src image ~/1.jpg"));
}

TEST(Hostile, NulBytesAreCarriedOver)
{
    using namespace std::string_literals;
    EXPECT_THAT(links_of("\0<img src=1.jpg>\0<i\0mg src=2.jpg><img\0 src=3.jpg><img src='4\0.jpg'>"s),
                ElementsAre("img_src image ~/1.jpg", "attribute image ~/2.jpg", "attribute image ~/3.jpg",
                            "img_src image ~/4%EF%BF%BD.jpg"));
}

TEST(Hostile, HugeAttributesAreNoAddresses)
{
    std::string markup = "<img src='";
    markup.append(5'000'000, 'x');
    markup += "'><img src='data:text/plain;base64,";
    markup.append(500'000, 'A');
    markup += "'><img src=1.jpg>";
    EXPECT_THAT(links_of(markup), ElementsAre("img_src image ~/1.jpg"));
}

TEST(Hostile, InnerDocumentsAreBounded)
{
    EXPECT_TRUE(page_of(repeated("<iframe srcdoc='x'></iframe>", 3'000)).truncated);
    std::string markup = "<img src=in.jpg>";
    for (int i = 0; i < 2; ++i) {
        std::string escaped;
        for (const char c : markup)
            escaped += c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
        markup = "<iframe srcdoc=\"" + escaped + "\"></iframe>";
    }
    EXPECT_THAT(links_of(markup), ElementsAre("img_src image ~/in.jpg"));
}

TEST(Hostile, LongSetsAreBounded)
{
    const auto page = page_of("<img srcset='" + numbered("", ".jpg 1x, ", 50'000) + "'>");
    EXPECT_EQ(page.links.size(), ExtractLimits{}.max_links);
    EXPECT_TRUE(page.truncated);
}

// Texts that make a scan which looks back, ahead or again at each step take minutes; the reader takes each
// once.
TEST(Hostile, ScansOfTextsAreLinear)
{
    const std::vector<Hostile> documents{
        {"commas", "<p x='./" + repeated("a,", 2'000'000) + "'>"},
        {"questions", "<p x='" + repeated("a?.jpg,", 600'000) + "'>"},
        {"suffixes", "<script>" + repeated(".jpg", 1'500'000) + "</script>"},
        {"suffixes in one string", "<script>'" + repeated("a/b.jpg?", 700'000) + "'</script>"},
        {"quotes", "<script>" + repeated("'a.jpg' ", 700'000) + "</script>"},
        {"blanks between strings", "<script>'/a.jpg'" + std::string(4'000'000, ' ') + "'/b.jpg'</script>"},
        {"schemes", repeated("http://", 800'000)},
        {"schemes without end", "<pre>" + repeated("http://a", 700'000) + "</pre>"},
        {"references", "<a title='://" + repeated("&amp;", 1'200'000) + "'>"},
        {"comments", repeated("<!--.-->", 700'000)},
        {"comments in comments", repeated("<!-- . ", 700'000)},
        {"open brackets", repeated("<", 6'000'000)},
        {"open tags", repeated("<a ", 2'000'000)},
        {"scripts", repeated("<script>", 700'000)},
        {"escaped scripts", "<script>" + repeated("<!--<script>", 500'000)},
        {"rawtext ends", "<style>" + repeated("</", 3'000'000)},
        {"css calls", "<style>" + repeated("url(", 1'500'000) + "</style>"},
        {"css sets", "<style>" + repeated("image-set(", 600'000) + "</style>"},
        {"css comments", "<style>(" + repeated("/* ", 2'000'000) + "</style>"},
        {"css strings", "<style>(" + repeated("\"\n", 2'000'000) + "</style>"},
        {"json", "<script type='application/json'>" + repeated("[{\"a\":", 800'000) + "</script>"},
        {"json backslashes", "<script type='application/json'>\"" + repeated("\\", 6'000'000) + "</script>"},
        {"data address", "<img src='data:image/png;base64," + std::string(8'000'000, 'A') + "'>"},
        {"data address in css",
         "<p style='background:url(data:image/png;base64," + std::string(7'000'000, 'A') + ")'>"},
        {"attribute", "<img alt='" + std::string(5'000'000, '.') + "'>"},
        {"bases", repeated("<base href=x/>", 500'000)},
        {"svg", repeated("<svg>", 1'000'000)},
        {"sets", "<img srcset='" + repeated("(,", 2'000'000) + "'>"},
    };
    for (const auto& [name, markup] : documents) {
        const auto page = page_of("<img src=before.jpg>" + markup);
        EXPECT_THAT(links_of(page), Contains(testing::HasSubstr("before.jpg"))) << name;
    }
}

TEST(Hostile, OtherDocumentsAreReadInOneScanToo)
{
    const std::vector<std::pair<std::string_view, std::string>> documents{
        {"application/xml", repeated("<a>", 2'000'000)},
        {"application/xml", "<!DOCTYPE a [" + repeated("]", 4'000'000)},
        {"application/xml", repeated("<![CDATA[", 600'000)},
        {"application/xml", repeated("<loc>&amp;", 500'000)},
        {"application/xml", "<rss>" + repeated("<description>&lt;p&gt;</description>", 100'000)},
        {"application/json", std::string(4'000'000, '[')},
        {"application/json", repeated("\"a.jpg\"", 800'000)},
        {"text/css", repeated("@import", 900'000)},
        {"text/css", "@import '" + std::string(5'000'000, 'a')},
        {"text/vtt", "WEBVTT\n" + std::string(6'000'000, '\n')},
        {"text/plain", repeated("://", 2'000'000)},
    };
    for (const auto& [type, text] : documents)
        EXPECT_LE(page_of(text, type).links.size(), ExtractLimits{}.max_links_of_sitemap()) << type;
}

TEST(Hostile, LongLinkHeadersAreRead)
{
    const auto page =
        extract_links({}, {"text/html", repeated("<1.jpg>;rel=\"a", 600)}, "http://a.example/d/page.html")
            .value();
    EXPECT_THAT(links_of(page), ElementsAre("link_header image ~/1.jpg"));
}

} // namespace
} // namespace stillwatch::html
