#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// What becomes of a video where nothing looks at it.
namespace stillwatch::pipeline {
namespace {

using namespace test;
using store::Outcome;
using testing::ElementsAre;
using testing::IsEmpty;

class PipelineVideos : public testing::Test, protected World {
protected:
    PipelineVideos() { use_settings(); }
};

// Without the program that reads them: that is told, and nobody is asked for one.
TEST_F(PipelineVideos, AVideoIsToldAndNotAskedFor)
{
    auto visit = claim().at(0);
    visit.kind = LinkKind::video;
    const auto result = run(pipeline.visit(visit)).value();
    EXPECT_EQ(result.outcome, Outcome::other);
    EXPECT_EQ(result.kind, LinkKind::video);
    EXPECT_THAT(web.asked, IsEmpty());
    EXPECT_THAT(counters.by_label("not_compared_total"), ElementsAre(testing::Pair("video_not_read", 1)));
}

TEST_F(PipelineVideos, WhatTurnsOutAVideoIsOneFromThenOn)
{
    const auto visit = claim().at(0);
    web.pages[start] = ScriptedFetcher::status(200, {{"Content-Type", "text/html"}}, "\x1A\x45\xDF\xA3 film");
    const auto result = run(pipeline.visit(visit)).value();
    EXPECT_EQ(result.outcome, Outcome::other);
    EXPECT_EQ(result.kind, LinkKind::video);
}

} // namespace
} // namespace stillwatch::pipeline
