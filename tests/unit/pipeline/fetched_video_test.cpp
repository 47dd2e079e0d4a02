#include "pipeline/fetched_video.hpp"

#include "pipeline/content_range.hpp"
#include "pipeline/intros.hpp"
#include "pipeline/look_budget.hpp"
#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <charconv>
#include <numeric>

namespace stillwatch::pipeline {
namespace {

using namespace test;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ContentRange, IsWhatTheStandardSays)
{
    EXPECT_EQ(parse_content_range("bytes 0-99/1000"), (ContentRange{0, 100, 1000}));
    EXPECT_EQ(parse_content_range("Bytes 10-10/11"), (ContentRange{10, 1, 11}));
    for (const auto* wrong : {"", "bytes", "bytes 0-99", "bytes 0-99/*", "bytes */1000", "bytes 5-4/10",
                              "bytes 0-10/10", "bytes -1-2/10", "bytes 0-1/10 ", "items 0-1/10",
                              "bytes 0-99999999999999999999/1", "bytes 0 - 1/10"})
        EXPECT_EQ(parse_content_range(wrong), std::nullopt) << wrong;
    EXPECT_EQ(range_header(5, 10), "bytes=5-14");
}

TEST(LookBudget, IsSpentWithinADayAndBeginsAnewTheNext)
{
    LookBudget budget;
    const auto noon = at(12 * 3600);
    EXPECT_TRUE(budget.is_left(noon, 60s, LookTurn::first, "a"));
    budget.spend(noon, 59s, "a");
    EXPECT_TRUE(budget.is_left(noon, 60s, LookTurn::first, "a"));
    budget.spend(noon, 2s, "a");
    EXPECT_FALSE(budget.is_left(noon, 60s, LookTurn::first, "a"));
    EXPECT_TRUE(budget.is_left(noon + 24h, 60s, LookTurn::first, "a"));
    budget.spend(noon + 24h, 1s, "a");
    EXPECT_TRUE(budget.is_left(noon + 24h, 60s, LookTurn::first, "a"));
    EXPECT_FALSE(LookBudget().is_left(noon, 0s, LookTurn::first, "a"));
}

TEST(LookBudget, HalfOfADayIsKeptForWhatGoesFirst)
{
    LookBudget budget;
    const auto noon = at(12 * 3600);
    budget.spend(noon, 29s, "a");
    EXPECT_TRUE(budget.is_left(noon, 60s, LookTurn::later, "a"));
    budget.spend(noon, 2s, "a");
    EXPECT_FALSE(budget.is_left(noon, 60s, LookTurn::later, "a"));
    EXPECT_TRUE(budget.is_left(noon, 60s, LookTurn::first, "a"));
}

// One that names clips without end looks at a half of the day's time, beside its own part of the other.
TEST(LookBudget, NoSiteTakesThePartsOfTheOthers)
{
    LookBudget budget;
    const auto noon = at(12 * 3600);
    for (const auto* site : {"greedy", "b", "c"})
        EXPECT_TRUE(budget.is_left(noon, 60s, LookTurn::first, site));
    int looked = 0;
    while (budget.is_left(noon, 60s, LookTurn::first, "greedy") && ++looked < 100)
        budget.spend(noon, 1s, "greedy");
    EXPECT_EQ(looked, 40);
    for (const auto* site : {"b", "c"}) {
        EXPECT_TRUE(budget.is_left(noon, 60s, LookTurn::first, site)) << site;
        budget.spend(noon, 10s, site);
        EXPECT_FALSE(budget.is_left(noon, 60s, LookTurn::first, site)) << site;
    }
    const auto next = noon + 24h; // it is there before the others, who are known from the day before
    for (looked = 0; budget.is_left(next, 60s, LookTurn::first, "greedy") && looked < 100; ++looked)
        budget.spend(next, 1s, "greedy");
    EXPECT_EQ(looked, 40);
    EXPECT_TRUE(budget.is_left(next, 60s, LookTurn::first, "b"));
}

TEST(Intros, AreWhatManyFilmsOfASiteBeginWith)
{
    videos::VideoMatch beginning;
    beginning.spans.push_back({0, 4'000});
    beginning.reference_from_ms = 0;
    beginning.reference_to_ms = 5'000;
    EXPECT_TRUE(Intros::is_beginning_only(beginning, 60'000));
    EXPECT_FALSE(Intros::is_beginning_only(beginning, 12'000)) << "a cut of the reference";
    EXPECT_FALSE(Intros::is_beginning_only(beginning, 0));
    auto further = beginning;
    further.reference_to_ms = 20'000;
    EXPECT_FALSE(Intros::is_beginning_only(further, 60'000)) << "more of the reference";
    further = beginning;
    further.spans.push_back({30'000, 31'000});
    EXPECT_FALSE(Intros::is_beginning_only(further, 60'000)) << "later, too";
    further = beginning;
    further.reference_to_ms.reset();
    EXPECT_FALSE(Intros::is_beginning_only(further, 60'000)) << "a picture";

    Intros intros;
    const ReferenceId reference{1};
    for (int round = 0; round < 5; ++round)
        EXPECT_FALSE(intros.is_known(reference, 60'000)) << "one film, uploaded again";
    EXPECT_FALSE(intros.is_known(reference, 90'000));
    EXPECT_FALSE(intros.is_known(reference, 45'000));
    EXPECT_TRUE(intros.is_known(reference, 200'000)) << "the fourth";
    EXPECT_FALSE(intros.is_known(ReferenceId{2}, 200'000));
}

constexpr std::uint64_t file_bytes = 1'000;

// Wants the ranges it was told to, then gives a frame; remembers what it was given.
class WantingReader final : public VideoReader {
public:
    explicit WantingReader(std::vector<std::vector<ByteRange>> wants) : wants_(std::move(wants)) {}

    std::vector<std::pair<std::uint64_t, std::size_t>> there{};
    std::vector<MoreBytes> asked_with{};
    Result<void> put_result{};

    Result<void> put(std::uint64_t from, ByteView bytes) override
    {
        there.emplace_back(from, bytes.size());
        return put_result;
    }
    Task<Result<VideoReading>> frames(VideoPass, std::int64_t, MoreBytes more) override
    {
        asked_with.push_back(more);
        VideoReading reading;
        if (more == MoreBytes::can_come && next_ < wants_.size())
            reading.missing = wants_[next_++];
        else
            reading.frames.emplace_back();
        co_return reading;
    }
    Task<Result<VideoReading>> frames_near(std::vector<std::int64_t>, MoreBytes more) override
    {
        auto reading = co_await frames(VideoPass::look, -1, more);
        co_return reading;
    }

private:
    std::vector<std::vector<ByteRange>> wants_;
    std::size_t next_ = 0;
};

class FetchedVideoTest : public testing::Test, protected World {
protected:
    FetchedVideoTest() { serve_ranges("\"1\""); }

    void serve_ranges(std::string etag)
    {
        web.pages[clip] = [etag = std::move(etag)](const FetchRequest& request) -> Result<Fetched> {
            Fetched answer{.url = request.url};
            answer.status = 206;
            std::uint64_t from = 0;
            std::uint64_t last = file_bytes - 1;
            for (const auto& header : request.headers)
                if (header.name == "Range") {
                    const auto range =
                        std::string_view(header.value).substr(std::string_view("bytes=").size());
                    const auto dash = range.find('-');
                    std::from_chars(range.data(), range.data() + dash, from);
                    std::from_chars(range.data() + dash + 1, range.data() + range.size(), last);
                }
            last = std::min(last, file_bytes - 1);
            answer.headers = {{"Content-Range", fmt::format("bytes {}-{}/{}", from, last, file_bytes)},
                              {"ETag", etag}};
            answer.body.resize(static_cast<std::size_t>(last - from + 1));
            return answer;
        };
    }

    FetchedVideo video(std::vector<std::vector<ByteRange>> wants, VideoFetchLimits limits = {})
    {
        auto made = std::make_unique<WantingReader>(std::move(wants));
        reader = made.get();
        VideoOrigin origin{settings.crawl->site("board"), url(clip), {}, "\"1\"", file_bytes, 100};
        return FetchedVideo(std::move(made), fetcher, std::move(origin), limits);
    }
    VideoReading frames(FetchedVideo& video)
    {
        return run(video.frames(VideoPass::glance, -1, MoreBytes::cannot_come)).value();
    }
    std::vector<std::string> ranges_asked()
    {
        std::vector<std::string> ranges;
        for (const auto& asked : web.asked)
            for (const auto& header : asked.headers)
                if (header.name == "Range") ranges.push_back(header.value);
        return ranges;
    }

    const std::string clip = "https://board.example/clip.mp4";
    WantingReader* reader = nullptr;
};

TEST_F(FetchedVideoTest, WhatReadingNamesAsMissingIsFetchedBeforeAnythingIsTold)
{
    auto fetched = video({{{100, 50}, {300, 20}}, {{900, 500}}});
    const auto reading = frames(fetched);
    EXPECT_THAT(reading.frames, SizeIs(1));
    EXPECT_THAT(ranges_asked(), ElementsAre("bytes=100-149", "bytes=300-319", "bytes=900-999"));
    EXPECT_THAT(reader->there,
                ElementsAre(testing::Pair(100, 50), testing::Pair(300, 20), testing::Pair(900, 100)));
    EXPECT_EQ(fetched.further_bytes(), 170);
    EXPECT_FALSE(fetched.trouble());
    EXPECT_FALSE(fetched.is_bounded());
    EXPECT_THAT(fetched.take_parts(), SizeIs(3));
}

TEST_F(FetchedVideoTest, AnotherFileIsNotMixedIn)
{
    serve_ranges("\"2\"");
    auto fetched = video({{{100, 50}}});
    EXPECT_THAT(frames(fetched).frames, SizeIs(1)) << "of what is there";
    EXPECT_TRUE(fetched.trouble());
    EXPECT_THAT(reader->there, IsEmpty());
    EXPECT_THAT(reader->asked_with, ElementsAre(MoreBytes::can_come, MoreBytes::cannot_come));
}

TEST_F(FetchedVideoTest, AServerThatRefusesOrKnowsNoRangesEndsTheFetchingAndNotTheReading)
{
    for (const auto& script :
         {crawler::test::ScriptedFetcher::status(404), crawler::test::ScriptedFetcher::status(416),
          crawler::test::ScriptedFetcher::status(206, {{"Content-Range", "bytes 0-1/2"}}, "xx")}) {
        web.pages[clip] = script;
        auto fetched = video({{{100, 50}}, {{200, 50}}});
        EXPECT_THAT(frames(fetched).frames, SizeIs(1));
        EXPECT_TRUE(fetched.trouble());
        EXPECT_THAT(reader->there, IsEmpty());
    }
}

TEST_F(FetchedVideoTest, AllOfTheFileInPlaceOfARangeIsTaken)
{
    web.pages[clip] =
        crawler::test::ScriptedFetcher::status(200, {{"ETag", "\"1\""}}, std::string(file_bytes, 'x'));
    auto fetched = video({{{100, 50}}});
    EXPECT_THAT(frames(fetched).frames, SizeIs(1));
    EXPECT_FALSE(fetched.trouble());
    EXPECT_THAT(reader->there, ElementsAre(testing::Pair(0, file_bytes)));
}

TEST_F(FetchedVideoTest, BoundsAreOursAndNoTrouble)
{
    VideoFetchLimits few;
    few.max_requests = 1;
    auto fetched = video({{{100, 50}, {200, 50}}}, few);
    EXPECT_THAT(frames(fetched).frames, SizeIs(1));
    EXPECT_TRUE(fetched.is_bounded());
    EXPECT_FALSE(fetched.trouble());
    EXPECT_THAT(ranges_asked(), SizeIs(1));

    VideoFetchLimits small;
    small.max_bytes = 140;
    auto other = video({{{100, 50}}}, small);
    EXPECT_THAT(frames(other).frames, SizeIs(1));
    EXPECT_TRUE(other.is_bounded());
    EXPECT_THAT(ranges_asked(), SizeIs(1));
}

TEST_F(FetchedVideoTest, ARangeOutsideTheFileIsAskedOfNobody)
{
    auto fetched = video({{{file_bytes, 5}}});
    (void)frames(fetched);
    EXPECT_TRUE(fetched.trouble());
    EXPECT_THAT(ranges_asked(), IsEmpty());
}

TEST_F(FetchedVideoTest, WhatIsThereWholeAsksForNothing)
{
    auto made = std::make_unique<WantingReader>(std::vector<std::vector<ByteRange>>{{{100, 50}}});
    reader = made.get();
    VideoOrigin origin{settings.crawl->site("board"), url(clip), {}, "", file_bytes, file_bytes};
    FetchedVideo whole(std::move(made), fetcher, std::move(origin), {});
    EXPECT_THAT(frames(whole).frames, SizeIs(1));
    EXPECT_THAT(reader->asked_with, ElementsAre(MoreBytes::cannot_come));
}

} // namespace
} // namespace stillwatch::pipeline
