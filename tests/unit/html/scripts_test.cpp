#include "html/script_addresses.hpp"
#include "html/script_tokens.hpp"
#include "tests/unit/html/links_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Addresses that scripts put together.
namespace stillwatch::html {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> pictures_of(std::string_view code)
{
    std::vector<std::string> references;
    for (const auto& link : page_of("<script>" + std::string(code) + "</script>").links)
        if (link.kind == LinkKind::image) references.push_back(link.url.substr(16));
    return references;
}

TEST(Scripts, LiteralsThatAreJoinedAreOneAddress)
{
    EXPECT_THAT(pictures_of("img.src = '/data/' + \"78\" + '/a.jpg';"), ElementsAre("/data/78/a.jpg"));
    EXPECT_THAT(pictures_of("var base = '/data/', id = 79; show(base + id + '/' + ('b' + \".jpg\"));"),
                ElementsAre("/data/79/b.jpg"));
    EXPECT_THAT(pictures_of("u = '/d/'; u += 'x/'; u += '1.png'; load(u);"), ElementsAre("/d/x/1.png"));
    EXPECT_THAT(
        pictures_of("go(location.origin + '/d/' + '1.png', window.location.protocol + '//a.example/2.png')"),
        ElementsAre("/d/1.png", "/2.png"));
    EXPECT_THAT(pictures_of("var d = cfg.dir || '/d/'; f(d + '1.png')"), ElementsAre("/d/1.png"));
}

TEST(Scripts, TemplatesWithConstantsAreAddresses)
{
    EXPECT_THAT(pictures_of("const id = '79'; img.src = `/data/${id}/b.jpg`;"),
                ElementsAre("/data/79/b.jpg"));
    EXPECT_THAT(pictures_of("const a='/x', c={name:'n'}; s = `${a}/${ c.name }${'.jpg'}`;"),
                ElementsAre("/x/n.jpg"));
    EXPECT_THAT(pictures_of("const dir = String.raw`/raw/dir`; f(`${dir}/${'a' + 1}.webp`)"),
                ElementsAre("/raw/dir/a1.webp"));
    EXPECT_THAT(pictures_of("f(`/data/${unknown}/b.jpg`)"), IsEmpty());
}

TEST(Scripts, MarkupThatIsWrittenIsRead)
{
    EXPECT_THAT(
        links_of("<script>document.write('<img src=\"' + \"/data/\" + \"78\" + \"/a.jpg\" + '\">');"
                 "el.innerHTML = '<a href=\"' + '/album/' + 2 + '\">next</a>';</script>"),
        ElementsAre("img_src image http://a.example/data/78/a.jpg", "a_href page http://a.example/album/2"));
}

TEST(Scripts, AFolderAndAListAreAllItsPictures)
{
    for (const auto* code : {
             "pages.forEach(function (p) { show(dir + p); });",
             "pages.forEach(p => show(dir + p))",
             "pages.map((p, i) => `<img src=\"${dir}${p}\">`).join('')",
             "for (const p of pages) { show(`${dir}${p}`); }",
             "for (var i = 0; i < pages.length; i++) show(dir + pages[i]);",
             "for (var k in pages) { show(dir + pages[k]) }",
             "$.each(pages, function (i, p) { show(dir + p); });",
             "$.each(pages, function () { show(dir + this); });",
             "var all = pages.map(p => dir + p);",
             "show(dir + pages[0]); show(dir + pages[1]);",
         })
        EXPECT_THAT(
            pictures_of("var dir = '/data/77/'; var pages = ['001.jpg', '002.jpg'];\n" + std::string(code)),
            ElementsAre("/data/77/001.jpg", "/data/77/002.jpg"))
            << code;
}

TEST(Scripts, WhatStandsBelowMayDefineWhatStandsAbove)
{
    EXPECT_THAT(pictures_of("function show(p) { img.src = dir + p; }\nvar dir = '/d/'; var p = '1.jpg';"),
                ElementsAre("/d/1.jpg"));
}

TEST(Scripts, ObjectsKeepTheirProperties)
{
    EXPECT_THAT(pictures_of("var album = {dir: '/d/', files: [{f: '1.jpg'}, {f: '2.jpg'}]};"
                            "album.files.forEach(function (x) { show(album.dir + x.f) })"),
                ElementsAre("/d/1.jpg", "/d/2.jpg"));
    EXPECT_THAT(pictures_of("var c = {\"path\": \"/d\", \"list\": [\"1.jpg\", \"2.jpg\"]};"
                            "c.list.map(n => c.path + '/' + n)"),
                ElementsAre("/d/1.jpg", "/d/2.jpg"));
}

TEST(Scripts, NumbersThatAreCountedAreAddresses)
{
    EXPECT_THAT(pictures_of("for (var i = 1; i <= 3; i++) add('/d/' + String(i).padStart(3, '0') + '.jpg');"),
                ElementsAre("/d/001.jpg", "/d/002.jpg", "/d/003.jpg"));
    EXPECT_THAT(pictures_of("for (var i = 9; i <= 10; i++) add('/d/' + ('00' + i).slice(-3) + '.jpg');"),
                ElementsAre("/d/009.jpg", "/d/010.jpg"));
    EXPECT_THAT(pictures_of("var n = 2; for (let i = 0; i < n; ++i) add(`/d/${i}.jpg`);"),
                ElementsAre("/d/0.jpg", "/d/1.jpg"));
    EXPECT_THAT(pictures_of("for (var i = 0; i < 900000; i++) add('/d/' + i + '.jpg');"), IsEmpty());
}

TEST(Scripts, KnownFunctionsOfTextsAreFolded)
{
    EXPECT_THAT(pictures_of("f(['', 'd', 'x', '1.jpg'].join('/'))"), ElementsAre("/d/x/1.jpg"));
    EXPECT_THAT(pictures_of("f('/d/SIZE/1.jpg'.replace('SIZE', 'full'))"),
                testing::Contains("/d/full/1.jpg"));
    EXPECT_THAT(pictures_of("f('/d/'.concat('x', '/', '1.jpg'))"), ElementsAre("/d/x/1.jpg"));
    EXPECT_THAT(pictures_of("'1.jpg|2.jpg'.split('|').forEach(p => f('/d/' + p))"),
                ElementsAre("/d/1.jpg", "/d/2.jpg"));
    EXPECT_THAT(pictures_of("f(decodeURIComponent('%2Fd%2F1.jpg'))"), ElementsAre("/d/1.jpg"));
    EXPECT_THAT(pictures_of("f(new URL('1.jpg', '/d/x/'))"), ElementsAre("/d/x/1.jpg"));
}

TEST(Scripts, NumbersAreAddedAndTextsJoined)
{
    EXPECT_THAT(pictures_of("var i = 3; f('/d/' + (i + 1) + '.jpg'); g('/d/' + i + 1 + '.png')"),
                ElementsAre("/d/4.jpg", "/d/31.png"));
    EXPECT_THAT(pictures_of("for (let i = 0; i < 2; i++) f(`/d/${i + 1}.jpg`)"),
                ElementsAre("/d/1.jpg", "/d/2.jpg"));
}

TEST(Scripts, OfOneDocumentShareTheirNames)
{
    EXPECT_THAT(links_of("<script>var dir = '/x/';</script><p></p><script>f(dir + '1.jpg')</script>"),
                ElementsAre("script image http://a.example/x/1.jpg"));
}

TEST(Scripts, TextsThatAreTurnedOrCutAreFolded)
{
    EXPECT_THAT(pictures_of("f('gpj.1/d/'.split('').reverse().join(''))"), ElementsAre("/d/1.jpg"));
    EXPECT_THAT(
        pictures_of(
            "f('xx/d/1.jpgyy'.substring(2, 10)); g('xx/d/2.jpg'.slice(2)); h('/D/3.JPG'.toLowerCase())"),
        testing::IsSupersetOf({"/d/1.jpg", "/d/2.jpg", "/d/3.jpg"}));
    EXPECT_THAT(pictures_of("f('/d/' + String.fromCharCode(97, 98) + '.jpg')"), ElementsAre("/d/ab.jpg"));
    EXPECT_THAT(pictures_of("['1.jpg'].concat(['2.jpg']).map(p => f('/d/' + p))"),
                ElementsAre("/d/1.jpg", "/d/2.jpg"));
}

TEST(Scripts, ListsInBase64AreRead)
{
    // ["/d/1.jpg","/d/2.jpg"], /d/1.jpg and /d/2.jpg
    EXPECT_THAT(pictures_of("var list = JSON.parse(atob('WyIvZC8xLmpwZyIsIi9kLzIuanBnIl0='));"),
                ElementsAre("/d/1.jpg", "/d/2.jpg"));
    EXPECT_THAT(pictures_of("['L2QvMS5qcGc=', 'L2QvMi5qcGc'].map(atob).forEach(show)"),
                ElementsAre("/d/1.jpg", "/d/2.jpg"));
    EXPECT_THAT(pictures_of("['L2QvMS5qcGc=', 'L2QvMi5qcGc'].forEach(s => show(window.atob(s)))"),
                ElementsAre("/d/1.jpg", "/d/2.jpg"));
    EXPECT_THAT(pictures_of("atob('L2QvMS5qcGcsL2QvMi5qcGc=').split(',')"),
                ElementsAre("/d/1.jpg", "/d/2.jpg"));
}

TEST(Scripts, AddressesInBase64AreRead)
{
    // /d/1.jpg, ["/d/1.jpg","/d/2.jpg"], http://a.example/d/1.jpg
    EXPECT_THAT(links_of("<div data-enc=L2QvMS5qcGc=></div>"), ElementsAre("lazy image ~/1.jpg"));
    EXPECT_THAT(links_of("<div data-list='WyIvZC8xLmpwZyIsIi9kLzIuanBnIl0='></div>"),
                ElementsAre("lazy image ~/1.jpg", "lazy image ~/2.jpg"));
    EXPECT_THAT(pictures_of("show('aHR0cDovL2EuZXhhbXBsZS9kLzEuanBn')"), ElementsAre("/d/1.jpg"));
    EXPECT_THAT(links_of("<div data-a=container-fluid data-b=0123456789abcdef0123456789abcdef></div>"),
                IsEmpty());
}

TEST(Scripts, WhatDependsOnMoreIsNotGuessed)
{
    for (const auto* code : {"f('/d/' + id + '.jpg')", "f('/d/' + g('1') + 'x/2.jpg')",
                             "f(a + '/d/' + '1.jpg')", "f('/d/' + i++ + '.jpg')",
                             "var d = '/a/'; d = g(); f(d + '1.jpg')", "f(x ? '/d/' : '/e/' + y + '.jpg')"})
        EXPECT_THAT(pictures_of(code), IsEmpty()) << code;
}

TEST(Scripts, CommentsAndExpressionsHideNothing)
{
    EXPECT_THAT(pictures_of("/* ' */ // \"\nvar q = a.replace(/['\"\\/]/g, ''); f('/d/' + '1.jpg');"
                            "var r = 4 / 2 / 1; g('/d/' + '2.jpg')"),
                ElementsAre("/d/1.jpg", "/d/2.jpg"));
}

TEST(Scripts, HostileOnesEnd)
{
    std::string deep = "f(";
    for (int i = 0; i < 100'000; ++i)
        deep += "(('/a' + [fetch(`${";
    EXPECT_THAT(pictures_of(deep), IsEmpty());
    std::string doubling = "var a = '/a/';";
    for (int i = 0; i < 20'000; ++i)
        doubling += "a = a + a;";
    EXPECT_THAT(pictures_of(doubling + "f(a + 'b.jpg')"), IsEmpty());
    std::string lists = "var l = ['1'";
    for (int i = 0; i < 500; ++i)
        lists += ",'" + std::to_string(i) + "'";
    lists += "];";
    for (int i = 0; i < 20'000; ++i)
        lists += "f('/d/' + l[i] + '.x');";
    EXPECT_THAT(pictures_of(lists), IsEmpty());
    EXPECT_THAT(pictures_of(std::string(1'000'000, '[')), IsEmpty());
    EXPECT_THAT(pictures_of(std::string(1'000'000, '/')), IsEmpty());
    EXPECT_THAT(pictures_of("a" + std::string(500'000, '`')), IsEmpty());
}

TEST(Scripts, EscapesAreUndone)
{
    EXPECT_EQ(unescaped_script("\\/a\\x2fb\\u002Fc\\u{2f}d\\057e\\\nf\\'"), "/a/b/c/d/ef'");
}

} // namespace
} // namespace stillwatch::html
