#include "store/case_database.hpp"
#include "store/frontier_database.hpp"
#include "store/migrations.hpp"
#include "store/sqlite_handle.hpp"
#include "store/store_lock.hpp"
#include "tests/support/files.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <unistd.h>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;
using testing::HasSubstr;

std::string why_not(const auto& open)
{
    try {
        open();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "opened";
}

struct Opening : testing::Test {
    std::string open_cases()
    {
        return why_not([&] { CaseDatabase database(file); });
    }
    TemporaryDirectory directory;
    std::filesystem::path file = directory / "cases.db";
};

TEST_F(Opening, WhatWasWrittenIsThereAfterwards)
{
    {
        CaseDatabase database(file);
        ASSERT_TRUE(database.open_case(sample_case(), actor()));
    }
    EXPECT_TRUE(CaseDatabase(file).find_case("C-7F3K"));
}

TEST_F(Opening, ASecondOpenerIsRefused)
{
    CaseDatabase database(file);
    EXPECT_THAT(open_cases(), HasSubstr("in use by another process"));
    FrontierDatabase frontier(directory / "frontier.db");
    EXPECT_THAT(why_not([&] { FrontierDatabase second(directory / "frontier.db"); }), HasSubstr("in use"));
}

TEST_F(Opening, ANewerSchemaIsRefused)
{
    CaseDatabase{file};
    {
        Connection connection(file, {});
        connection.execute("PRAGMA user_version=99");
    }
    const auto reason = open_cases();
    EXPECT_THAT(reason, HasSubstr("has schema version 99"));
    EXPECT_THAT(reason, HasSubstr("use the newer program"));
}

TEST_F(Opening, AnotherKindOfDatabaseIsRefused)
{
    FrontierDatabase{file};
    EXPECT_THAT(open_cases(), HasSubstr("is no Stillwatch cases database"));
    {
        Connection connection(directory / "foreign.db", {});
        connection.execute("CREATE TABLE anything (x)");
    }
    EXPECT_THAT(why_not([&] { CaseDatabase database(directory / "foreign.db"); }),
                HasSubstr("is no Stillwatch"));
}

TEST_F(Opening, AFileThatIsNoDatabaseIsRefused)
{
    write_file(file, as_bytes(std::string(8192, 'x')));
    EXPECT_THAT(open_cases(), HasSubstr("not a database"));
}

TEST_F(Opening, ADamagedPageIsNamed)
{
    {
        CaseDatabase database(file);
        for (int i = 0; i < 20; ++i)
            ASSERT_TRUE(database.open_case(sample_case("C-" + std::to_string(1000 + i)), actor()));
    }
    auto bytes = read_file(file);
    ASSERT_GT(bytes.size(), 4U * 4096U);
    for (std::size_t page = 1; page < bytes.size() / 4096; ++page)
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page * 4096), 64, std::byte{0xff});
    write_file(file, bytes);
    EXPECT_THAT(open_cases(), testing::AnyOf(HasSubstr("damaged"), HasSubstr("malformed")));
}

TEST_F(Opening, AMissingDirectoryIsNamed)
{
    EXPECT_THAT(why_not([&] { CaseDatabase database(directory / "none" / "cases.db"); }),
                HasSubstr("No such file"));
}

TEST_F(Opening, AWiderFileModeIsNarrowed)
{
    CaseDatabase{file};
    std::filesystem::permissions(file, std::filesystem::perms(0644));
    CaseDatabase database(file);
    EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
}

TEST_F(Opening, MigrationsRunInOrderAndOnce)
{
    const std::array<const char*, 2> steps{"CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);",
                                           "UPDATE a SET x = x + 10;"};
    Connection connection(file, {});
    migrate(connection, {"test", 7, std::span(steps).first(1)});
    migrate(connection, {"test", 7, steps});
    migrate(connection, {"test", 7, steps});
    EXPECT_EQ(connection.integer("SELECT x FROM a"), 11);
    EXPECT_EQ(connection.integer("PRAGMA user_version"), 2);
}

TEST_F(Opening, LinksOfAnOlderFrontierAreTiedToNothing)
{
    {
        Connection connection(file, {});
        auto older = frontier_schema;
        older.steps = older.steps.first(2);
        migrate(connection, older);
        connection.execute("INSERT INTO link (target, page, mechanism, seen) VALUES (1, 2, 3, 4)");
        migrate(connection, frontier_schema);
        EXPECT_EQ(connection.integer("SELECT item FROM link"), 0);
    }
    FrontierDatabase frontier(file);
    EXPECT_EQ(frontier.integrity(), "ok");
}

TEST_F(Opening, AFailedMigrationLeavesTheVersionBefore)
{
    const std::array<const char*, 2> steps{"CREATE TABLE a (x INTEGER NOT NULL) STRICT;",
                                           "INSERT INTO a VALUES (1); INSERT INTO a VALUES (NULL);"};
    Connection connection(file, {});
    EXPECT_THROW(migrate(connection, {"test", 7, steps}), SqliteError);
    EXPECT_EQ(connection.integer("PRAGMA user_version"), 1);
    EXPECT_EQ(connection.integer("SELECT count(*) FROM a"), 0);
}

TEST_F(Opening, AStatementIsNotUsedTwiceAtATime)
{
    Connection connection(file, {});
    auto first = connection.prepare("SELECT 1 UNION SELECT 2");
    ASSERT_TRUE(first.step());
    EXPECT_THROW(connection.prepare("SELECT 1 UNION SELECT 2"), std::logic_error);
}

TEST_F(Opening, AnUnfinishedTransactionIsUndone)
{
    Connection connection(file, {});
    connection.execute("CREATE TABLE a (x INTEGER) STRICT");
    {
        Transaction transaction(connection);
        connection.prepare("INSERT INTO a VALUES (?1)").bind(5).run();
    }
    EXPECT_EQ(connection.integer("SELECT count(*) FROM a"), 0);
}

TEST(StoreLock, IsHeldByOneAndNamesItsHolder)
{
    TemporaryDirectory directory;
    {
        const auto lock = StoreLock::acquire(directory.path());
        ASSERT_TRUE(lock);
        const auto second = StoreLock::acquire(directory.path());
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, Errc::refused);
        EXPECT_THAT(second.error().detail, HasSubstr("process " + std::to_string(::getpid())));
    }
    EXPECT_TRUE(StoreLock::acquire(directory.path()));
}

TEST(StoreLock, AMovedLockIsStillHeld)
{
    TemporaryDirectory directory;
    auto first = StoreLock::acquire(directory.path()).value();
    const StoreLock second = std::move(first);
    EXPECT_FALSE(StoreLock::acquire(directory.path()));
}

TEST(StoreLock, AMissingDirectoryIsAnIoError)
{
    TemporaryDirectory directory;
    EXPECT_EQ(StoreLock::acquire(directory / "none").error().code, Errc::io);
}

} // namespace
} // namespace stillwatch::store
