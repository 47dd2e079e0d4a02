#include "pipeline/video_places.hpp"

#include <gtest/gtest.h>

#include <limits>

// Where a frame is looked at closer.
namespace stillwatch::pipeline {
namespace {

using videos::ComparedFrame;
using videos::FrameSize;
using videos::ShownBox;

constexpr FrameSize size{640, 360};

Match match_at(double left, double top, double width, double height, MatchStatus status = MatchStatus::match,
               std::int64_t reference = 7)
{
    Match match;
    match.reference = ReferenceId{reference};
    match.status = status;
    match.tier = Tier::derived;
    match.relation = Relation::edited;
    match.placement.emplace();
    match.placement->quadrilateral = {left,         top,          left + width, top,
                                      left + width, top + height, left,         top + height};
    return match;
}

TEST(PlacesInFrames, AreWhereFramesBesideShowASmallPicture)
{
    const std::vector<ComparedFrame> frames{{1'000, {match_at(100, 50, 100, 80)}},
                                            {3'000, {match_at(400, 200, 100, 80)}}};
    const std::vector<FrameSize> sizes{size, size};
    const auto places = [&](std::int64_t time_ms, std::vector<Match> matches = {}) {
        return places_of({time_ms, std::move(matches)}, size, frames, sizes);
    };
    const Place expected{ReferenceId{7}, ShownBox{80, 34, 140, 112}};
    EXPECT_EQ(places(1'350), std::vector{expected});
    EXPECT_EQ(places(650), std::vector{expected});
    EXPECT_TRUE(places(1'501).empty()) << "too far from both";
    EXPECT_TRUE(places(1'350, {match_at(100, 50, 100, 80)}).empty()) << "it shows the reference itself";
    EXPECT_EQ(places(1'350, {match_at(100, 50, 100, 80, MatchStatus::candidate)}), std::vector{expected});
    EXPECT_TRUE(places_of({1'350, {}}, {500, 360}, frames, sizes).empty()) << "a frame of another size";
}

TEST(PlacesInFrames, AreThoseOfItsOwnCandidatesForAnEditedCopy)
{
    auto candidate = match_at(100, 50, 100, 80, MatchStatus::candidate);
    const auto places = [&] { return places_of({1'000, {candidate}}, size, {}, {}); };
    EXPECT_EQ(places().size(), 1U);
    candidate.relation = Relation::same_scene;
    EXPECT_TRUE(places().empty()) << "another photograph of the scene stays one";
    candidate.relation = Relation::edited;
    candidate.placement.reset();
    EXPECT_TRUE(places().empty()) << "nobody knows where";
}

TEST(PlacesInFrames, AreSmallAndNotTooSmall)
{
    EXPECT_TRUE(box_of(match_at(0, 0, 320, 180), size));
    EXPECT_FALSE(box_of(match_at(0, 0, 330, 180), size)) << "more than a quarter";
    EXPECT_FALSE(box_of(match_at(100, 100, 30, 90), size)) << "no picture of its own";
    EXPECT_FALSE(box_of(match_at(100, 100, -5, 90), {0, 0}));
    EXPECT_EQ(box_of(match_at(-20, -20, 100, 80), size), (ShownBox{0, 0, 100, 76})) << "what lies within";
    auto nowhere = match_at(100, 100, 90, 90);
    nowhere.placement->quadrilateral[2] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(box_of(nowhere, size));
}

TEST(PlacesInFrames, WhatAPartSaysIsToldOfTheFrame)
{
    auto match = match_at(10, 5, 100, 80);
    match.tier = Tier::near;
    match.placement->covered_share = 0.5;
    const auto told = as_of_frame(match, {80, 30, 160, 90}, size);
    EXPECT_EQ(told.tier, Tier::derived);
    EXPECT_EQ(told.placement->quadrilateral, match_at(90, 35, 100, 80).placement->quadrilateral);
    EXPECT_DOUBLE_EQ(told.placement->covered_share, 0.5 * 160 * 90 / (640 * 360));
}

} // namespace
} // namespace stillwatch::pipeline
