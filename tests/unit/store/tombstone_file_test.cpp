#include "store/tombstone_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace stillwatch::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TombstoneFile, RemembersEachWithdrawnCaseOnce)
{
    const test::TemporaryDirectory directory;
    EXPECT_THAT(buried_in_file(directory.path()).value(), IsEmpty());
    for (const auto* pseudonym : {"C-0001", "C-0002", "C-0001"})
        ASSERT_TRUE(bury_in_file(directory.path(), pseudonym));
    EXPECT_THAT(buried_in_file(directory.path()).value(), ElementsAre("C-0001", "C-0002"));
    EXPECT_EQ(std::filesystem::status(directory / "withdrawn").permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(TombstoneFile, AFolderThatIsNotThereIsSaid)
{
    EXPECT_EQ(bury_in_file("/nowhere/at/all", "C-0001").error().code, Errc::io);
}

} // namespace
} // namespace stillwatch::store
