#include "store/lost_database.hpp"

#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace stillwatch::store {
namespace {

TEST(LostDatabase, AFrontierWithoutCasesIsRefused)
{
    const test::TemporaryDirectory folder;
    EXPECT_TRUE(check_cases_are_there(folder.path())) << "nothing yet";
    std::ofstream(folder / "frontier.db") << "x";
    const auto lost = check_cases_are_there(folder.path());
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, Errc::not_found);
    std::ofstream(folder / "cases.db") << "x";
    EXPECT_TRUE(check_cases_are_there(folder.path()));
}

} // namespace
} // namespace stillwatch::store
