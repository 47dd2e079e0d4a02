#include "clips.hpp"

#include "videos/range_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace stillwatch::videos::test {
namespace {

// A site that knows ranges.
struct Fetched {
    RangeSet there{};
    std::size_t requests = 0;
    VideoReading all{};
};

// Glances at a file as a fetcher would: its first megabyte, then what is named as missing.
Fetched glance_by_ranges(const Bytes& file, std::size_t most_requests)
{
    Player player(file.size());
    Fetched fetched;
    const auto fetch = [&](ByteRange range) {
        range.bytes = std::min<std::uint64_t>(range.bytes, file.size() - range.from);
        player.reader().put(range.from, ByteView(file).subspan(range.from, range.bytes)).value();
        fetched.there.add(range);
        ++fetched.requests;
    };
    fetch({0, 1U << 20U});
    std::int64_t after_ms = -1;
    while (true) {
        const auto more = fetched.requests < most_requests ? MoreBytes::can_come : MoreBytes::cannot_come;
        auto reading = player.frames(VideoPass::glance, after_ms, more).value();
        for (const auto& range : reading.missing)
            fetch(range);
        fetched.all.bounds = reading.bounds;
        fetched.all.facts = reading.facts;
        std::ranges::move(reading.frames, std::back_inserter(fetched.all.frames));
        if (!reading.go_on_after_ms) return fetched;
        after_ms = *reading.go_on_after_ms;
    }
}

const Film& film()
{
    static const auto made = film_of(40, 640, 360);
    return made;
}

// Much noise, so that what lies between key frames is large.
Bytes large(const Words& words, const std::string& name)
{
    Words all{"-vf",      "noise=alls=24:allf=t",
              "-c:v",     "libx264",
              "-preset",  "ultrafast",
              "-qp",      "20",
              "-pix_fmt", "yuv420p",
              "-g",       "20"};
    all.insert(all.end(), words.begin(), words.end());
    return encoded(film(), all, name);
}

void expect_a_glance(const Fetched& fetched, const Bytes& file)
{
    EXPECT_GE(fetched.all.frames.size(), 15U);
    EXPECT_TRUE(std::ranges::is_sorted(fetched.all.frames, {}, &VideoFrame::time_ms));
    ASSERT_FALSE(fetched.all.frames.empty());
    EXPECT_GT(fetched.all.frames.back().time_ms, 30'000) << "spread over the whole length";
    for (const auto& frame : fetched.all.frames)
        EXPECT_LT(difference(frame, film()), 2 * same_picture) << frame.time_ms;
    EXPECT_LT(fetched.there.total_bytes(), file.size() * 4 / 10);
    EXPECT_LE(fetched.requests, 30U);
}

TEST(SparseVideo, AGlanceTakesTheIndexAndTheKeyFramesOfAnMp4)
{
    for (const auto& words : {Words{}, Words{"-movflags", "+faststart"}}) {
        const auto file = large(words, "clip.mp4");
        ASSERT_GT(file.size(), 10U << 20U);
        const auto fetched = glance_by_ranges(file, 40);
        expect_a_glance(fetched, file);
        EXPECT_EQ(fetched.all.facts.duration_ms, 40'000);
    }
}

TEST(SparseVideo, AGlanceAtMatroskaStartsFromItsCues)
{
    const auto file = large({}, "clip.mkv");
    ASSERT_GT(file.size(), 10U << 20U);
    expect_a_glance(glance_by_ranges(file, 60), file);
}

TEST(SparseVideo, WhereNoMoreComesTheBestIsMadeOfWhatIsThere)
{
    const auto file = large({"-movflags", "+faststart"}, "clip.mp4");
    Player player(file.size());
    player.reader().put(0, ByteView(file).first(3U << 20U)).value();
    const auto glance = player.frames(VideoPass::glance, -1).value();
    EXPECT_FALSE(glance.frames.empty());
    EXPECT_TRUE(glance.missing.empty());
    EXPECT_NE(std::ranges::find(glance.bounds, VideoBound::not_there), glance.bounds.end());
    const auto look = player.frames(VideoPass::look, -1).value();
    EXPECT_FALSE(look.frames.empty());
    EXPECT_TRUE(look.missing.empty());
}

TEST(SparseVideo, NothingThereIsToldAsMissing)
{
    Player player(std::uint64_t{50} << 20U);
    const auto asked = player.frames(VideoPass::glance, -1, MoreBytes::can_come).value();
    EXPECT_EQ(asked.missing, (std::vector<ByteRange>{{0, 1U << 20U}}));
    EXPECT_EQ(asked.go_on_after_ms, -1);
    const auto refused = player.frames(VideoPass::glance, -1, MoreBytes::cannot_come);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::undecodable);
}

TEST(SparseVideo, ALookAsksForWhatComesNext)
{
    const auto file = large({"-movflags", "+faststart"}, "clip.mp4");
    Player player(file.size());
    player.reader().put(0, ByteView(file).first(1U << 20U)).value();
    auto first = player.frames(VideoPass::look, -1, MoreBytes::can_come).value();
    ASSERT_FALSE(first.missing.empty());
    ASSERT_TRUE(first.go_on_after_ms);
    for (const auto& range : first.missing)
        player.reader().put(range.from, ByteView(file).subspan(range.from, range.bytes)).value();
    const auto second = player.frames(VideoPass::look, *first.go_on_after_ms, MoreBytes::can_come).value();
    ASSERT_FALSE(second.frames.empty());
    EXPECT_GT(second.frames.front().time_ms, *first.go_on_after_ms);
}

} // namespace
} // namespace stillwatch::videos::test
