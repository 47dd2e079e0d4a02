#include "evidence/orphans.hpp"

#include "tests/support/files.hpp"
#include "tests/support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace stillwatch::evidence {
namespace {

namespace fs = std::filesystem;
using test::TemporaryDirectory;

void put(const fs::path& path, std::chrono::minutes age)
{
    test::write_file(path, as_bytes("x"));
    fs::last_write_time(path, fs::file_time_type::clock::now() - age);
}

Timestamp now()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

TEST(Orphans, UnknownPackagesAndUnfinishedFilesGo)
{
    const TemporaryDirectory directory;
    put(directory / "C-1-known.tar.age", std::chrono::minutes(60));
    put(directory / "C-1-orphan.tar.age", std::chrono::minutes(60));
    put(directory / "C-1-half.tar.age.tmp", std::chrono::minutes(0));
    const auto removed = remove_orphans(directory.path(), {"C-1-known.tar.age"}, now());
    ASSERT_TRUE(removed) << to_string(removed.error());
    EXPECT_EQ(removed->packages, 1U);
    EXPECT_EQ(removed->temporaries, 1U);
    EXPECT_TRUE(fs::exists(directory / "C-1-known.tar.age"));
    EXPECT_FALSE(fs::exists(directory / "C-1-orphan.tar.age"));
    EXPECT_FALSE(fs::exists(directory / "C-1-half.tar.age.tmp"));
}

TEST(Orphans, OfAWithdrawnCaseAllGoHoweverManyAKillLeft)
{
    const TemporaryDirectory directory;
    for (int i = 0; i < 40; ++i) {
        const auto package = "C-7F3K-" + std::to_string(i) + ".wacz.age";
        put(directory / package, std::chrono::minutes(0));
        put(directory / (package + ".stamp"), std::chrono::minutes(0));
    }
    put(directory / "C-7F3K-held.wacz.age", std::chrono::minutes(0)); // by a legal hold: it is known
    put(directory / "C-7F3-1.wacz.age", std::chrono::minutes(60));    // of another case
    const std::set<std::string> known{"C-7F3K-held.wacz.age"};
    const auto before = remove_orphans(directory.path(), known, now());
    ASSERT_FALSE(before);
    EXPECT_EQ(before.error().code, Errc::refused); // a start without that word would have left them
    const auto removed = remove_orphans(directory.path(), known, now(), {}, {"C-7F3K", "C-9999"});
    ASSERT_TRUE(removed) << to_string(removed.error());
    EXPECT_EQ(removed->packages, 41U);
    std::set<std::string> left;
    for (const auto& entry : fs::directory_iterator(directory.path()))
        left.insert(entry.path().filename().string());
    EXPECT_EQ(left, known);
}

TEST(Orphans, WhatStandsBesideAPackageGoesWithItAndNotWithoutIt)
{
    const TemporaryDirectory directory;
    for (const auto* package : {"C-1-known.wacz.age", "C-1-orphan.wacz.age"})
        for (const auto* suffix : {"", ".unstamped", ".stamp"})
            put(directory / (std::string(package) + suffix), std::chrono::minutes(60));
    put(directory / "C-1-gone.wacz.age.stamp", std::chrono::minutes(60));
    put(directory / "C-1-coming.wacz.age.unstamped", std::chrono::minutes(1));
    put(directory / "C-1-known.wacz.age.stamp.tmp", std::chrono::minutes(0));
    put(directory / "other.stamp", std::chrono::minutes(60));
    const auto removed = remove_orphans(directory.path(), {"C-1-known.wacz.age"}, now());
    ASSERT_TRUE(removed) << to_string(removed.error());
    EXPECT_EQ(removed->packages, 1U);
    std::set<std::string> left;
    for (const auto& entry : fs::directory_iterator(directory.path()))
        left.insert(entry.path().filename().string());
    EXPECT_EQ(left, (std::set<std::string>{"C-1-known.wacz.age", "C-1-known.wacz.age.unstamped",
                                           "C-1-known.wacz.age.stamp", "C-1-coming.wacz.age.unstamped",
                                           "other.stamp"}));
    ASSERT_TRUE(remove_package(directory.path(), "C-1-known.wacz.age"));
    EXPECT_FALSE(fs::exists(directory / "C-1-known.wacz.age.stamp"));
    EXPECT_FALSE(fs::exists(directory / "C-1-known.wacz.age.unstamped"));
}

TEST(Orphans, YoungPackagesStay)
{
    const TemporaryDirectory directory;
    put(directory / "C-1-young.tar.age", std::chrono::minutes(5));
    const auto removed = remove_orphans(directory.path(), {}, now());
    ASSERT_TRUE(removed);
    EXPECT_EQ(removed->kept_young, 1U);
    EXPECT_TRUE(fs::exists(directory / "C-1-young.tar.age"));
}

TEST(Orphans, WhatIsNoPackageStays)
{
    const TemporaryDirectory directory;
    put(directory / "notes.txt", std::chrono::minutes(60));
    put(directory / "other.tmp", std::chrono::minutes(60));
    fs::create_directory(directory / "folder.tar.age");
    put(directory / "folder.tar.age" / "inner.tar.age", std::chrono::minutes(60));
    put(directory / "target", std::chrono::minutes(60));
    fs::create_symlink(directory / "target", directory / "link.tar.age");
    const auto removed = remove_orphans(directory.path(), {}, now());
    ASSERT_TRUE(removed);
    EXPECT_EQ(removed->packages, 0U);
    for (const auto* name :
         {"notes.txt", "other.tmp", "folder.tar.age/inner.tar.age", "target", "link.tar.age"})
        EXPECT_TRUE(fs::exists(directory / name)) << name;
}

TEST(Orphans, ManyUnknownPackagesMeanAnotherDatabaseAndStay)
{
    const TemporaryDirectory directory;
    for (int i = 0; i < 17; ++i)
        put(directory / fmt::format("C-1-{}.tar.age", i), std::chrono::minutes(60));
    const auto removed = remove_orphans(directory.path(), {}, now());
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code, Errc::refused);
    EXPECT_NE(removed.error().detail.find("17 evidence packages"), std::string::npos);
    EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()), 17);
}

TEST(Orphans, AMissingDirectoryIsAnError)
{
    const TemporaryDirectory directory;
    const auto removed = remove_orphans(directory / "none", {}, now());
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code, Errc::io);
}

TEST(RemovePackage, RemovesOneAndMindsNoAbsentOne)
{
    const TemporaryDirectory directory;
    put(directory / "a.tar.age", std::chrono::minutes(0));
    put(directory / "b.tar.age", std::chrono::minutes(0));
    ASSERT_TRUE(remove_package(directory.path(), "a.tar.age"));
    ASSERT_TRUE(remove_package(directory.path(), "a.tar.age"));
    EXPECT_FALSE(fs::exists(directory / "a.tar.age"));
    EXPECT_TRUE(fs::exists(directory / "b.tar.age"));
}

TEST(RemovePackage, TakesNamesOfPackagesOnly)
{
    const TemporaryDirectory directory;
    put(directory / "cases.db", std::chrono::minutes(0));
    for (const auto* name : {"cases.db", "", "../x.tar.age", "/x.tar.age"}) {
        const auto removed = remove_package(directory.path(), name);
        ASSERT_FALSE(removed);
        EXPECT_EQ(removed.error().code, Errc::invalid_argument);
    }
    EXPECT_TRUE(fs::exists(directory / "cases.db"));
}

} // namespace
} // namespace stillwatch::evidence
