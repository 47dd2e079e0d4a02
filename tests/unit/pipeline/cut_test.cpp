#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Answers that break off.
namespace stillwatch::pipeline {
namespace {

using namespace test;
using store::Outcome;
using testing::IsEmpty;
using testing::SizeIs;

class CutTest : public testing::Test, protected World {
protected:
    CutTest() { use_settings(); }

    void serve_cut(const std::string& address, const std::string& body)
    {
        web.pages[address] = [body](const FetchRequest& request) {
            auto answer = ScriptedFetcher::text(body)(request).value();
            answer.headers.emplace_back("ETag", "\"whole\"");
            answer.cut = Cut::disconnect;
            return Result<Fetched>(answer);
        };
    }
    store::VisitResult visit(int tries = 0)
    {
        auto visit = seed;
        visit.tries = tries;
        return run(pipeline.visit(visit)).value();
    }

    store::Visit seed = claim().at(0);
};

TEST_F(CutTest, WhatCameOfAPageIsTakenAndTheRestAskedForAgain)
{
    serve_cut(start, "a https://board.example/t/1\n");
    const auto result = visit();
    EXPECT_EQ(result.outcome, Outcome::unreachable);
    EXPECT_FALSE(result.content);
    EXPECT_THAT(result.discovered, SizeIs(1));
    EXPECT_EQ(result.tries, 1);
}

TEST_F(CutTest, APageThatAlwaysBreaksOffIsReadInTheEnd)
{
    serve_cut(start, "a https://board.example/t/1\n");
    EXPECT_EQ(visit(2).outcome, Outcome::unreachable);
    const auto result = visit(3);
    EXPECT_EQ(result.outcome, Outcome::page);
    EXPECT_TRUE(result.content);
    EXPECT_EQ(result.etag, "") << "it would be answered with 304, and the rest never seen";
    EXPECT_THAT(result.discovered, SizeIs(1));
}

TEST_F(CutTest, NothingAtAllIsNoPage)
{
    serve_cut(start, "");
    EXPECT_EQ(visit(3).outcome, Outcome::unreachable);
}

TEST_F(CutTest, HalfAPictureThatMatchesIsAFinding)
{
    enrol(open_case(), picture_file("sea"));
    serve_cut(start, picture_file("sea", "half"));
    EXPECT_EQ(visit().outcome, Outcome::compared);
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(CutTest, HalfAPictureThatIsLikeNothingProvesNothing)
{
    enrol(open_case(), picture_file("sea"));
    serve_cut(start, picture_file("hill", "half"));
    const auto first = visit();
    EXPECT_EQ(first.outcome, Outcome::unreachable);
    EXPECT_FALSE(first.content);
    EXPECT_FALSE(first.verdict);
    EXPECT_EQ(visit(3).outcome, Outcome::unreachable) << "a picture is never given up for its half";
}

TEST_F(CutTest, HalfAPictureThatCannotBeReadIsAskedForAgain)
{
    enrol(open_case(), picture_file("sea"));
    inspector.picture_error = Error{Errc::undecodable, "half"};
    serve_cut(start, picture_file("sea", "half"));
    const auto first = visit();
    EXPECT_EQ(first.outcome, Outcome::unreachable);
    EXPECT_FALSE(first.verdict);
    EXPECT_EQ(visit(3).outcome, Outcome::unreachable) << "a picture is never given up for its half";
}

TEST_F(CutTest, OtherBytesUnderTheSameValidatorAreRead)
{
    serve(start, "a https://board.example/t/1\n", {{"ETag", "\"always\""}});
    auto first = visit();
    EXPECT_TRUE(stores.frontier().apply({first}));
    seed.etag = first.etag;
    seed.content = first.content;
    seed.last_outcome = first.outcome;
    serve(start, "a https://board.example/t/2\n", {{"ETag", "\"always\""}});
    const auto second = visit();
    EXPECT_THAT(second.discovered, SizeIs(1));
    EXPECT_NE(second.content, first.content);
}

TEST_F(CutTest, ANotModifiedThatNobodyAskedForIsNoAnswer)
{
    web.pages[start] = ScriptedFetcher::status(304);
    EXPECT_EQ(visit().outcome, Outcome::unreachable);
}

} // namespace
} // namespace stillwatch::pipeline
