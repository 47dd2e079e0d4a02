#include "tests/unit/html/links_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

// Where markup, feeds and texts name videos. Players' configuration: players_test.cpp.
namespace stillwatch::html {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> videos_of(const PageLinks& page)
{
    auto lines = links_of(page);
    std::erase_if(lines, [](const std::string& line) { return line.find(" video ") == std::string::npos; });
    return lines;
}

std::vector<std::string> videos_of(std::string_view markup)
{
    return videos_of(page_of(markup));
}

// The links of each item, without the folder of the page.
std::vector<std::string> items_of(std::string_view markup)
{
    std::map<int, std::string> items;
    for (const auto& link : page_of(markup).links)
        if (link.item != 0) items[link.item] += ' ' + link.url.substr(link.url.rfind('/') + 1);
    std::vector<std::string> lines;
    for (const auto& [item, names] : items)
        lines.push_back(std::to_string(item) + ':' + names);
    return lines;
}

TEST(Videos, AVideoNamesItsFileWhateverItEndsLike)
{
    EXPECT_THAT(links_of("<video src=1.mp4 poster=p.jpg></video><video src='/stream?id=2'></video>"),
                ElementsAre("video_src video ~/1.mp4", "video_poster image ~/p.jpg",
                            "video_src video http://a.example/stream?id=2"));
    EXPECT_THAT(videos_of("<video src='blob:http://a.example/5f3'></video><video src=''></video>"),
                IsEmpty());
}

TEST(Videos, SourcesOfAVideoAreOneItemAndItsPosterIsNoneOfThem)
{
    const auto* markup = "<video poster=p.jpg data-poster=q.jpg><source src=1.webm type=video/webm>"
                         "<source src=/get/2 type='video/mp4; codecs=avc1'><source src=3.m3u8></video>"
                         "<video src=4.mp4><source src=5.mp4></video>";
    EXPECT_THAT(videos_of(markup),
                ElementsAre("video_src video ~/1.webm", "video_src video http://a.example/get/2",
                            "video_src video ~/3.m3u8", "video_src video ~/4.mp4",
                            "video_src video ~/5.mp4"));
    EXPECT_THAT(items_of(markup), ElementsAre("1: 1.webm 2 3.m3u8", "2: p.jpg q.jpg", "3: 4.mp4 5.mp4"));
}

TEST(Videos, SourcesOfPicturesAndOfSoundAreNone)
{
    EXPECT_THAT(links_of("<video src=1.mp4></video><picture><source srcset=1.avif><source data-src=2.webp>"
                         "<img src=3.jpg></picture>"
                         "<audio src=4.mp4><source src=5.mp4 type=audio/mp4></audio>"
                         "<source src=6.mp4 type=audio/mp4>"),
                ElementsAre("video_src video ~/1.mp4", "picture image ~/1.avif", "lazy image ~/2.webp",
                            "img_src image ~/3.jpg"));
}

TEST(Videos, LateOnesWaitInDataAttributes)
{
    EXPECT_THAT(videos_of("<video data-src=/v/1 class=lazy><source data-src=2.mp4></video>"),
                ElementsAre("lazy video http://a.example/v/1", "lazy video ~/2.mp4"));
    EXPECT_THAT(items_of("<video data-src=1.mp4><source data-src=2.webm></video>"),
                ElementsAre("1: 1.mp4 2.webm"));
}

TEST(Videos, AnAnchorToAFileLeadsToAVideo)
{
    EXPECT_THAT(links_of("<a href=1.mp4><img src=t.jpg></a><a href='/2.MOV?dl=1'>x</a>"
                         "<a href=/wiki/File:Clip.webm>about it</a><a href=3.m3u8></a><area href=4.mpd>"),
                ElementsAre("a_href video ~/1.mp4", "img_src image ~/t.jpg",
                            "a_href video http://a.example/2.MOV?dl=1",
                            "a_href page http://a.example/wiki/File:Clip.webm", "a_href video ~/3.m3u8",
                            "a_href video ~/4.mpd"));
}

TEST(Videos, EveryEndingCounts)
{
    for (const std::string ending : {"mp4", "m4v", "mov", "webm", "mkv", "avi", "ts", "flv", "ogv", "mpg",
                                     "mpeg", "3gp", "wmv", "m3u8", "mpd"})
        EXPECT_THAT(videos_of("<a href='/clip." + ending + "?a=1#t=5'>x</a>"),
                    ElementsAre("a_href video http://a.example/clip." + ending + "?a=1"));
}

TEST(Videos, MetaNamesVideosAndThePagesOfPlayers)
{
    EXPECT_THAT(
        links_of(
            "<meta property=og:video content=/1.mp4><meta property=og:video:secure_url content='/embed/2'>"
            "<meta property=og:video:type content=video/mp4><meta property=og:video:width content=640>"
            "<meta name=twitter:player content=/player/3><meta name=twitter:player:stream content=/s/4>"
            "<meta itemprop=contentURL content=5.mp4><meta itemprop=embedURL content=/embed/6>"
            "<meta itemprop=thumbnailUrl content=/7>"),
        ElementsAre("og_video video http://a.example/1.mp4", "og_video page http://a.example/embed/2",
                    "og_video page http://a.example/player/3", "og_video video http://a.example/s/4",
                    "og_video video ~/5.mp4", "og_video page http://a.example/embed/6",
                    "og_image image http://a.example/7"));
}

TEST(Videos, LinksObjectsAndFramesNameThem)
{
    EXPECT_THAT(videos_of("<link rel=preload as=video href=/1><object data=/2 type=video/mp4></object>"
                          "<embed src=3.webm><embed src=/4 type=video/ogg><iframe src=5.mp4></iframe>"
                          "<a itemprop=contentUrl href=6.mp4>x</a>"),
                ElementsAre("link_rel video http://a.example/1", "iframe video http://a.example/2",
                            "iframe video ~/3.webm", "iframe video http://a.example/4",
                            "iframe video ~/5.mp4", "a_href video ~/6.mp4"));
}

TEST(Videos, AnyAttributeMayNameOneByItsEndingOrItsName)
{
    EXPECT_THAT(links_of("<div data-mp4=/1 data-webm=/2.webm data-title='3.mp4' data-video=abc "
                         "data-video-src=/embed/4></div><media-player source=5.m3u8></media-player>"
                         "<div data-video-url=6.mp4 data-thumb=7.jpg></div><img alt=8.mp4 src=9.jpg>"),
                ElementsAre("player video http://a.example/1", "player video http://a.example/2.webm",
                            "player page http://a.example/embed/4", "player video ~/5.m3u8",
                            "player video ~/6.mp4", "lazy image ~/7.jpg", "img_src image ~/9.jpg"));
    EXPECT_THAT(items_of("<div data-thumb=t.jpg data-image=u.jpg data-mp4=1.mp4 data-webm=2.webm></div>"),
                ElementsAre("1: t.jpg u.jpg", "2: 1.mp4 2.webm"));
}

TEST(Videos, HandlersNameThem)
{
    EXPECT_THAT(
        videos_of("<a href='#' onclick=\"play('/v/1.mp4')\">x</a><a href=\"javascript:go('2.m3u8')\">y</a>"),
        ElementsAre("player video http://a.example/v/1.mp4"));
}

TEST(Videos, StoryBoardsOfATrackAreAPageWhosePicturesAreRead)
{
    EXPECT_THAT(links_of("<video src=1.mp4><track kind=metadata label=thumbnails src=s.vtt>"
                         "<track kind=captions src=c.vtt></video>"),
                ElementsAre("video_src video ~/1.mp4", "track page ~/s.vtt"));
    EXPECT_THAT(
        links_of(page_of("WEBVTT\n\n00:00.000 --> 00:05.000\nsprite.jpg#xywh=0,0,160,90\n", "text/vtt")),
        ElementsAre("track image ~/sprite.jpg"));
}

TEST(Videos, FeedsAndSitemapsNameThem)
{
    EXPECT_THAT(videos_of(page_of("<rss><channel><item><enclosure url='/1' type='video/mp4'/>"
                                  "<media:content url='/2' medium='video'/><media:content url='/3.mp4'/>"
                                  "<media:thumbnail url='/4.jpg'/></item></channel></rss>",
                                  "application/rss+xml")),
                ElementsAre("feed video http://a.example/1", "feed video http://a.example/2",
                            "feed video http://a.example/3.mp4"));
    EXPECT_THAT(links_of(page_of(
                    "<urlset><url><loc>/w</loc><video:video><video:thumbnail_loc>/t</video:thumbnail_loc>"
                    "<video:content_loc>/c</video:content_loc><video:player_loc>/p</video:player_loc>"
                    "</video:video></url></urlset>",
                    "application/xml")),
                ElementsAre("sitemap page http://a.example/w", "sitemap image http://a.example/t",
                            "sitemap video http://a.example/c", "sitemap page http://a.example/p"));
}

TEST(Videos, WhatIsWrittenOutInTextIsOne)
{
    EXPECT_THAT(videos_of("<p>see https://v.example/a.mp4, or http://v.example/b.webm?x=1.</p>"),
                ElementsAre("text video https://v.example/a.mp4", "text video http://v.example/b.webm?x=1"));
}

TEST(Videos, PlaylistsAreNoPages)
{
    EXPECT_THAT(
        links_of(page_of("#EXTM3U\n#EXTINF:4,\nhttp://v.example/a.ts\nhttp://v.example/b\n", "text/plain")),
        IsEmpty());
    EXPECT_THAT(links_of(page_of("<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'>"
                                 "<BaseURL>http://v.example/a.mp4</BaseURL></MPD>",
                                 "application/xml")),
                IsEmpty());
}

// Neither kind keeps out another.
TEST(Videos, ManyVideosHideNoPicture)
{
    std::string markup;
    for (int i = 0; i < 12; ++i)
        markup += "<a href=" + std::to_string(i) + ".mp4>x</a>";
    ExtractLimits limits;
    limits.max_links = 10;
    const auto page = extract_links(as_bytes(markup + "<img src=last.jpg>"), {"text/html"},
                                    "http://a.example/d/page.html", limits)
                          .value();
    EXPECT_TRUE(page.truncated);
    ASSERT_EQ(page.links.size(), 11U);
    EXPECT_EQ(page.links.back().kind, LinkKind::image);
}

} // namespace
} // namespace stillwatch::html
