#include "html/read_html.hpp"
#include "tests/support/tree_and_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::html {
namespace {

using testing::IsEmpty;

// Markup as sites write it; each piece has one address at least.
constexpr std::array<std::string_view, 33> pieces{
    "<a href=1.html>x</a>",
    "<p><img src=2.jpg srcset='3.jpg 1x, 4.jpg 2x' alt=\"x > y\">",
    "<a class='l' href='5.jpg'><img data-src=6.jpg data-title='7.jpg'></a>",
    "<picture><source srcset=8.webp><img src=9.jpg></picture>",
    "<video poster=10.jpg><source src=11.mp4><track kind=metadata src=12.vtt></video>",
    "<table background=13.gif><tr><td style=\"background:url('14.jpg')\">x<td><img src=15.jpg></table>",
    "<ul><li><a href=16>x<li><a href=17>y</ul>",
    "<iframe src=18.html srcdoc='<img src=19.jpg>'>text</iframe>",
    "<noscript><img src=20.jpg></noscript>",
    "<script>if (a<b) document.write('<img src=\"/i/21.jpg\">')</script>",
    "<script><!-- x --> var a='/i/22.jpg' </script>",
    "<style>a{background:url(23.jpg)} /* </p> */</style>",
    "<!-- <img src=no.jpg> --><img src=24.jpg>",
    "<!-- unclosed > <img src=no.jpg> --!><img src=25.jpg>",
    "<form action=/x><input type=image src=26.gif><select><option>a<option>b</select></form>",
    "<object data=27.swf type=image/png><embed src=28.html><noembed><img src=29.jpg></noembed></object>",
    "<b><i><p><img src=30.jpg></b></i></p>",
    "<template><div><img src=31.jpg></div></template>",
    "<img src='32.php?a=1&amp;b=2&copy=3&eacute;&#x2F;&#47;x'>",
    "<img\nSRC = \"33.jpg\"\n/><br/><img src=34.jpg/>",
    "<svg width=1><image href=35.png /><path d='M0'/></svg>",
    "<math><mi>x</mi></math><img src=36.jpg>",
    "<textarea><img src=no.jpg></textarea><xmp><img src=no.jpg></xmp><img src=37.jpg>",
    "<![CDATA[ <img src=38.jpg> ]]><?php <img src=39.jpg> ?>",
    "</p></div></x><img src=40.jpg alt=no.jpg>",
    "<meta property='og:image' content='41.jpg'><link rel=icon href=42.ico><link rel=stylesheet href=43.css>",
    "<meta http-equiv=refresh content='5;url=44.html'>",
    "<div data-x='{\"src\":\"45.jpg\"}' onclick=\"go('46.jpg')\" data-srcset='47.jpg 1x'></div>",
    "<frame src=48.html><body background=49.jpg><html data-bg=50.jpg>",
    "<1 <a <  <img src=51.jpg>",
    "<div><a href=52.jpg><figure><img src=53.jpg srcset='54.jpg 1x, 55.jpg 2x'></figure></a><img "
    "src=56.jpg></div>",
    "<picture><source srcset=57.avif media=x><source src=58.webp><img src=59.jpg data-src=60.jpg></picture>",
    "<div data-thumb=61.jpg data-full=62.jpg></div><a href=63.jpg><i><picture><img "
    "src=64.jpg></picture></i></a>",
};

TEST(Differential, TheReaderFindsWhatTheTreeHasInEachPieceAndPair)
{
    for (const auto first : pieces)
        for (const auto second : pieces) {
            const auto markup = std::string(first) + std::string(second);
            EXPECT_THAT(missed_by_reader(markup), IsEmpty()) << markup;
            EXPECT_THAT(items_of_one_only(markup), IsEmpty()) << markup;
        }
}

TEST(Differential, TheReaderFindsWhatTheTreeHasInLongPages)
{
    std::uint32_t state = 7; // a fixed walk: the same pages each time
    const auto next = [&] { return state = state * 1664525U + 1013904223U; };
    for (int page = 0; page < 300; ++page) {
        std::string markup = page % 2 == 0 ? "<!DOCTYPE html><html><head><title>t</title></head><body>" : "";
        for (int i = 0; i < 40; ++i)
            markup += pieces[(next() >> 8U) % pieces.size()];
        EXPECT_THAT(missed_by_reader(markup), IsEmpty()) << markup;
        EXPECT_THAT(items_of_one_only(markup), IsEmpty()) << markup;
    }
}

Structure structure_of(std::string_view markup)
{
    Candidates candidates(1'000);
    return read_html(markup, candidates);
}

// What the fuzzer found.
TEST(Differential, TheReaderFindsWhatTheTreeHasInOddMarkup)
{
    using namespace std::string_literals;
    for (const auto& markup :
         {"<style>a{b:url('c.p\0\0')}</style>"s, "<style>a{b:url('c\r.png') url(d.png)}</style>"s,
          "<noframes></noframes>"s, "<script>'/a\rb.jpg'</script>"s})
        EXPECT_THAT(missed_by_reader(markup), IsEmpty()) << markup;
}

TEST(Differential, OrdinaryPagesNeedNoTree)
{
    for (const std::string_view markup :
         {"<title>t</title><script>x</script><style>y</style><textarea>z</textarea>",
          "<svg><path d=x /><g></g></svg><script>x</script>", "<select><option>a</select><script>x</script>",
          "<table><col><tr><td>x</table><template><p></template>", "<img src='a&amp;b&lt;&eacute;&sol;&#1;'>",
          "<p>&fjlig;"})
        EXPECT_EQ(structure_of(markup), Structure::is_plain) << markup;
}

TEST(Differential, WhereTheTreeReadsOtherwiseItIsAsked)
{
    for (const std::string_view markup :
         {"<svg><title><p>", "<svg><style>", "<math><mi><p>", "<select><style>", "<select><svg>",
          "<frameset>", "<svg><![CDATA[x]]>", "<template><col><style>", "<select><template>", "<svg><desc>",
          "<img src='&fjlig;'>", "<isindex>"})
        EXPECT_EQ(structure_of(markup), Structure::needs_tree) << markup;
}

} // namespace
} // namespace stillwatch::html
