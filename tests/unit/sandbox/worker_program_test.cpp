#include "sandbox/worker_program.hpp"

#include <gtest/gtest.h>

namespace stillwatch::sandbox {
namespace {

TEST(WorkerProgram, AProgramThatStandsElsewhereIsToldWhereItLooked)
{
    const auto found = find_worker_program();
    ASSERT_FALSE(found.has_value()) << "no worker stands beside this test";
    EXPECT_EQ(found.error().code, Errc::not_found);
    EXPECT_NE(found.error().detail.find("/stillwatch/stillwatch-worker"), std::string::npos)
        << found.error().detail;
}

TEST(WorkerProgram, TheProgramForVideosStandsBesideIt)
{
    const auto found = find_video_program();
    ASSERT_FALSE(found.has_value()) << "no program stands beside this test";
    EXPECT_NE(found.error().detail.find("/stillwatch/stillwatch-video"), std::string::npos)
        << found.error().detail;
}

} // namespace
} // namespace stillwatch::sandbox
