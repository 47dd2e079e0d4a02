#include "config/nearest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace stillwatch::config {
namespace {

TEST(Nearest, CountsInsertionsRemovalsReplacementsAndSwaps)
{
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("delay", "dealy"), 1U);
    EXPECT_EQ(edit_distance("seed", "seeds"), 1U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Nearest, FindsTheWordMeant)
{
    const std::vector<std::string> words{"seeds", "hosts", "delay"};
    EXPECT_EQ(nearest("seed", words), "seeds");
    EXPECT_EQ(nearest("host", words), "hosts");
    EXPECT_EQ(nearest("colour", words), std::nullopt);
    EXPECT_EQ(nearest(std::string(100'000, 'x'), words), std::nullopt);
}

} // namespace
} // namespace stillwatch::config
