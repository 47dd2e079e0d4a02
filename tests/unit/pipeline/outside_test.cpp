#include "world.hpp"

#include <gtest/gtest.h>

// Hosts that no site lists.
namespace stillwatch::pipeline {
namespace {

using namespace test;
using store::Outcome;

class OutsideTest : public testing::Test, protected World {
protected:
    OutsideTest() { use_settings(); }
};

TEST_F(OutsideTest, HostsOfNobodysThatHoldPicturesAreTold)
{
    serve(start, "img https://cdn.example/1.jpg\n"
                 "img https://cdn.example/2.jpg\n"
                 "img https://other.example:8443/3.jpg\n"
                 "img https://tineye.com/4.jpg\n"
                 "img https://board.example/logout.jpg\n"
                 "a https://elsewhere.example/\n");
    const auto result = run(pipeline.visit(claim().at(0))).value();
    EXPECT_EQ(result.outside,
              (std::vector<store::OutsideHost>{{"cdn.example", 2, 0}, {"other.example:8443", 1, 0}}));
}

TEST_F(OutsideTest, AHostOfNobodysThatARedirectLeadsToIsTold)
{
    web.pages[start] = ScriptedFetcher::redirect("https://www.board.example/");
    const auto result = run(pipeline.visit(claim().at(0))).value();
    EXPECT_EQ(result.outcome, Outcome::refused);
    EXPECT_EQ(result.outside, (std::vector<store::OutsideHost>{{"www.board.example", 0, 1}}));
}

} // namespace
} // namespace stillwatch::pipeline
