#include "videos/playlists/playlist.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::videos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Playlist read(const std::string& text)
{
    return read_playlist(as_bytes(text), "https://v.example/a/list.m3u8?t=1").value();
}

std::vector<std::string> urls_of(const Variant& variant)
{
    std::vector<std::string> urls;
    for (const auto& segment : variant.segments)
        urls.push_back(segment.url);
    return urls;
}

TEST(Hls, AMasterPlaylistNamesItsVariants)
{
    const auto playlist =
        read("#EXTM3U\r\n#EXT-X-INDEPENDENT-SEGMENTS\r\n"
             "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",URI=\"audio.m3u8\"\r\n"
             "#EXT-X-STREAM-INF:BANDWIDTH=2000000,CODECS=\"avc1.4d401f,mp4a.40.2\",RESOLUTION=1280x720\r\n"
             "hd/index.m3u8\r\n"
             "#EXT-X-STREAM-INF:RESOLUTION=854x480,BANDWIDTH=800000\r\n\r\n/sd/index.m3u8?x=1\r\n"
             "#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS=\"mp4a.40.2\"\r\nsound.m3u8\r\n"
             "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,RESOLUTION=640x360,URI=\"keys.m3u8\"\r\n");
    ASSERT_THAT(playlist.variants, SizeIs(3));
    EXPECT_EQ(playlist.variants[0], (Variant{.playlist = "https://v.example/a/hd/index.m3u8",
                                             .width_px = 1280,
                                             .height_px = 720,
                                             .bits_per_second = 2'000'000}));
    EXPECT_EQ(playlist.variants[1].playlist, "https://v.example/sd/index.m3u8?x=1");
    EXPECT_EQ(playlist.variants[1].height_px, 480);
    EXPECT_EQ(playlist.variants[2].playlist, "https://v.example/a/keys.m3u8");
    EXPECT_TRUE(playlist.variants[2].has_key_frames_only);
    EXPECT_FALSE(playlist.truncated);
    EXPECT_FALSE(playlist.is_live);
}

TEST(Hls, VariantsThatDifferInTheirSoundAreOne)
{
    EXPECT_THAT(read("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\"\nv.m3u8\n"
                     "#EXT-X-STREAM-INF:BANDWIDTH=2,AUDIO=\"b\"\nv.m3u8\n")
                    .variants,
                SizeIs(1));
}

TEST(Hls, AMediaPlaylistNamesItsSegments)
{
    const auto playlist =
        read("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:5.5,first\n1.ts\n"
             "#EXT-X-DISCONTINUITY\n#EXTINF:4,\nhttps://cdn.example/2.ts\n#EXT-X-GAP\n#EXTINF:4,\n"
             "gap.ts\n#EXTINF:nan,\n3.ts\n#EXT-X-ENDLIST\n");
    ASSERT_THAT(playlist.variants, SizeIs(1));
    const auto& segments = playlist.variants[0].segments;
    EXPECT_THAT(
        urls_of(playlist.variants[0]),
        ElementsAre("https://v.example/a/1.ts", "https://cdn.example/2.ts", "https://v.example/a/3.ts"));
    EXPECT_DOUBLE_EQ(segments[0].seconds, 5.5);
    EXPECT_EQ(segments[0].sequence, 7U);
    EXPECT_TRUE(segments[1].is_discontinuous);
    EXPECT_EQ(segments[2].sequence, 10U);
    EXPECT_EQ(segments[2].seconds, 0);
    EXPECT_FALSE(segments[2].is_discontinuous);
    EXPECT_FALSE(playlist.is_live);
    EXPECT_TRUE(read("#EXTM3U\n#EXTINF:4,\n1.ts\n").is_live);
}

TEST(Hls, PartsOfAFileFollowOneAnother)
{
    const auto playlist =
        read("#EXTM3U\n#EXT-X-MAP:URI=\"all.mp4\",BYTERANGE=\"700@0\"\n#EXT-X-BYTERANGE:100@700\n"
             "#EXTINF:2,\nall.mp4\n#EXT-X-BYTERANGE:50\n#EXTINF:2,\nall.mp4\n"
             "#EXT-X-BYTERANGE:0@9\n#EXTINF:2,\nall.mp4\n");
    const auto& variant = playlist.variants.at(0);
    EXPECT_THAT(variant.inits, ElementsAre(InitSegment{"https://v.example/a/all.mp4", FileRange{0, 700}}));
    ASSERT_THAT(variant.segments, SizeIs(2));
    EXPECT_EQ(variant.segments[0].range, (FileRange{700, 100}));
    EXPECT_EQ(variant.segments[1].range, (FileRange{800, 50}));
    EXPECT_EQ(variant.segments[1].init, 0U);
    EXPECT_TRUE(playlist.truncated) << "a part without bytes";
}

