#include "vault/pending_file.hpp"

#include "tests/support/files.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace stillwatch::vault {
namespace {

using test::read_file;
using test::TemporaryDirectory;

TEST(PendingFile, AppearsWholeOnCommit)
{
    const TemporaryDirectory directory;
    const auto path = directory / "a";
    auto file = PendingFile::create(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->append(as_bytes("one ")));
    ASSERT_TRUE(file->append(as_bytes("two")));
    EXPECT_FALSE(std::filesystem::exists(path));
    ASSERT_TRUE(file->commit());
    EXPECT_EQ(as_text(read_file(path)), "one two");
    EXPECT_FALSE(std::filesystem::exists(directory / "a.tmp"));
}

TEST(PendingFile, IsForItsOwnerOnly)
{
    const TemporaryDirectory directory;
    const auto previous = umask(0);
    auto file = PendingFile::create(directory / "a");
    umask(previous);
    ASSERT_TRUE(file);
    EXPECT_EQ(std::filesystem::status(directory / "a.tmp").permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(PendingFile, LeavesNothingWhenGivenUp)
{
    const TemporaryDirectory directory;
    {
        auto file = PendingFile::create(directory / "a");
        ASSERT_TRUE(file);
        ASSERT_TRUE(file->append(as_bytes("text")));
    }
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(PendingFile, NeverReplacesAFinishedFile)
{
    const TemporaryDirectory directory;
    const auto path = directory / "a";
    auto file = PendingFile::create(path);
    ASSERT_TRUE(file);
    test::write_file(path, as_bytes("first")); // somebody was faster
    const auto committed = file->commit();
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().code, Errc::exists);
    EXPECT_EQ(as_text(read_file(path)), "first");

    const auto second = PendingFile::create(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::exists);
}

TEST(PendingFile, ReplacesALeftoverOfAnEarlierRun)
{
    const TemporaryDirectory directory;
    test::write_file(directory / "a.tmp", as_bytes("leftover that is longer"));
    auto file = PendingFile::create(directory / "a");
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->append(as_bytes("new")));
    ASSERT_TRUE(file->commit());
    EXPECT_EQ(as_text(read_file(directory / "a")), "new");
}

TEST(PendingFile, FollowsNoLink)
{
    const TemporaryDirectory directory;
    std::filesystem::create_symlink(directory / "elsewhere", directory / "a");
    const auto file = PendingFile::create(directory / "a");
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, Errc::exists);
}

TEST(PendingFile, AMissingDirectoryIsAnErrorWithItsName)
{
    const TemporaryDirectory directory;
    const auto file = PendingFile::create(directory / "none" / "a");
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, Errc::io);
    EXPECT_NE(file.error().detail.find("none/a.tmp"), std::string::npos);
}

} // namespace
} // namespace stillwatch::vault
