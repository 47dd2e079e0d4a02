#include "tests/unit/html/links_of.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

// Videos in the configuration of players, family by family, as their manuals show it.
namespace stillwatch::html {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string script(std::string_view code)
{
    return fmt::format("<script>{}</script>", code);
}

// The videos, each with the number of its item: "1 http://…"; without the origin of the page.
std::vector<std::string> told_by(const PageLinks& page)
{
    std::vector<std::string> lines;
    for (const auto& link : page.links) {
        if (link.kind != LinkKind::video) continue;
        constexpr std::string_view origin = "http://a.example";
        const auto url = std::string_view(link.url);
        lines.push_back(
            fmt::format("{} {}", link.item, url.substr(url.starts_with(origin) ? origin.size() : 0)));
    }
    return lines;
}

std::vector<std::string> told_by(std::string_view markup)
{
    return told_by(page_of(markup));
}

TEST(Players, JwPlayerSetup)
{
    EXPECT_THAT(
        told_by(script("jwplayer('p').setup({ file: '/v/1.mp4', image: '/v/1.jpg', title: 'a.mp4' });")),
        ElementsAre("0 /v/1.mp4"));
    EXPECT_THAT(
        told_by(script("jwplayer(\"p\").setup({\"playlist\":[{\"sources\":[{\"file\":\"\\/v\\/1-1080.mp4\","
                       "\"label\":\"1080p\"},{\"file\":\"\\/v\\/1-360.mp4\",\"label\":\"360p\"}]},"
                       "{\"sources\":[{\"file\":\"/v/2.m3u8\"},{\"file\":\"/v/2.mp4\"}]}]});")),
        ElementsAre("1 /v/1-1080.mp4", "1 /v/1-360.mp4", "2 /v/2.m3u8", "2 /v/2.mp4"));
    EXPECT_THAT(told_by(script("jwplayer().setup({file: '/get/77', type: 'mp4', tracks: [{file: '/s.vtt', "
                               "kind: 'thumbnails'}]});")),
                ElementsAre("0 /get/77"));
}

TEST(Players, VideoJs)
{
    EXPECT_THAT(told_by("<video-js id=v data-setup='{\"sources\":[{\"src\":\"/v/1.m3u8\",\"type\":"
                        "\"application/x-mpegURL\"},{\"src\":\"/v/1\",\"type\":\"video/mp4\"}],"
                        "\"poster\":\"/p.jpg\"}'></video-js>"),
                ElementsAre("1 /v/1.m3u8", "1 /v/1"));
    EXPECT_THAT(told_by(script("var player = videojs('v'); player.src([{ type: \"video/mp4\", src: \"/a\" },"
                               "{ type: \"video/webm\", src: \"/b\" }]); player.poster('/p.jpg');")),
                ElementsAre("1 /a", "1 /b"));
    EXPECT_THAT(told_by(script("videojs('v').src({src: '/live/x', type: 'application/x-mpegURL'})")),
                ElementsAre("0 /live/x"));
}

TEST(Players, Plyr)
{
    EXPECT_THAT(
        told_by(script("player.source = { type: 'video', title: 'Clip', sources: [\n"
                       "  { src: '/m/clip', type: 'video/mp4', size: 720 },\n"
                       "  { src: '/m/clip.webm', type: 'video/webm', size: 1080 } ],\n"
                       "  poster: '/m/poster.jpg', tracks: [{ kind: 'captions', src: '/m/c.vtt' }] };")),
        ElementsAre("1 /m/clip", "1 /m/clip.webm"));
}

TEST(Players, Flowplayer)
{
    EXPECT_THAT(
        told_by(script("flowplayer('#fp', { clip: { sources: [ { type: 'application/x-mpegurl', "
                       "src: '//cdn.example/x.m3u8' }, { type: 'video/mp4', src: '//cdn.example/x.mp4' } ] "
                       "} });")),
        ElementsAre("1 http://cdn.example/x.m3u8", "1 http://cdn.example/x.mp4"));
    EXPECT_THAT(told_by("<div class=flowplayer data-flowplayer='{\"src\":\"/x.mp4\"}'></div>"),
                ElementsAre("0 /x.mp4"));
}

TEST(Players, HlsJsAndDashJs)
{
    EXPECT_THAT(
        told_by(script("if (Hls.isSupported()) { const hls = new Hls(); hls.loadSource('/live/stream'); "
                       "hls.attachMedia(video); } // don't\n")),
        ElementsAre("0 /live/stream"));
    EXPECT_THAT(
        told_by(script("var p = dashjs.MediaPlayer().create(); p.initialize(document.querySelector('#v'), "
                       "\"/d/manifest.mpd\", true);")),
        ElementsAre("0 /d/manifest.mpd"));
    EXPECT_THAT(told_by(script("new Clappr.Player({source: \"/c/1.m3u8\", parentId: \"#p\"});"
                               "player.load('https://v.example/shaka.mpd');")),
                ElementsAre("0 /c/1.m3u8", "0 https://v.example/shaka.mpd"));
}

TEST(Players, ListsOfQualitiesInOneString)
{
    EXPECT_THAT(told_by(script(
                    "new Playerjs({id:'p', file:'[360p]/v/1_360.mp4,[720p]https://c.example/1_720.mp4'});")),
                ElementsAre("1 /v/1_360.mp4", "1 https://c.example/1_720.mp4"));
}

TEST(Players, VariantsUnderOneObjectAreOne)
{
    EXPECT_THAT(
        told_by(script("var flashvars = { video_url: '/get_file/1/1.mp4/', video_url_text: '480p', "
                       "video_alt_url: 'https://a.example/get_file/2/1_720.mp4', preview_url: '/p.jpg' };")),
        ElementsAre("1 /get_file/1/1.mp4/", "1 https://a.example/get_file/2/1_720.mp4"));
    EXPECT_THAT(
        told_by(script("window.cfg = {files: {progressive: [{url: '/p/1.mp4', quality: '720p'}, "
                       "{url: '/p/2.mp4', quality: '240p'}], hls: {cdns: {a: {url: '/h/1.m3u8'}}}}}")),
        ElementsAre("1 /p/1.mp4", "1 /p/2.mp4", "1 /h/1.m3u8"));
    EXPECT_THAT(told_by(script("x({'720': '/q/720.mp4', '1080': '/q/1080.mp4'}); y = {videos: ['/s/1.mp4', "
                               "'/s/2.mp4']};")),
                ElementsAre("1 /q/720.mp4", "1 /q/1080.mp4", "0 /s/1.mp4", "0 /s/2.mp4"));
}

TEST(Players, LinkedDataNamesTheFileAndThePageOfThePlayer)
{
    const auto page =
        page_of("<script type=application/ld+json>{\"@context\":\"https://schema.org\",\"@type\":"
                "\"VideoObject\",\"name\":\"x\",\"thumbnailUrl\":[\"/thumb\"],\"contentUrl\":\"/get/1\","
                "\"embedUrl\":\"/embed/1\",\"url\":\"/watch/1\"}</script>");
    EXPECT_THAT(links_of(page),
                ElementsAre("json_ld page http://a.example/embed/1", "json_ld video http://a.example/get/1",
                            "json_ld image http://a.example/thumb"));
    EXPECT_THAT(
        links_of("<script type=application/ld+json>{\"@type\":\"ImageObject\",\"contentUrl\":\"/get/2\"}"
                 "</script>"),
        ElementsAre("json_ld image http://a.example/get/2"));
}

TEST(Players, DocumentsOfJsonNameThem)
{
    EXPECT_THAT(links_of(page_of(
                    "{\"title\":\"a\",\"video\":{\"sources\":[{\"url\":\"/1.mp4\"},{\"url\":\"/2.webm\"}]"
                    ",\"thumbnail\":\"/t.jpg\"},\"next\":\"/page/2\"}",
                    "application/json")),
                ElementsAre("json video http://a.example/1.mp4", "json video http://a.example/2.webm",
                            "json image http://a.example/t.jpg", "json page http://a.example/page/2"));
}

TEST(Players, WhatScriptsPutTogetherIsOne)
{
    EXPECT_THAT(told_by(script("var base = '/media/'; player.src = base + 'clip' + '.mp4';")),
                ElementsAre("0 /media/clip.mp4"));
}

TEST(Players, OtherFilesAndWordsAreNone)
{
    EXPECT_THAT(told_by(script(
                    "load({hls: '/js/hls.min.js', mp4: true, file: '/s.vtt', src: '/x', type: 'audio/mp3'});"
                    "import('./main.ts'); var t = 'holiday.mp4'; var v = {title: 'my.mp4', url: '/page/1'};"
                    "var r = /.mp4$/; s = name + '.mp4';")),
                IsEmpty());
}

// What is shown as a picture stays one for whoever fetches it.
TEST(Players, AnAddressMayBeBoth)
{
    EXPECT_THAT(
        links_of("<img src=/x.mp4><video src=/x.mp4></video>"),
        ElementsAre("img_src image http://a.example/x.mp4", "video_src video http://a.example/x.mp4"));
}

TEST(Players, DeepAndBrokenConfigurationEndsByItself)
{
    std::string code(100'000, '[');
    code += "'/deep.mp4'";
    EXPECT_THAT(told_by(script(code)), ElementsAre("0 /deep.mp4"));
    std::string closed(1'000, '}');
    closed += "a={src:'/x.mp4";
    EXPECT_THAT(told_by(script(closed)), ElementsAre("0 /x.mp4"));
}

} // namespace
} // namespace stillwatch::html
