#include "pipeline/video_comparison.hpp"

#include "pipeline/video_enrolment.hpp"
#include "world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

// Videos whose frames are the picture files that FakeInspector reads.
namespace stillwatch::pipeline {
namespace {

using namespace test;

// A film of so many frames a second; what it shows from when on.
class FakeFilm final : public VideoReader {
public:
    FakeFilm(std::int64_t duration_ms, std::int64_t frame_ms, std::map<std::int64_t, std::string> shown)
        : duration_ms_(duration_ms), frame_ms_(frame_ms), shown_(std::move(shown))
    {
    }

    std::vector<std::int64_t> asked_near{};
    std::set<std::int64_t> broken{}; // frames that are refused
    std::optional<Error> error_after_first{};
    std::optional<Error> error{};

    Result<void> put(std::uint64_t, ByteView) override { return {}; }

    Task<Result<VideoReading>> frames(VideoPass pass, std::int64_t after_ms, MoreBytes) override
    {
        if (error) co_return *error;
        if (after_ms >= 0 && error_after_first) co_return *error_after_first;
        VideoReading reading;
        reading.facts.duration_ms = duration_ms_;
        constexpr std::size_t a_call = 3;
        const std::int64_t step_ms = pass == VideoPass::glance ? 200'000 : 1'000;
        for (std::int64_t time = 0; time < duration_ms_; time += step_ms) {
            if (time <= after_ms) continue;
            if (reading.frames.size() + reading.frames_refused == a_call) {
                reading.go_on_after_ms = time - step_ms;
                break;
            }
            tell(reading, time);
        }
        co_return std::move(reading);
    }

    Task<Result<VideoReading>> frames_near(std::vector<std::int64_t> times_ms, MoreBytes) override
    {
        VideoReading reading;
        reading.facts.duration_ms = duration_ms_;
        std::set<std::int64_t> nearest;
        for (const auto time : times_ms) {
            if (nearest.size() == 2) { // the others another time
                reading.go_on_after_ms = asked_near.back();
                break;
            }
            asked_near.push_back(time);
            const auto last = (duration_ms_ - 1) / frame_ms_ * frame_ms_;
            nearest.insert(std::min(last, (time + frame_ms_ / 2) / frame_ms_ * frame_ms_));
        }
        for (const auto time : nearest)
            tell(reading, time);
        co_return std::move(reading);
    }

private:
    void tell(VideoReading& reading, std::int64_t time)
    {
        if (broken.contains(time)) {
            ++reading.frames_refused;
            return;
        }
        VideoFrame frame;
        frame.time_ms = time;
        const auto& motif = std::prev(shown_.upper_bound(time))->second;
        frame.picture =
            std::make_shared<const Bytes>(to_bytes(picture_file(motif, "at " + std::to_string(time))));
        reading.frames.push_back(std::move(frame));
    }

    std::int64_t duration_ms_;
    std::int64_t frame_ms_;
    std::map<std::int64_t, std::string> shown_;
};

constexpr auto other = "unlike";

struct Videos : testing::Test {
    Videos()
    {
        std::vector<matcher::EnrolledReference> all;
        for (const auto* motif : {"beach", "garden"}) {
            const auto features = features_of(picture_file(motif));
            const ReferenceId id{static_cast<std::int64_t>(all.size()) + 1};
            all.push_back({id, CaseId{1}, Sha256::of(as_bytes(picture_file(motif))), features});
        }
        set = std::make_shared<const matcher::ReferenceSet>(std::move(all), 5,
                                                            *std::pmr::new_delete_resource());
    }

    VideoTerms terms()
    {
        VideoTerms terms{{[this] { return set; }, std::make_shared<const matcher::Templates>(), {}, {}}};
        terms.tell = [this](const VideoProgress& progress) { told.push_back(progress); };
        return terms;
    }
    Result<ComparedVideo> compare(FakeFilm& film)
    {
        return test_run(compare_video(film, inspector, cpu, terms()));
    }
    template <class T>
    T test_run(Task<T> task)
    {
        return stillwatch::test::run(loop, std::move(task));
    }

