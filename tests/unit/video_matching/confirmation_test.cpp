#include "videos/matching/confirmation.hpp"

#include "frames.hpp"

#include <gtest/gtest.h>

namespace stillwatch::videos {
namespace {

using namespace test;

using Frames = std::vector<ComparedFrame>;

TEST(Confirmation, IsANeighbourTwoToFiveTenthsOfASecondAwayThatShowsTheSame)
{
    struct Row {
        const char* what;
        Frames frames;
        std::size_t asked;
        bool is_confirmed;
    };
    const std::vector<Row> table{
        {"nothing else", {shows(1'000)}, 0, false},
        {"nearest that counts", {shows(1'000), shows(1'200)}, 0, true},
        {"too near", {shows(1'000), shows(1'199)}, 0, false},
        {"farthest that counts", {shows(500), shows(1'000)}, 1, true},
        {"too far", {shows(499), shows(1'000)}, 1, false},
        {"a frame between", {shows(1'000), frame(1'100), shows(1'350)}, 0, true},
        {"the neighbour shows nothing", {shows(1'000), frame(1'350)}, 0, false},
        {"it is a candidate there",
         {shows(1'000), frame(1'350, {Says{.status = MatchStatus::candidate}})},
         0,
         false},
        {"it shows another one", {shows(1'000), frame(1'350, {Says{.of = other_reference}})}, 0, false},
        {"there is no other frame", {frame(0), alone(shows(1'000))}, 1, true},
        {"a candidate without other frames",
         {alone(frame(1'000, {Says{.status = MatchStatus::candidate}}))},
         0,
         false},
        {"what shows nothing is nothing", {frame(1'000), shows(1'350)}, 0, false},
    };
    for (const auto& row : table)
        EXPECT_EQ(is_confirmed(row.frames, row.frames[row.asked], reference), row.is_confirmed) << row.what;
}

TEST(Confirmation, AsksForTimesThatCountWhateverTheFrameRate)
{
    for (std::size_t round = 0; round < neighbour_rounds; ++round)
        for (const auto time : neighbours_of(10'000, round)) {
            constexpr std::int64_t half_a_frame_ms = 50; // at ten frames a second
            EXPECT_GE(std::abs(time - 10'000), least_neighbour_ms + half_a_frame_ms) << round;
            EXPECT_LE(std::abs(time - 10'000), most_neighbour_ms - half_a_frame_ms) << round;
        }
    EXPECT_EQ(neighbours_of(10'000, 0).size(), 2U);
    EXPECT_EQ(neighbours_of(100, 0).size(), 1U) << "nothing is before the beginning";
    EXPECT_NE(neighbours_of(10'000, 0), neighbours_of(10'000, 1));
}

TEST(Doubts, BeginWithTheSurestFrameOfAStretch)
{
    const Frames frames{shows(1'000, 0.5), shows(2'000, 0.8), shows(3'000, 0.6)};
    EXPECT_EQ(doubts(frames, {}), (std::vector<Doubt>{{2'000, 0}}));
    const std::vector<Doubt> once{{2'000, 0}};
    EXPECT_EQ(doubts(frames, once), (std::vector<Doubt>{{2'000, 1}}));
    const std::vector<Doubt> all{{2'000, 0}, {2'000, 1}, {2'000, 2}};
    EXPECT_EQ(doubts(frames, all), (std::vector<Doubt>{{3'000, 0}})) << "the next surest";
}

TEST(Doubts, AreOfEachStretchByItself)
{
    const Frames frames{shows(1'000), frame(5'000), shows(9'000), shows(9'350), frame(20'000), shows(30'000)};
    EXPECT_EQ(doubts(frames, {}), (std::vector<Doubt>{{1'000, 0}, {30'000, 0}})) << "one is confirmed";
}

TEST(Doubts, EndWhenAllIsConfirmedOrAsked)
{
    EXPECT_TRUE(doubts({}, {}).empty());
    EXPECT_TRUE(doubts(Frames{frame(1'000), frame(2'000)}, {}).empty());
    EXPECT_TRUE(doubts(Frames{shows(1'000), shows(1'350)}, {}).empty());
    EXPECT_TRUE(doubts(Frames{alone(shows(1'000))}, {}).empty());
    // A reference that is accepted everywhere and confirmed nowhere.
    Frames frames;
    for (int i = 0; i < 40; ++i)
        frames.push_back(shows(1'000 * i));
    std::vector<Doubt> asked;
    for (auto next = doubts(frames, asked); !next.empty(); next = doubts(frames, asked)) {
        ASSERT_LE(asked.size(), most_doubts_a_reference);
        asked.insert(asked.end(), next.begin(), next.end());
    }
    EXPECT_EQ(asked.size(), most_doubts_a_reference);
}

TEST(Doubts, LookAroundTheSurestCandidateOfWhatIsAcceptedNowhere)
{
    const auto lead = [](std::int64_t time_ms, double score, ReferenceId of = reference) {
        return frame(time_ms, {Says{.status = MatchStatus::candidate, .score = score, .of = of}});
    };
    const Frames frames{lead(1'000, 0.2), lead(2'000, 0.4), lead(3'000, 0.1, other_reference)};
    EXPECT_EQ(doubts(frames, {}), (std::vector<Doubt>{{2'000, 0}, {3'000, 0}}));
    const std::vector<Doubt> asked{{2'000, 0}, {3'000, 0}};
    EXPECT_TRUE(doubts(frames, asked).empty()) << "once each";
    const Frames accepted{lead(1'000, 0.4), shows(8'000), shows(8'350)};
    EXPECT_TRUE(doubts(accepted, {}).empty()) << "it is found already";
}

TEST(Doubts, HaveABoundForAVideo)
{
    Frames frames;
    for (std::int64_t i = 0; i < 300; ++i) {
        frames.push_back(shows(20'000 * i));
        frames.back().matches.front().reference = ReferenceId{i + 1};
        frames.push_back(frame(20'000 * i + 6'000));
    }
    EXPECT_EQ(doubts(frames, {}).size(), most_doubts);
}

} // namespace
} // namespace stillwatch::videos
