#include "clips.hpp"

#include <gtest/gtest.h>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace stillwatch::videos::test {
namespace {

bool has(const VideoReading& reading, VideoBound bound)
{
    return std::ranges::find(reading.bounds, bound) != reading.bounds.end();
}

const Bytes& clip()
{
    static const auto file = encoded(film_of(8), h264(10), "clip.mp4");
    return file;
}

TEST(VideoBounds, OfFramesIsTold)
{
    auto settings = Player::default_settings();
    settings.limits.max_frames = 3;
    Player player(clip(), settings);
    const auto glance = player.all(VideoPass::glance).value();
    EXPECT_EQ(glance.frames.size(), 3U);
    EXPECT_TRUE(has(glance, VideoBound::frames));
}

TEST(VideoBounds, OfLengthIsTold)
{
    auto settings = Player::default_settings();
    settings.limits.max_length = std::chrono::milliseconds(3'000);
    Player player(clip(), settings);
    const auto look = player.all(VideoPass::look).value();
    ASSERT_FALSE(look.frames.empty());
    EXPECT_LE(look.frames.back().time_ms, 3'000);
    EXPECT_TRUE(has(look, VideoBound::length));
}

TEST(VideoBounds, OfProcessorTimeIsTold)
{
    auto settings = Player::default_settings();
    settings.limits.look_processor_time = std::chrono::milliseconds(1);
    Player player(clip(), settings);
    const auto look = player.all(VideoPass::look).value();
    EXPECT_TRUE(has(look, VideoBound::processor_time));
    EXPECT_LT(look.frames.size(), 8U);
    const auto glance = player.all(VideoPass::glance).value();
    EXPECT_EQ(glance.frames.size(), 8U) << "the other pass has its own time";
}

TEST(VideoBounds, OfPixelsIsAnError)
{
    auto settings = Player::default_settings();
    settings.limits.max_pixels = 320 * 180 - 1;
    const auto glance = Player(clip(), settings).all(VideoPass::glance);
    ASSERT_FALSE(glance);
    EXPECT_EQ(glance.error().code, Errc::too_large);
}

TEST(VideoBounds, OfMemoryCostsOnlyTheVideo)
{
    auto settings = Player::default_settings();
    settings.max_memory_bytes = std::size_t{300} << 20U;
    settings.limits.max_pixels = 40'000'000;
    const auto large =
        encoded(film_of(1), {"-vf", "scale=7680:4320", "-c:v", "mpeg4", "-q:v", "20"}, "clip.avi");
    const auto glance = Player(large, settings).all(VideoPass::glance);
    if (glance)
        EXPECT_LE(glance->frames.size(), 1U);
    else
        EXPECT_TRUE(glance.error().code == Errc::too_large || glance.error().code == Errc::undecodable ||
                    glance.error().code == VideoReader::lost)
            << to_string(glance.error());
}

TEST(VideoBounds, OfBytesThatWereFetchedIsAnError)
{
    auto settings = Player::default_settings();
    settings.max_bytes_there = 1'000;
    Player player(std::uint64_t{5'000}, settings);
    EXPECT_TRUE(player.reader().put(0, Bytes(1'000)));
    const auto put = player.reader().put(1'000, Bytes(1));
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().code, Errc::too_large);
}

// Of a process of this system.
std::string status_line(const std::string& pid, const std::string& name)
{
    std::ifstream status("/proc/" + pid + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name + ":")) return line;
    return {};
}

// The children behind a filter of their own; the one that forks them has none.
std::vector<pid_t> readers()
{
    std::ifstream list("/proc/self/task/" + std::to_string(getpid()) + "/children");
    const auto ours = status_line("self", "Seccomp_filters");
    std::vector<pid_t> pids;
    for (pid_t pid = 0; list >> pid;)
        if (status_line(std::to_string(pid), "Seccomp_filters") != ours) pids.push_back(pid);
    return pids;
}

TEST(VideoProcess, LivesAsLongAsItsReader)
{
    {
        Player player(clip());
        EXPECT_TRUE(readers().empty()) << "it starts with the first question";
        ASSERT_TRUE(player.frames(VideoPass::glance, -1));
        EXPECT_EQ(readers().size(), 1U);
    }
    EXPECT_TRUE(readers().empty());
}

TEST(VideoProcess, WhenItDiesTheVideoIsLost)
{
    Player player(clip());
    ASSERT_TRUE(player.frames(VideoPass::glance, -1));
    ASSERT_EQ(readers().size(), 1U);
    ::kill(readers().front(), SIGKILL);
    for (int i = 0; i < 2; ++i) {
        const auto glance = player.frames(VideoPass::glance, -1);
        ASSERT_FALSE(glance);
        EXPECT_EQ(glance.error().code, VideoReader::lost) << to_string(glance.error());
    }
}

TEST(VideoProcess, IsKilledWhenItIsLate)
{
    auto settings = Player::default_settings();
    settings.deadline = std::chrono::milliseconds(1);
    const auto large =
        encoded(film_of(2), {"-vf", "scale=3840:2160", "-c:v", "mpeg4", "-g", "1"}, "clip.avi");
    const auto look = Player(large, settings).all(VideoPass::look);
    ASSERT_FALSE(look);
    EXPECT_EQ(look.error().code, VideoReader::lost);
    EXPECT_NE(look.error().detail.find("deadline"), std::string::npos) << look.error().detail;
}

TEST(VideoProcess, AProgramThatCannotStartIsTold)
{
    auto settings = Player::default_settings();
    settings.program = "/nowhere/stillwatch-video";
    const auto glance = Player(clip(), settings).frames(VideoPass::glance, -1);
    ASSERT_FALSE(glance);
    EXPECT_EQ(glance.error().code, Errc::io);
}

} // namespace
} // namespace stillwatch::videos::test