    asio::io_context loop{1};
    asio::thread_pool cpu{1};
    FakeInspector inspector;
    std::shared_ptr<const matcher::ReferenceSet> set;
    std::vector<VideoProgress> told;
};

TEST_F(Videos, APictureThatStandsInOneIsFoundAndSaidWhen)
{
    FakeFilm film(20'000, 40, {{0, other}, {6'500, "beach"}, {9'500, other}});
    const auto compared = compare(film);
    ASSERT_TRUE(compared);
    ASSERT_EQ(compared->matches.size(), 1U);
    const auto& match = compared->matches.front();
    EXPECT_EQ(match.best.reference.value, 1);
    EXPECT_EQ(match.best.status, MatchStatus::match);
    ASSERT_EQ(match.spans.size(), 1U);
    EXPECT_GE(match.spans.front().from_ms, 6'500);
    EXPECT_LE(match.spans.front().from_ms, 7'000);
    EXPECT_EQ(match.spans.front().to_ms, 9'000);
    EXPECT_EQ(compared->facts.duration_ms, 20'000);
    EXPECT_EQ(compared->generation, 5);
    EXPECT_EQ(compared->frames_compared, 20 + film.asked_near.size());
    EXPECT_EQ(told.size(), compared->frames_compared);
    EXPECT_FALSE(compared->stopped);
}

TEST_F(Videos, AFlashWithoutANeighbourIsACandidate)
{
    FakeFilm film(20'000, 40, {{0, other}, {6'960, "beach"}, {7'080, other}});
    const auto compared = compare(film);
    ASSERT_TRUE(compared);
    ASSERT_EQ(compared->matches.size(), 1U);
    EXPECT_EQ(compared->matches.front().best.status, MatchStatus::candidate);
    EXPECT_EQ(film.asked_near.size(), 6U) << "three times two neighbours";
}

TEST_F(Videos, OfAFileThatIsTooLargeStretchesAreLookedAt)
{
    FakeFilm film(600'000, 40, {{0, other}, {100'000, "beach"}, {160'000, other}});
    auto asked = terms();
    asked.spread = SpreadLook{std::uint64_t{1} << 30U, std::uint64_t{32} << 20U};
    const auto compared = test_run(compare_video(film, inspector, cpu, std::move(asked)));
    ASSERT_TRUE(compared);
    ASSERT_EQ(compared->matches.size(), 1U);
    EXPECT_EQ(compared->matches.front().best.status, MatchStatus::match);
    EXPECT_LT(compared->frames_compared, 50U);

    EXPECT_TRUE(times_of(SpreadLook{64U << 20U, 32U << 20U}, 0).empty()) << "nobody knows how long it lasts";
    const auto times = times_of(SpreadLook{64U << 20U, 32U << 20U}, 600'000);
    EXPECT_TRUE(std::ranges::is_sorted(times));
    EXPECT_EQ(times.size(), 16U * 15U) << "sixteen of 14.06 s: three quarters of what two megabytes last";
}

TEST_F(Videos, AShowOfOnePictureASecondHasNoNeighboursAndNeedsNone)
{
    FakeFilm film(10'000, 1'000, {{0, other}, {4'000, "garden"}, {5'000, other}});
    const auto compared = compare(film);
    ASSERT_TRUE(compared);
    ASSERT_EQ(compared->matches.size(), 1U);
    EXPECT_EQ(compared->matches.front().best.reference.value, 2);
    EXPECT_EQ(compared->matches.front().best.status, MatchStatus::match);
    EXPECT_EQ(compared->frames_compared, 10U) << "nothing is compared twice";
}

TEST_F(Videos, NeighboursThatCannotBeReadConfirmNothing)
{
    FakeFilm film(20'000, 40, {{0, other}, {6'960, "beach"}, {7'080, other}});
    for (std::int64_t time = 6'000; time < 8'000; time += 40)
        if (time != 7'000) film.broken.insert(time);
    const auto compared = compare(film);
    ASSERT_TRUE(compared);
    ASSERT_EQ(compared->matches.size(), 1U);
    EXPECT_EQ(compared->matches.front().best.status, MatchStatus::candidate);
    EXPECT_GT(compared->frames_refused, 0U);
}

TEST_F(Videos, WithoutAnyReferenceInItIsNone)
{
    FakeFilm film(20'000, 40, {{0, other}});
    const auto compared = compare(film);
    ASSERT_TRUE(compared);
    EXPECT_TRUE(compared->matches.empty());
    EXPECT_TRUE(film.asked_near.empty());
}

TEST_F(Videos, ThatCannotBeReadAreAnError)
{
    FakeFilm film(20'000, 40, {{0, "beach"}});
    film.error = Error{Errc::undecodable, "no container that is read"};
    const auto compared = compare(film);
    ASSERT_FALSE(compared);
    EXPECT_EQ(compared.error(), *film.error);
}

TEST_F(Videos, WhatWasSeenBeforeReadingStoppedCounts)
{
    FakeFilm film(20'000, 40, {{0, "beach"}});
    film.error_after_first = Error{VideoReader::lost, "the process died"};
    const auto compared = compare(film);
    ASSERT_TRUE(compared);
    EXPECT_EQ(compared->stopped, film.error_after_first);
    EXPECT_EQ(compared->frames_compared, 3U);
    ASSERT_EQ(compared->matches.size(), 1U);
    EXPECT_EQ(compared->matches.front().best.status, MatchStatus::candidate) << "no neighbour was seen";
}

TEST_F(Videos, TheVeryFileOfAReferenceIsFoundThoughNothingInItCanBeRead)
{
    FakeFilm film(20'000, 40, {{0, other}});
    film.error = Error{Errc::undecodable, "no container that is read"};
    auto of_file = terms();
    of_file.frames.file_digest = Sha256::of(as_bytes(picture_file("garden")));
    const auto compared = test_run(compare_video(film, inspector, cpu, std::move(of_file)));
    ASSERT_TRUE(compared);
    ASSERT_EQ(compared->matches.size(), 1U);
    EXPECT_EQ(compared->matches.front().best.tier, Tier::exact);
    EXPECT_EQ(compared->matches.front().best.reference.value, 2);
    EXPECT_EQ(compared->stopped, film.error);
}

TEST_F(Videos, FramesThatAreNoPictureAreCounted)
{
    FakeFilm film(3'000, 40, {{0, other}});
    inspector.refusal = [](const Document& document) -> std::optional<Error> {
        if (as_text(*document.body).find("at 1000") == std::string_view::npos) return std::nullopt;
        return Error{Errc::undecodable, "broken"};
    };
    const auto compared = compare(film);
    ASSERT_TRUE(compared);
    EXPECT_EQ(compared->frames_refused, 1U);
    EXPECT_EQ(compared->frames_compared, 2U);
    inspector.refusal = [](const Document&) { return Error{Errc::undecodable, "broken"}; };
    EXPECT_EQ(compare(film).error().code, Errc::undecodable) << "nothing was seen of it";
    inspector.refusal = [](const Document&) { return Error{Inspector::lost, "killed"}; };
    const auto lost = compare(film);
    ASSERT_TRUE(lost);
    EXPECT_EQ(lost->frames_lost, 3U);
    EXPECT_EQ(lost->frames_refused, 0U);
    inspector.refusal = {};
    inspector.picture_error = Error{Errc::io, "no worker"};
    EXPECT_EQ(compare(film).error(), *inspector.picture_error) << "no other frame will fare better";
}

// A reader that a hostile file took over.
TEST_F(Videos, AReaderThatTellsFramesWithoutEndIsNoLongerBelieved)
{
    FakeFilm film(5'000'000, 1'000, {{0, other}});
    const auto compared = compare(film);
    ASSERT_TRUE(compared);
    EXPECT_EQ(compared->frames_compared, most_frames_compared);
    ASSERT_TRUE(compared->stopped);
    EXPECT_EQ(compared->stopped->code, VideoReader::lost);
}

TEST_F(Videos, AsReferencesAreTheFramesThatAreNewAndSomeOfWhatStands)
{
    FakeFilm film(10'000, 40, {{0, "beach"}, {3'000, "garden"}});
    film.broken = {1'000, 2'000, 4'000, 5'000, 6'000, 7'000, 8'000, 9'000}; // as if they were like the last
    const auto enrolled = test_run(enrol_video(film, inspector, Sha256::of(as_bytes("film")), {}));
    ASSERT_TRUE(enrolled);
    EXPECT_EQ(film.asked_near, (std::vector<std::int64_t>{7'000})) << "3 s and 3 s + 4 s";
    std::vector<std::int64_t> times;
    for (const auto& moment : enrolled->record.moments)
        times.push_back(moment.time_ms);
    EXPECT_EQ(times, (std::vector<std::int64_t>{0, 3'000}));
    EXPECT_EQ(enrolled->frames_refused, 9U);
    film.error = Error{Errc::undecodable, "no container that is read"};
    EXPECT_FALSE(test_run(enrol_video(film, inspector, {}, {})));
}

} // namespace
} // namespace stillwatch::pipeline
