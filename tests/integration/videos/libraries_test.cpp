#include "tests/support/command.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch::videos::test {
namespace {

TEST(VideoProgram, AloneLinksFfmpeg)
{
    const auto libraries = [](const char* program) {
        return stillwatch::test::run_command({"ldd", program}).out;
    };
    EXPECT_NE(libraries(STILLWATCH_VIDEO).find("libavcodec"), std::string::npos);
    for (const auto* program : {STILLWATCHD, STILLWATCH, STILLWATCH_WORKER})
        for (const auto* library : {"libavcodec", "libavformat", "libavutil", "libswscale"})
            EXPECT_EQ(libraries(program).find(library), std::string::npos) << program << ": " << library;
}

} // namespace
} // namespace stillwatch::videos::test
