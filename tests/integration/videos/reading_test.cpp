#include "clips.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace stillwatch::videos::test {
namespace {

using pictures::test::rotated_right;

struct Kind {
    const char* name;
    const char* file;
    const char* codec;
    Words words;
};

Words with(Words words, const Words& more)
{
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

std::vector<Kind> kinds()
{
    const Words vpx{"-b:v", "2M", "-deadline", "realtime", "-cpu-used", "8", "-g", "20"};
    const Words mpeg4{"-c:v", "mpeg4", "-q:v", "3", "-g", "20"};
    return {
        {"mp4", "clip.mp4", "h264", h264()},
        {"mp4_index_first", "clip.mp4", "h264", with(h264(), {"-movflags", "+faststart"})},
        {"mp4_fragments", "clip.mp4", "h264",
         with(h264(), {"-movflags", "+frag_keyframe+empty_moov+default_base_moof"})},
        {"mp4_b_frames", "clip.mp4", "h264", with(h264(), {"-preset", "veryfast", "-bf", "3"})},
        {"quicktime", "clip.mov", "h264", h264()},
        {"hevc",
         "clip.mp4",
         "hevc",
         {"-c:v", "libx265", "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p", "-x265-params",
          "log-level=none:keyint=20"}},
        {"vp8", "clip.webm", "vp8", with({"-c:v", "libvpx"}, vpx)},
        {"vp9", "clip.webm", "vp9", with({"-c:v", "libvpx-vp9"}, vpx)},
        {"av1",
         "clip.webm",
         "av1",
         {"-c:v", "libaom-av1", "-cpu-used", "8", "-crf", "20", "-g", "20", "-pix_fmt", "yuv420p"}},
        {"mpeg_ts", "clip.ts", "h264", h264()},
        {"matroska", "clip.mkv", "h264", h264()},
        {"avi", "clip.avi", "mpeg4", mpeg4},
        {"flash", "clip.flv", "h264", h264()},
        {"ogg", "clip.ogv", "theora", {"-c:v", "libtheora", "-q:v", "9", "-g", "20"}},
        {"mpeg_ps", "clip.mpg", "mpeg2video", {"-c:v", "mpeg2video", "-q:v", "3", "-g", "20", "-r", "25"}},
    };
}

class EveryKind : public testing::TestWithParam<Kind> {};

// A system call that is not on the list would end the process, and the answer be lost.
TEST_P(EveryKind, IsReadToItsEndBehindTheWalls)
{
    const auto film = film_of(6);
    const auto file = encoded(film, GetParam().words, GetParam().file);
    Player player(file);
    const auto glance = player.all(VideoPass::glance);
    ASSERT_TRUE(glance) << to_string(glance.error());
    EXPECT_EQ(glance->facts.codec, GetParam().codec);
    EXPECT_EQ(glance->facts.width_px, film.width_px);
    EXPECT_EQ(glance->facts.height_px, film.height_px);
    EXPECT_TRUE(glance->bounds.empty());
    ASSERT_FALSE(glance->frames.empty());
    for (const auto& frame : glance->frames) {
        EXPECT_TRUE(frame.is_key);
        EXPECT_LT(difference(frame, film), same_picture) << frame.time_ms << " ms";
    }
    const auto look = player.all(VideoPass::look);
    ASSERT_TRUE(look) << to_string(look.error());
    EXPECT_TRUE(std::ranges::is_sorted(look->frames, {}, &VideoFrame::time_ms));
    for (std::size_t i = 0; i < film.scenes.size(); ++i)
        EXPECT_TRUE(shows(look->frames, film.scenes[i])) << "scene " << i;
    for (const auto& frame : look->frames) {
        const auto scene = static_cast<std::size_t>(frame.time_ms / 1000);
        ASSERT_LT(scene, film.scenes.size());
        EXPECT_LT(difference(frame, film.scenes[scene]), same_picture) << frame.time_ms << " ms";
    }
}

INSTANTIATE_TEST_SUITE_P(Videos, EveryKind, testing::ValuesIn(kinds()),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST(VideoReading, APacketIsWhereTheIndexSaysAndHasItsDigest)
{
    const auto file = encoded(film_of(4), h264(), "clip.mp4");
    Player player(file);
    const auto glance = player.all(VideoPass::glance).value();
    ASSERT_GE(glance.frames.size(), 2U);
    for (const auto& frame : glance.frames) {
        ASSERT_LE(frame.packet.end(), file.size());
        const auto packet = ByteView(file).subspan(frame.packet.from, frame.packet.bytes);
        EXPECT_EQ(Sha256::of(packet), frame.packet_digest);
    }
}

TEST(VideoReading, FramesNearATimeAreFound)
{
    const auto film = film_of(6);
    Player player(encoded(film, h264(60), "clip.mp4"));
    const std::vector<std::int64_t> times{100, 2'150, 2'650, 5'900};
    std::vector<VideoFrame> frames;
    std::int64_t after_ms = -1;
    while (after_ms < times.back()) {
        std::vector<std::int64_t> rest;
        std::ranges::copy_if(times, std::back_inserter(rest), [&](auto time) { return time > after_ms; });
        const auto reading = player.frames_near(rest).value();
        frames.insert(frames.end(), reading.frames.begin(), reading.frames.end());
        after_ms = reading.go_on_after_ms.value_or(times.back());
    }
    ASSERT_EQ(frames.size(), times.size());
    for (std::size_t i = 0; i < times.size(); ++i) {
        EXPECT_LE(std::abs(frames[i].time_ms - times[i]), 100);
        const auto scene = static_cast<std::size_t>(times[i] / 1000);
        EXPECT_LT(difference(frames[i], film.scenes[scene]), same_picture);
    }
}

// Streams are searched by the times of any packet, and a decoder that begins between key frames gives
// nothing.
TEST(VideoReading, FramesOfAStreamAreFoundAgainAtTheirTimes)
{
    const auto film = film_of(6);
    auto words = h264(60);
    words.insert(words.end(), {"-sc_threshold", "0", "-bf", "2"}); // scenes that begin between key frames
    Player player(encoded(film, words, "clip.ts"));
    const auto look = player.all(VideoPass::look).value();
    ASSERT_GE(look.frames.size(), 6U);
    for (const auto& frame : look.frames) {
        const auto again = player.frames_near({frame.time_ms}).value();
        ASSERT_EQ(again.frames.size(), 1U) << frame.time_ms;
        EXPECT_EQ(again.frames.front().time_ms, frame.time_ms);
        EXPECT_EQ(*again.frames.front().picture, *frame.picture) << frame.time_ms;
    }
}

TEST(VideoReading, APassGoesOnFromAnyTime)
{
    const auto film = film_of(6);
    Player player(encoded(film, h264(), "clip.mp4"));
    const auto late = player.frames(VideoPass::look, 3'500).value();
    ASSERT_FALSE(late.frames.empty());
    EXPECT_GT(late.frames.front().time_ms, 3'500);
    EXPECT_TRUE(shows(late.frames, film.scenes[4]));
    EXPECT_FALSE(shows(late.frames, film.scenes[1]));
    EXPECT_TRUE(shows(player.frames(VideoPass::look, -1).value().frames, film.scenes[0]));
}

TEST(VideoReading, FramesAreTurnedAsTheContainerSays)
{
    const auto film = film_of(1);
    const auto plain = encoded(film, h264(), "clip.mp4");
    const auto turned =
        converted(plain, "clip.mp4", {"-c", "copy", "-metadata:s:v:0", "rotate=90"}, "turned.mp4");
    Player player(turned);
    const auto glance = player.all(VideoPass::glance).value();
    EXPECT_EQ(glance.facts.width_px, film.height_px);
    EXPECT_EQ(glance.facts.height_px, film.width_px);
    ASSERT_FALSE(glance.frames.empty());
    // ffmpeg 5.1 takes that word for a quarter anti-clockwise, and shows the file so.
    const auto shown = rotated_right(rotated_right(rotated_right(film.scenes[0])));
    EXPECT_LT(difference(glance.frames.front(), shown), same_picture);
}

TEST(VideoReading, PixelsThatAreNotSquareAreMadeSquare)
{
    Player player(encoded(film_of(1), with(h264(), {"-vf", "setsar=2/1"}), "clip.mp4"));
    const auto glance = player.all(VideoPass::glance).value();
    EXPECT_EQ(glance.facts.width_px, 640);
    ASSERT_FALSE(glance.frames.empty());
    EXPECT_EQ(glance.frames.front().width_px, 640);
    EXPECT_EQ(glance.frames.front().height_px, 180);
}

TEST(VideoReading, LargeFramesAreMadeSmaller)
{
    Player player(encoded(film_of(1), with(h264(), {"-vf", "scale=2560:1440"}), "clip.mp4"));
    const auto glance = player.all(VideoPass::glance).value();
    ASSERT_FALSE(glance.frames.empty());
    EXPECT_EQ(glance.frames.front().width_px, 1280);
    EXPECT_EQ(glance.frames.front().height_px, 720);
}

} // namespace
} // namespace stillwatch::videos::test
