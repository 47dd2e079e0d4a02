#include "crawler/policy/trail.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::crawler {
namespace {

using testing::ElementsAre;

TEST(Trails, NumbersHexadecimalWordsAndQueriesAreWildcards)
{
    EXPECT_THAT(trails_of("/"), ElementsAre("/"));
    EXPECT_THAT(trails_of("/?day=3"), ElementsAre("/?"));
    EXPECT_THAT(trails_of("/calendar?day=17"), ElementsAre("/calendar?"));
    EXPECT_THAT(trails_of("/thread-117.html"), ElementsAre("/thread-#.html"));
    EXPECT_THAT(trails_of("/page12/"), ElementsAre("/page#"));
    EXPECT_THAT(trails_of("/maze/4f0ac31e"), ElementsAre("/maze/", "/maze/#"));
    EXPECT_THAT(trails_of("/maze/x7q9z/deep/er"), ElementsAre("/maze/", "/maze/#/"));
    EXPECT_THAT(trails_of("/a/123e4567-e89b-12d3-a456-426614174000"), ElementsAre("/a/", "/a/#"));
    EXPECT_THAT(trails_of("/board/cafe"), ElementsAre("/board/", "/board/cafe"));
}

} // namespace
} // namespace stillwatch::crawler