TEST(Hls, KeysHoldForTheSegmentsBehindThem)
{
    const auto playlist = read(
        "#EXTM3U\n#EXTINF:2,\nclear.ts\n#EXT-X-KEY:METHOD=AES-128,URI=\"k?a=1\",IV=0x0F\n#EXTINF:2,\n1.ts\n"
        "#EXT-X-KEY:METHOD=AES-128,URI=\"/k2\",KEYFORMAT=\"identity\"\n#EXTINF:2,\n2.ts\n"
        "#EXT-X-KEY:METHOD=NONE\n#EXTINF:2,\n3.ts\n");
    const auto& variant = playlist.variants.at(0);
    ASSERT_THAT(variant.keys, SizeIs(2));
    EXPECT_EQ(variant.keys[0].url, "https://v.example/a/k?a=1");
    ASSERT_TRUE(variant.keys[0].iv);
    EXPECT_EQ(variant.keys[0].iv->back(), std::byte{15});
    EXPECT_EQ(variant.keys[0].iv->front(), std::byte{0});
    EXPECT_FALSE(variant.keys[1].iv);
    ASSERT_THAT(variant.segments, SizeIs(4));
    EXPECT_EQ(variant.segments[0].key, Segment::none);
    EXPECT_EQ(variant.segments[1].key, 0U);
    EXPECT_EQ(variant.segments[2].key, 1U);
    EXPECT_EQ(variant.segments[3].key, Segment::none);
    EXPECT_FALSE(variant.is_protected);
}

TEST(Hls, WhatIsLockedIsLeftAloneAltogether)
{
    for (const std::string key : {"METHOD=SAMPLE-AES,URI=\"skd://x\"", "METHOD=SAMPLE-AES-CTR,URI=\"/k\"",
                                  "METHOD=AES-128,URI=\"/k\",KEYFORMAT=\"com.apple.streamingkeydelivery\"",
                                  "METHOD=NEW,URI=\"/k\""}) {
        const auto variant =
            read("#EXTM3U\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXTINF:2,\nclear.ts\n#EXT-X-KEY:" + key +
                 "\n#EXTINF:2,\n1.ts\n")
                .variants.at(0);
        EXPECT_TRUE(variant.is_protected) << key;
        EXPECT_THAT(variant.segments, IsEmpty()) << key;
        EXPECT_THAT(variant.inits, IsEmpty()) << key;
        EXPECT_THAT(variant.keys, IsEmpty()) << key;
    }
}

TEST(Hls, OfSeveralKeysForTheSameSegmentsThePlainOneCounts)
{
    const std::string drm = "#EXT-X-KEY:METHOD=AES-128,URI=\"/d\",KEYFORMAT=\"urn:uuid:x\"\n";
    const std::string plain = "#EXT-X-KEY:METHOD=AES-128,URI=\"/k\"\n";
    for (const auto& keys : {drm + plain, plain + drm}) {
        const auto variant = read("#EXTM3U\n" + keys + "#EXTINF:2,\n1.ts\n").variants.at(0);
        EXPECT_FALSE(variant.is_protected);
        EXPECT_THAT(variant.segments, SizeIs(1));
    }
}

TEST(Hls, AKeyThatCannotBeHadLeavesItsSegmentsOut)
{
    const auto playlist =
        read("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"data:text/plain,x\"\n#EXTINF:2,\n1.ts\n"
             "#EXT-X-KEY:METHOD=AES-128,URI=\"/k\",IV=0xzz\n#EXTINF:2,\n2.ts\n");
    EXPECT_THAT(playlist.variants.at(0).segments, IsEmpty());
    EXPECT_FALSE(playlist.variants.at(0).is_protected);
    EXPECT_TRUE(playlist.truncated);
}

TEST(Hls, KeyFramesServedReadyAreTold)
{
    const auto variant =
        read("#EXTM3U\n#EXT-X-I-FRAMES-ONLY\n#EXTINF:2,\n#EXT-X-BYTERANGE:9@1\n1.ts\n").variants.at(0);
    EXPECT_TRUE(variant.has_key_frames_only);
    EXPECT_EQ(variant.segments.at(0).range, (FileRange{1, 9}));
}

TEST(Hls, BoundsHold)
{
    std::string many = "#EXTM3U\n";
    for (std::size_t i = 0; i <= Playlist::max_segments; ++i)
        many += "#EXTINF:1,\n" + std::to_string(i) + ".ts\n";
    const auto playlist = read(many);
    EXPECT_THAT(playlist.variants.at(0).segments, SizeIs(Playlist::max_segments));
    EXPECT_TRUE(playlist.truncated);
    std::string variants = "#EXTM3U\n";
    for (std::size_t i = 0; i <= Playlist::max_variants; ++i)
        variants += "#EXT-X-STREAM-INF:BANDWIDTH=1\n" + std::to_string(i) + ".m3u8\n";
    EXPECT_THAT(read(variants).variants, SizeIs(Playlist::max_variants));
    EXPECT_TRUE(read(variants).truncated);
    const auto long_one = read("#EXTM3U\n#EXTINF:1,\n" + std::string(max_playlist_bytes, 'x'));
    EXPECT_TRUE(long_one.truncated);
    EXPECT_THAT(long_one.variants.at(0).segments, IsEmpty()) << "no address";
}

TEST(Hls, OnlyWebAddressesAreOnes)
{
    const auto playlist = read("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXTINF:1,\n//cdn.example/x.ts\n");
    EXPECT_THAT(urls_of(playlist.variants.at(0)), ElementsAre("https://cdn.example/x.ts"));
    EXPECT_TRUE(playlist.truncated);
}

TEST(Playlists, OtherDocumentsAreNone)
{
    EXPECT_EQ(read_playlist(as_bytes("<html>"), "https://v.example/").error().code, Errc::undecodable);
    EXPECT_EQ(read_playlist({}, "https://v.example/").error().code, Errc::undecodable);
    EXPECT_EQ(read_playlist(as_bytes("#EXTM3U\n"), "nowhere").error().code, Errc::malformed);
}

} // namespace
} // namespace stillwatch::videos
