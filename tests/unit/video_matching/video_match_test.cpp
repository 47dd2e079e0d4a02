#include "videos/matching/video_match.hpp"

#include "frames.hpp"

#include <gtest/gtest.h>

namespace stillwatch::videos {
namespace {

using namespace test;

using Frames = std::vector<ComparedFrame>;

// From, to, best, frames, confirmed.
using Row = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::size_t, bool>;

std::vector<Row> rows(const std::vector<Span>& spans)
{
    std::vector<Row> all;
    for (const auto& span : spans)
        all.emplace_back(span.from_ms, span.to_ms, span.best_ms, span.frames, span.is_confirmed);
    return all;
}

TEST(Spans, AreStretchesWithoutOtherFramesOrWithFewBetween)
{
    EXPECT_EQ(rows(spans_of({}, reference)), std::vector<Row>{});
    EXPECT_EQ(rows(spans_of(Frames{frame(0), shows(1'000), frame(2'000)}, reference)),
              (std::vector<Row>{{1'000, 1'000, 1'000, 1, false}}));
    EXPECT_EQ(rows(spans_of(Frames{shows(1'000, 0.5), shows(1'400, 0.8), shows(2'000, 0.6)}, reference)),
              (std::vector<Row>{{1'000, 2'000, 1'400, 3, true}}));
    EXPECT_EQ(rows(spans_of(Frames{shows(1'000), frame(2'000), shows(3'000)}, reference)),
              (std::vector<Row>{{1'000, 3'000, 1'000, 2, false}}))
        << "one frame between";
    EXPECT_EQ(rows(spans_of(Frames{shows(1'000), frame(4'000), shows(7'000)}, reference)),
              (std::vector<Row>{{1'000, 1'000, 1'000, 1, false}, {7'000, 7'000, 7'000, 1, false}}));
    EXPECT_EQ(rows(spans_of(Frames{shows(1'000), shows(60'000)}, reference)),
              (std::vector<Row>{{1'000, 60'000, 1'000, 2, false}}))
        << "nothing changed in between, so nothing was compared";
}

TEST(VideoMatches, AreMatchesByConfirmedSpansOnly)
{
    const Frames frames{shows(1'000, 0.99), frame(5'000), frame(7'000), shows(9'000, 0.5), shows(9'350, 0.6)};
    const auto found = video_matches(frames);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().best.reference, reference);
    EXPECT_EQ(found.front().best.status, MatchStatus::match);
    EXPECT_EQ(found.front().best.score, 0.6) << "the surer frame was not confirmed";
    EXPECT_EQ(found.front().best_ms, 9'350);
    EXPECT_EQ(rows(found.front().spans), (std::vector<Row>{{9'000, 9'350, 9'350, 2, true}}));
    EXPECT_EQ(found.front().frames_matched, 3U);
    EXPECT_FALSE(found.front().sequence);
    EXPECT_FALSE(found.front().reference_from_ms) << "the reference is a picture";
}

TEST(VideoMatches, OfFramesWithoutNeighboursAreCandidates)
{
    const auto found = video_matches(Frames{shows(1'000), frame(1'350)});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().best.status, MatchStatus::candidate);
    EXPECT_EQ(found.front().spans.size(), 1U);
}

TEST(VideoMatches, TellOfOtherPhotographsOfTheSceneInTwoFrames)
{
    const Says scene{.status = MatchStatus::candidate, .relation = Relation::same_scene};
    const Says doubt{.status = MatchStatus::candidate};
    EXPECT_TRUE(video_matches(Frames{frame(1'000, {scene})}).empty());
    EXPECT_TRUE(video_matches(Frames{frame(1'000, {scene}), frame(1'100, {scene})}).empty());
    EXPECT_TRUE(video_matches(Frames{frame(1'000, {doubt}), frame(2'000, {doubt})}).empty());
    EXPECT_EQ(video_matches(Frames{alone(frame(1'000, {scene}))}).size(), 1U);
    const auto found = video_matches(Frames{frame(1'000, {scene}), frame(2'000, {scene})});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().best.status, MatchStatus::candidate);
    EXPECT_EQ(found.front().best.relation, Relation::same_scene);
    EXPECT_TRUE(found.front().spans.empty());
}

TEST(VideoMatches, AreOneAReferenceSurestFirst)
{
    const auto both = [](std::int64_t time_ms) {
        return frame(time_ms, {Says{.score = 0.7}, Says{.score = 0.9, .of = other_reference}});
    };
    const auto found = video_matches(Frames{both(1'000), both(1'350),
                                            frame(4'000, {Says{.tier = Tier::near, .of = ReferenceId{3}}}),
                                            frame(4'350, {Says{.tier = Tier::near, .of = ReferenceId{3}}}),
                                            frame(8'000, {Says{.tier = Tier::near, .of = ReferenceId{4}}})});
    std::vector<std::pair<std::int64_t, MatchStatus>> order;
    for (const auto& match : found)
        order.emplace_back(match.best.reference.value, match.best.status);
    EXPECT_EQ(order, (std::vector<std::pair<std::int64_t, MatchStatus>>{{3, MatchStatus::match},
                                                                        {9, MatchStatus::match},
                                                                        {7, MatchStatus::match},
                                                                        {4, MatchStatus::candidate}}));
}

TEST(VideoMatches, OfAReferenceThatIsAVideoTellWhichPartOfItAndHowItRuns)
{
    Frames frames;
    for (std::int64_t i = 0; i < 6; ++i)
        frames.push_back(frame(500 * i, {Says{.reference_time_ms = 30'000 + 1'000 * i}}));
    const auto found = video_matches(frames);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().reference_from_ms, 30'000);
    EXPECT_EQ(found.front().reference_to_ms, 35'000);
    ASSERT_TRUE(found.front().sequence);
    EXPECT_EQ(found.front().sequence->in_order, 6U);
    EXPECT_NEAR(found.front().sequence->speed, 2, 1e-9);
    EXPECT_NEAR(found.front().sequence->offset_ms, 30'000, 1e-6);
    // Out of order it is a match all the same.
    const Frames shuffled{frame(0, {Says{.reference_time_ms = 9'000}}),
                          frame(350, {Says{.reference_time_ms = 0}})};
    const auto cut = video_matches(shuffled);
    ASSERT_EQ(cut.size(), 1U);
    EXPECT_EQ(cut.front().best.status, MatchStatus::match);
    EXPECT_FALSE(cut.front().sequence);
    EXPECT_EQ(cut.front().reference_to_ms, 9'000);
}

} // namespace
} // namespace stillwatch::videos
