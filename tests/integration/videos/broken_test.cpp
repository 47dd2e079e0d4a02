#include "clips.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace stillwatch::videos::test {
namespace {

struct Sample {
    const char* name;
    Bytes file;
};

const Film& film()
{
    static const auto made = film_of(4);
    return made;
}

// Where a cut key frame can hide: containers that tell the size of a packet, and those that do not.
const std::vector<Sample>& samples()
{
    static const std::vector<Sample> all{
        {"clip.mp4", encoded(film(), h264(10), "clip.mp4")},
        {"clip.webm",
         encoded(film(), {"-c:v", "libvpx", "-b:v", "2M", "-deadline", "realtime", "-g", "10"}, "clip.webm")},
        {"clip.ts", encoded(film(), h264(10), "clip.ts")},
        {"clip.avi", encoded(film(), {"-c:v", "mpeg4", "-q:v", "3", "-g", "10"}, "clip.avi")},
    };
    return all;
}

// Each costs itself alone: an answer or a refusal, never a process.
void expect_told(const Result<VideoReading>& reading, const std::string& what)
{
    if (reading) return;
    EXPECT_EQ(reading.error().code, Errc::undecodable) << what << ": " << to_string(reading.error());
}

TEST(BrokenVideo, OfACutFileOnlyWholeFramesAreTaken)
{
    std::size_t taken = 0;
    for (const auto& sample : samples())
        for (int part = 1; part < 20; ++part) {
            const auto bytes = sample.file.size() * static_cast<std::size_t>(part) / 20;
            const Bytes cut(sample.file.begin(), sample.file.begin() + static_cast<std::ptrdiff_t>(bytes));
            const auto what = std::string(sample.name) + " cut at " + std::to_string(bytes);
            const auto glance = Player(cut).all(VideoPass::glance);
            expect_told(glance, what);
            if (!glance) continue;
            taken += glance->frames.size();
            for (const auto& frame : glance->frames)
                EXPECT_LT(difference(frame, film()), same_picture) << what << ", " << frame.time_ms << " ms";
        }
    EXPECT_GT(taken, 50U);
}

TEST(BrokenVideo, ADamagedFileCostsItselfOnly)
{
    std::mt19937 random(7);
    for (const auto& sample : samples())
        for (int round = 0; round < 12; ++round) {
            auto broken = sample.file;
            const auto place = [&](std::size_t below) {
                return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
            };
            const auto kind = round % 4;
            if (kind == 0) // single bytes, anywhere
                for (int i = 0; i < 40; ++i)
                    broken[place(broken.size())] = static_cast<std::byte>(place(256));
            if (kind == 1) // a stretch of nothing
                std::fill_n(broken.begin() + static_cast<std::ptrdiff_t>(place(broken.size() / 2)),
                            broken.size() / 4, std::byte(0));
            if (kind == 2) // the head
                for (int i = 0; i < 20; ++i)
                    broken[16 + place(200)] = static_cast<std::byte>(place(256));
            if (kind == 3) // the tail, where an index may stand
                for (int i = 0; i < 20; ++i)
                    broken[broken.size() - 1 - place(400)] = static_cast<std::byte>(place(256));
            const auto what = std::string(sample.name) + ", round " + std::to_string(round);
            Player player(broken);
            expect_told(player.all(VideoPass::glance), what);
            expect_told(player.all(VideoPass::look), what);
        }
}

TEST(BrokenVideo, WhatIsNoVideoIsRefused)
{
    for (const auto text : {"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:10,\nfile:///etc/passwd\n",
                            "ffconcat version 1.0\nfile '/etc/passwd'\n", "not a video at all", "x"}) {
        const auto glance = Player(to_bytes(text)).all(VideoPass::glance);
        ASSERT_FALSE(glance) << text;
        EXPECT_EQ(glance.error().code, Errc::undecodable);
    }
}

TEST(BrokenVideo, AnEncryptedVideoIsRefused)
{
    auto words = h264();
    const Words encryption{"-encryption_scheme", "cenc-aes-ctr",
                           "-encryption_key",    "76a6c65c5ea762046bd749a2e632ccbb",
                           "-encryption_kid",    "a7e61c373e219033c21091fa607bf3b8"};
    words.insert(words.end(), encryption.begin(), encryption.end());
    const auto glance = Player(encoded(film(), words, "clip.mp4")).all(VideoPass::glance);
    ASSERT_FALSE(glance);
    EXPECT_EQ(glance.error().code, Errc::undecodable);
    EXPECT_NE(glance.error().detail.find("encrypted"), std::string::npos) << glance.error().detail;
}

TEST(BrokenVideo, ASoundFileIsRefused)
{
    const auto sound = generated("sine=duration=1", {"-c:a", "aac"}, "sound.mp4");
    const auto glance = Player(sound).all(VideoPass::glance);
    ASSERT_FALSE(glance);
    EXPECT_EQ(glance.error().code, Errc::undecodable);
}

} // namespace
} // namespace stillwatch::videos::test
