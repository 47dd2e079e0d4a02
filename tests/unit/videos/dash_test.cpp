#include "videos/playlists/dash_segments.hpp"
#include "videos/playlists/playlist.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::videos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// The inside of an MPD of twelve seconds.
Playlist read(const std::string& inside, const std::string& attributes = "mediaPresentationDuration='PT12S'")
{
    return read_playlist(as_bytes("<?xml version=\"1.0\"?>\n<MPD xmlns='urn:mpeg:dash:schema:mpd:2011' " +
                                  attributes + ">" + inside + "</MPD>"),
                         "https://v.example/a/x.mpd")
        .value();
}

std::vector<std::string> urls_of(const Variant& variant)
{
    std::vector<std::string> urls;
    for (const auto& segment : variant.segments)
        urls.push_back(segment.url);
    return urls;
}

TEST(Dash, SegmentsByNumberAndDuration)
{
    const auto playlist =
        read("<Period><AdaptationSet mimeType='video/mp4'><SegmentTemplate timescale='1000' duration='5000' "
             "startNumber='3' initialization='$RepresentationID$/i.mp4' "
             "media='$RepresentationID$/$Number%05d$.m4s'/>"
             "<Representation id='v1' bandwidth='800000' width='854' height='480'/>"
             "<Representation id='v2' bandwidth='2000000' width='1280' height='720'/></AdaptationSet>"
             "<AdaptationSet contentType='audio'><SegmentTemplate duration='2' media='a$Number$'/>"
             "<Representation id='a'/></AdaptationSet></Period>");
    ASSERT_THAT(playlist.variants, SizeIs(2));
    const auto& variant = playlist.variants[0];
    EXPECT_EQ(variant.height_px, 480);
    EXPECT_EQ(variant.bits_per_second, 800'000U);
    EXPECT_THAT(variant.inits, ElementsAre(InitSegment{"https://v.example/a/v1/i.mp4"}));
    EXPECT_THAT(urls_of(variant),
                ElementsAre("https://v.example/a/v1/00003.m4s", "https://v.example/a/v1/00004.m4s",
                            "https://v.example/a/v1/00005.m4s"));
    EXPECT_DOUBLE_EQ(variant.segments[0].seconds, 5);
    EXPECT_EQ(variant.segments[0].init, 0U);
    EXPECT_EQ(playlist.variants[1].segments.at(0).url, "https://v.example/a/v2/00003.m4s");
    EXPECT_FALSE(playlist.truncated);
    EXPECT_FALSE(playlist.is_live);
}

TEST(Dash, SegmentsByATimeline)
{
    const auto playlist =
        read("<Period duration='PT10S'><AdaptationSet mimeType='video/webm'><Representation id='1' "
             "bandwidth='5'><SegmentTemplate timescale='10' media='$Bandwidth$-$Time$.webm'>"
             "<SegmentTimeline><S t='100' d='20' r='1'/><S d='30'/><S t='200' d='40' r='-1'/>"
             "</SegmentTimeline></SegmentTemplate></Representation></AdaptationSet></Period>",
             "");
    EXPECT_THAT(urls_of(playlist.variants.at(0)),
                ElementsAre("https://v.example/a/5-100.webm", "https://v.example/a/5-120.webm",
                            "https://v.example/a/5-140.webm", "https://v.example/a/5-200.webm"));
    EXPECT_DOUBLE_EQ(playlist.variants[0].segments[2].seconds, 3);
}

TEST(Dash, ListsOfSegments)
{
    const auto playlist =
        read("<BaseURL>https://cdn.example/m/</BaseURL><Period><AdaptationSet mimeType='video/mp4'>"
             "<BaseURL>set/</BaseURL><Representation><BaseURL>one&amp;only/</BaseURL>"
             "<SegmentList duration='4'><Initialization sourceURL='i' range='0-99'/>"
             "<SegmentURL media='1.m4s'/><SegmentURL media='2.m4s' mediaRange='10-19'/></SegmentList>"
             "</Representation></AdaptationSet></Period>");
    const auto& variant = playlist.variants.at(0);
    EXPECT_THAT(variant.inits,
                ElementsAre(InitSegment{"https://cdn.example/m/set/one&only/i", FileRange{0, 100}}));
    EXPECT_THAT(urls_of(variant), ElementsAre("https://cdn.example/m/set/one&only/1.m4s",
                                              "https://cdn.example/m/set/one&only/2.m4s"));
    EXPECT_EQ(variant.segments[1].range, (FileRange{10, 10}));
}

TEST(Dash, OneFileWithAnIndex)
{
    const auto playlist = read(
        "<Period><AdaptationSet mimeType='video/mp4'><Representation id='1'><BaseURL>v.mp4</BaseURL>"
        "<SegmentBase indexRange='800-1199'><Initialization range='0-799'/></SegmentBase></Representation>"
        "<Representation id='2'><BaseURL>w.mp4</BaseURL></Representation></AdaptationSet></Period>");
    ASSERT_THAT(playlist.variants, SizeIs(2));
    EXPECT_EQ(playlist.variants[0].file, "https://v.example/a/v.mp4");
    EXPECT_EQ(playlist.variants[0].index, (FileRange{800, 400}));
    EXPECT_THAT(playlist.variants[0].inits,
                ElementsAre(InitSegment{"https://v.example/a/v.mp4", FileRange{0, 800}}));
    EXPECT_EQ(playlist.variants[1].file, "https://v.example/a/w.mp4");
    EXPECT_FALSE(playlist.variants[1].index);
}

TEST(Dash, ARepresentationGoesOnInTheNextPeriod)
{
    const auto period = [](const std::string& folder) {
        return "<Period duration='PT4S'><BaseURL>" + folder +
               "/</BaseURL><AdaptationSet mimeType='video/mp4'><SegmentTemplate duration='4' "
               "media='$Number$' "
               "initialization='i'/><Representation id='v' height='480'/></AdaptationSet></Period>";
    };
    const auto variant = read(period("p1") + period("p2")).variants.at(0);
    EXPECT_THAT(urls_of(variant), ElementsAre("https://v.example/a/p1/1", "https://v.example/a/p2/1"));
    EXPECT_THAT(variant.inits, SizeIs(2));
    EXPECT_EQ(variant.segments[1].init, 1U);
    EXPECT_TRUE(variant.segments[1].is_discontinuous);
    EXPECT_FALSE(variant.segments[0].is_discontinuous);
}

TEST(Dash, WhatIsLockedIsLeftAlone)
{
    const std::string inside = "<SegmentTemplate duration='4' media='$Number$' initialization='i'/>";
    const std::string lock =
        "<ContentProtection schemeIdUri='urn:mpeg:dash:mp4protection:2011' value='cenc'/>";
    for (const auto& set : {lock + inside + "<Representation id='1'/>",
                            inside + "<Representation id='1'>" + lock + "</Representation>"}) {
        const auto playlist = read("<Period><AdaptationSet mimeType='video/mp4'>" + set +
                                   "</AdaptationSet><AdaptationSet mimeType='video/mp4'>" + inside +
                                   "<Representation id='2'/></AdaptationSet></Period>");
        ASSERT_THAT(playlist.variants, SizeIs(2));
        EXPECT_TRUE(playlist.variants[0].is_protected);
        EXPECT_THAT(playlist.variants[0].segments, IsEmpty());
        EXPECT_THAT(playlist.variants[0].inits, IsEmpty());
        EXPECT_FALSE(playlist.variants[1].is_protected);
        EXPECT_THAT(playlist.variants[1].segments, SizeIs(3));
    }
}

TEST(Dash, KeyFramesForFastWindingAreTold)
{
    EXPECT_TRUE(read("<Period><AdaptationSet mimeType='video/mp4'><EssentialProperty "
                     "schemeIdUri='http://dashif.org/guidelines/trickmode' value='1'/><Representation>"
                     "<BaseURL>k.mp4</BaseURL></Representation></AdaptationSet></Period>")
                    .variants.at(0)
                    .has_key_frames_only);
}

TEST(Dash, LivePresentationsAreTold)
{
    const auto playlist = read("<Period><AdaptationSet mimeType='video/mp4'><SegmentTemplate duration='4' "
                               "media='$Number$'/><Representation/></AdaptationSet></Period>",
                               "type='dynamic'");
    EXPECT_TRUE(playlist.is_live);
    EXPECT_TRUE(playlist.truncated) << "nobody tells how many there are";
    EXPECT_THAT(playlist.variants.at(0).segments, IsEmpty());
}

TEST(Dash, DeclaredEntitiesAreNotExpanded)
{
    const auto playlist = read_playlist(
        as_bytes("<?xml version='1.0'?><!DOCTYPE MPD [<!ENTITY a 'https://x.example/'>]><MPD><Period>"
                 "<AdaptationSet mimeType='video/mp4'><Representation id='1'><BaseURL>&a;v.mp4</BaseURL>"
                 "</Representation></AdaptationSet></Period></MPD>"),
        "https://v.example/a/x.mpd");
    ASSERT_TRUE(playlist);
    ASSERT_THAT(playlist->variants, SizeIs(1));
    EXPECT_EQ(playlist->variants[0].file, "https://v.example/a/x.mpd");
}

TEST(Dash, BoundsHold)
{
    const auto playlist =
        read("<Period><AdaptationSet mimeType='video/mp4'><SegmentTemplate media='$Number$'>"
             "<SegmentTimeline><S d='1' r='99999999999'/></SegmentTimeline></SegmentTemplate>"
             "<Representation id='1'/><Representation id='2'/></AdaptationSet></Period>");
    ASSERT_THAT(playlist.variants, SizeIs(2));
    EXPECT_THAT(playlist.variants[0].segments, SizeIs(Playlist::max_segments));
    EXPECT_THAT(playlist.variants[1].segments, IsEmpty());
    EXPECT_TRUE(playlist.truncated);
    std::string deep;
    for (int i = 0; i < 100; ++i)
        deep += "<AdaptationSet>";
    EXPECT_TRUE(read("<Period>" + deep + "</Period>").truncated);
    std::string many;
    for (std::size_t i = 0; i <= Playlist::max_variants; ++i)
        many += "<Representation id='" + std::to_string(i) + "'/>";
    EXPECT_THAT(read("<Period><AdaptationSet>" + many + "</AdaptationSet></Period>").variants,
                SizeIs(Playlist::max_variants));
}

// Periods that repeat a representation add to one variant; an answer of the worker holds no more.
TEST(Dash, InitialisationsAreFewToo)
{
    const std::string period = "<Period duration='PT1S'><AdaptationSet mimeType='video/mp4'><SegmentTemplate "
                               "duration='1' initialization='i' media='$Number$'/><Representation id='1'/>"
                               "</AdaptationSet></Period>";
    std::string many;
    for (int i = 0; i < 10'001; ++i)
        many += period;
    const auto playlist = read(many);
    ASSERT_THAT(playlist.variants, SizeIs(1));
    EXPECT_THAT(playlist.variants[0].inits, SizeIs(10'000));
    EXPECT_TRUE(playlist.truncated);
}

TEST(Dash, TemplatesAreFilledIn)
{
    const auto base = Url::parse("https://v.example/").value();
    const Representation of{"r$1", 5, 0, base};
    EXPECT_EQ(filled_in("$RepresentationID$/$Number$-$Time%03d$-$Bandwidth$.$$", of, 12, 7),
              "r$1/12-007-5.$");
    EXPECT_EQ(filled_in("plain", of, 1, 1), "plain");
    for (const auto* bad :
         {"$Number", "$Other$", "$Number%5d$", "$Number%0xd$", "$Number%0999d$", "$Number%05s$"})
        EXPECT_FALSE(filled_in(bad, of, 1, 1)) << bad;
}

TEST(Dash, ZeroAndBrokenDurationsGiveNothing)
{
    for (const std::string text : {"<SegmentTemplate duration='0' media='$Number$'/>",
                                   "<SegmentTemplate media='$Number$'><SegmentTimeline>"
                                   "<S d='0' r='9'/></SegmentTimeline></SegmentTemplate>",
                                   "<SegmentTemplate duration='4' media='$Nummer$'/>"}) {
        const auto playlist = read("<Period><AdaptationSet mimeType='video/mp4'>" + text +
                                   "<Representation id='1'/></AdaptationSet></Period>");
        EXPECT_THAT(playlist.variants.at(0).segments, IsEmpty()) << text;
        EXPECT_TRUE(playlist.truncated) << text;
    }
}

} // namespace
} // namespace stillwatch::videos
