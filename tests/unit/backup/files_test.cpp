#include "backup/files.hpp"
#include "tests/support/files.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace stillwatch::backup {
namespace {

using namespace stillwatch::test;

struct Files : testing::Test {
    TemporaryDirectory directory;
};

TEST_F(Files, ACopyIsEqualPrivateAndMeasured)
{
    const auto content = to_bytes(std::string(3'000'000, 'p'));
    write_file(directory / "source", content);
    const auto copied = copy_private(directory / "source", directory / "target");
    ASSERT_TRUE(copied);
    EXPECT_EQ(copied->size, content.size());
    EXPECT_EQ(copied->digest, Sha256::of(content));
    EXPECT_EQ(read_file(directory / "target"), content);
    struct stat status {};
    ASSERT_EQ(::stat((directory / "target").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Files, ACopyThatFailsLeavesTheOldFileAndNoOther)
{
    write_file(directory / "target", as_bytes("old"));
    const auto copied = copy_private(directory / "absent", directory / "target");
    ASSERT_FALSE(copied);
    EXPECT_EQ(copied.error().code, Errc::not_found);
    EXPECT_EQ(read_file(directory / "target"), to_bytes("old"));
    EXPECT_FALSE(std::filesystem::exists(directory / "target.tmp"));
}

TEST_F(Files, ALinkIsNotFollowed)
{
    write_file(directory / "secret", as_bytes("secret"));
    std::filesystem::create_symlink(directory / "secret", directory / "link");
    EXPECT_FALSE(copy_private(directory / "link", directory / "target"));
}

TEST_F(Files, APlaceIsJudgedByWhereItReallyIs)
{
    std::filesystem::create_directories(directory / "storage" / "evidence");
    std::filesystem::create_directory_symlink(directory / "storage", directory / "link");
    EXPECT_TRUE(is_within(directory / "storage", directory / "storage"));
    EXPECT_TRUE(is_within(directory / "storage" / "new" / "folder", directory / "storage"));
    EXPECT_TRUE(is_within(directory / "link" / "backup", directory / "storage"));
    EXPECT_TRUE(is_within(directory / "storage" / ".." / "storage" / "x", directory / "storage"));
    EXPECT_FALSE(is_within(directory / "storage-2", directory / "storage"));
    EXPECT_FALSE(is_within(directory.path(), directory / "storage"));
}

} // namespace
} // namespace stillwatch::backup
