#include "html/controls.hpp"
#include "tests/unit/html/links_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Pages that no anchor leads to.
namespace stillwatch::html {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> controls_of(std::string_view markup)
{
    std::vector<std::string> references;
    for (const auto& link : page_of(markup).links)
        if (link.mechanism == Mechanism::control) references.push_back(link.url.substr(16));
    return references;
}

TEST(Controls, AttributesThatNameAnAddressLeadOn)
{
    EXPECT_THAT(
        controls_of("<div hx-get='/more?page=1'></div><div data-hx-get=/more?page=2></div>"
                    "<button data-next-url=/more?page=3></button><button data-url=/more?page=4></button>"
                    "<tr data-href='/album/5'><div class=infinite data-page-url='?page=6'></div>"
                    "<li data-link=./7.html><a up-href=/8 href='#'></a><p ic-get-from=/9></p>"),
        ElementsAre("/more?page=1", "/more?page=2", "/more?page=3", "/more?page=4", "/album/5",
                    "/d/page.html?page=6", "/d/7.html", "/8", "/9"));
}

TEST(Controls, AddressesMayBeRelativeWhereTheNameSaysThatTheyAreSome)
{
    EXPECT_THAT(
        controls_of("<div hx-get='more?page=1'></div><p data-next-url=page/2/></p>"
                    "<select><option value='list?page=3'>3<option value='a/b'>x<option value='what?'>y"
                    "</select><p data-text='a/b?c=d'></p><p data-url='image/png, text/html'></p>"),
        ElementsAre("/d/more?page=1", "/d/page/2/", "/d/list?page=3"));
}

TEST(Controls, CustomElementsAndComponentsLeadOn)
{
    EXPECT_THAT(
        controls_of("<turbo-frame src=/1></turbo-frame><include-fragment src=/2></include-fragment>"
                    "<router-link to='/3'></router-link><div ng-href=/4></div><card-link href=/5></card-link>"
                    "<img src=a.jpg longdesc=6.html>"),
        ElementsAre("/1", "/2", "/3", "/4", "/5", "/d/6.html"));
}

TEST(Controls, AJumpListLeadsToItsOptions)
{
    EXPECT_THAT(
        controls_of("<select onchange='location = this.value'><option value=''>Page<option value='/p/2'>2"
                    "<option value='http://a.example/p/3'>3<option value=4>4</select>"),
        ElementsAre("/p/2", "/p/3"));
}

TEST(Controls, AFormWithNothingToFillInIsALink)
{
    EXPECT_THAT(
        controls_of("<form action='/album?x=1' method=get><input type=hidden name=page value=2>"
                    "<button>Next</button></form>"
                    "<form action=list.php><button name=page value='3 4'>3</button>"
                    "<button formaction=/other>4</button></form>"
                    "<form action=/forum><select name=f><option value=5>a<option value=6>b</select><input "
                    "type=submit></form>"),
        ElementsAre("/album?page=2", "/d/list.php?page=3+4", "/other", "/forum?f=5", "/forum?f=6"));
}

TEST(Controls, AFormThatAsksOrPostsIsNone)
{
    EXPECT_THAT(
        controls_of(
            "<form action=/search><input name=q><button>Search</button></form>"
            "<form action=/post method=post><button>Send</button></form>"
            "<form action=/mail><textarea name=t></textarea><button>ok</button></form>"
            "<form action=/list><select name=sort><option value=asc></select><button>ok</button></form>"
            "<form action=/thread/1/delete><button>ok</button></form>"),
        IsEmpty());
}

TEST(Controls, AFormThatNeverEndsEndsWithItsDocument)
{
    EXPECT_THAT(controls_of("<form action=/next><button>Next</button>"), ElementsAre("/next"));
}

TEST(Controls, HandlersLeadToTheAddressesInThem)
{
    EXPECT_THAT(
        controls_of("<span onclick=\"window.location.href='/p?page=1'\"></span>"
                    "<span onclick='location=\"/p?page=2\"'></span><td onclick=\"window.open('/p/3')\"></td>"
                    "<p onclick=\"location.assign('/p/4')\"></p><p onclick=\"location.replace('/p/5')\"></p>"
                    "<p onclick=\"go('/p/6')\"></p><p onclick='loadPage(event, &quot;p7.html&quot;)'></p>"
                    "<a href=\"javascript:show('/p/8')\">8</a>"
                    "<p onclick=\"document.location='/p?page=' + 9; return false\"></p>"
                    "<p onclick=\"go('p?page=10')\"></p><p onclick=\"ask('Really? a=b')\"></p>"),
        ElementsAre("/p?page=1", "/p?page=2", "/p/3", "/p/4", "/p/5", "/p/6", "/d/p7.html", "/p/8",
                    "/p?page=9", "/d/p?page=10"));
}

TEST(Controls, AttributesOfLibrariesAreRead)
{
    EXPECT_THAT(
        controls_of("<b :href=\"'/1'\"></b><b @click=\"go('/2')\"></b><b ng-click=\"open('/3')\"></b>"
                    "<b x-data=\"{next: '/4'}\"></b><photo-grid more='/5' size=2></photo-grid>"
                    "<div data-feed=/6 data-list='/7?x=1'></div><div data-props='{\"url\":\"/p/8\"}'></div>"),
        ElementsAre("/1", "/2", "/3", "/4", "/5", "/6", "/7?x=1", "/p/8"));
}

TEST(Controls, HeadsNameWhatComesNext)
{
    EXPECT_THAT(
        controls_of(
            "<meta name=next-page content='/1'><link rel=prefetch href=/2><link rel=prerender href=/3>"
            "<link rel=prefetch as=script href=/4.js><link rel=dns-prefetch href=//b.example>"),
        ElementsAre("/1", "/2", "/3"));
}

TEST(Controls, RequestsOfScriptsAreFollowedWhereTheyOnlyGet)
{
    EXPECT_THAT(
        controls_of("<script>xhr.open('GET', '/1'); xhr.open('POST', '/2'); $.ajax({url: '/3', success: f});"
                    "$.ajax({type: 'POST', url: '/4'}); $('#more').load('/5'); Turbo.visit('/6');"
                    "$.post('/7'); navigator.sendBeacon('/8');</script>"),
        ElementsAre("/1", "/3", "/5", "/6"));
}

TEST(Controls, WhatDoesSomethingIsNeverTaken)
{
    EXPECT_THAT(
        controls_of(
            "<button data-url='/ajax/like/5'></button><button data-href=/thread/5/report></button>"
            "<a data-href='/logout'></a><button data-url='/post.php?do=delete&amp;id=4'></button>"
            "<button class='btn js-vote' data-url=/x/5></button><a data-method=delete data-href=/x/6></a>"
            "<a data-confirm='Sure?' data-url=/x/7></a><span onclick=\"vote('/x/8')\"></span>"
            "<span onclick=\"if(confirm('?')) location='/x/9'\"></span><div hx-post=/x/10></div>"
            "<form data-action=/x/11></form><b data-url=/threads/12/add-reply></b>"
            "<b data-url='/index.php?action=quickReply'></b><div hx-get=/y hx-delete=/x/13></div>"
            "<option value='/cart/addItem'></option>"),
        IsEmpty());
}

TEST(Controls, WhatIsNoPageIsNotTaken)
{
    EXPECT_THAT(
        controls_of("<div data-url='yes' data-href='#top' data-link='javascript:void(0)' data-next='2'></div>"
                    "<div data-src-url=/app.js data-url=/style.css data-page='2024/05' data-url='/a b'></div>"
                    "<div data-target='#modal' data-path='M0 0L1/2' data-url='/{{id}}' data-url=/></div>"
                    "<svg><use href='/sprite.svg#a'></use></svg><video data-url=/film.mp4></video>"
                    "<div data-type='text/html' data-load='application/json' data-share-url=/s></div>"),
        IsEmpty());
}

TEST(Controls, NextLinksInTheStateOfAPageAreTaken)
{
    EXPECT_THAT(
        controls_of("<script type='application/json'>{\"pagination\":{\"next\":\"/more?page=1\"},"
                    "\"links\":{\"next\":{\"href\":\"\\/more?page=2\",\"x\":1},\"self\":{\"href\":\"/no\"}}}"
                    "</script>"
                    "<script>window.__STATE__ = {\"nextPage\": \"/more?page=3\", items: []};"
                    "var next_url = '/more?page=4'; app.loadMoreUrl = '?page=5'; t = {next: 'Next'};"
                    "pager = {next: {url: '/more?page=6'}};</script>"
                    "<div data-props='{\"nextPageUrl\":\"/more?page=7\"}'></div>"),
        ElementsAre("/more?page=1", "/more?page=2", "/more?page=7", "/more?page=3", "/more?page=4",
                    "/d/page.html?page=5", "/more?page=6"));
}

TEST(Controls, ScriptsThatGoOnAreFollowedAndOthersAreNot)
{
    EXPECT_THAT(
        controls_of("<script>var id = 5; setTimeout(function () { location.href = '/t/' + id; }, 1);"
                    "fetch('/api/list?page=2').then(r => r.json()); $.getJSON('/more.json', show);"
                    "fetch('/api/send', {method: 'POST'}); var path = '/elsewhere'; ping('/x/y');</script>"),
        ElementsAre("/t/5", "/api/list?page=2", "/more.json"));
}

TEST(Controls, ComeLastAndOnlyWhereNothingElseNamesThem)
{
    EXPECT_THAT(links_of("<div data-href=/1></div><div data-href=/2></div><a href=/2>2</a><img src=3.jpg>"),
                ElementsAre("a_href page http://a.example/2", "img_src image ~/3.jpg",
                            "control page http://a.example/1"));
}

TEST(Controls, AreBoundedOnOnePage)
{
    std::string markup;
    for (int i = 0; i < 1'000; ++i)
        markup += "<b data-url=/p/" + std::to_string(i) + "></b>";
    EXPECT_EQ(controls_of(markup).size(), 64U);
}

TEST(Controls, KeysThatNameWhatComesNext)
{
    for (const auto* key : {"next", "nextUrl", "next_page_url", "data-next-page", "loadMoreUrl", "prev",
                            "olderUrl", "paginationNext", "nextPageLink", "NEXT_HREF"})
        EXPECT_TRUE(is_next_key(key)) << key;
    for (const auto* key : {"url", "nextTick", "text", "morecambe", "context", "nextId", "moreover"})
        EXPECT_FALSE(is_next_key(key)) << key;
}

} // namespace
} // namespace stillwatch::html
