#include "store/case_database.hpp"
#include "store/frontier_tables.hpp"
#include "store/sqlite/migrations.hpp"
#include "store/sqlite/sqlite_handle.hpp"
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
    const auto frontier = frontier_in_file(directory / "frontier.db");
    EXPECT_THAT(why_not([&] { frontier_in_file(directory / "frontier.db"); }), HasSubstr("in use"));
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
    frontier_in_file(file);
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
    EXPECT_EQ(frontier_in_file(file)->integrity(), "ok");
}

// A list in the condition of an index costs a table of its own whenever a row is written.
TEST_F(Opening, NoIndexOfTheFrontierHasAList)
{
    Connection connection(file, {});
    auto older = frontier_schema;
    older.steps = older.steps.first(6);
    migrate(connection, older);
    constexpr std::string_view lists =
        "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% IN (%'";
    EXPECT_EQ(connection.integer(lists), 1);
    migrate(connection, frontier_schema);
    EXPECT_EQ(connection.integer(lists), 0);
}

// What a program before findings had places wrote.
TEST_F(Opening, OlderFindingsKeepTheirNumbersAndBecomeOnePlaceEach)
{
    {
        Connection connection(file, {});
        auto older = case_schema;
        older.steps = older.steps.first(3);
        migrate(connection, older);
        connection.execute(R"sql(
            INSERT INTO "case" VALUES (1, 'C-7F3K', 'open', 0, x'01', x'01');
            INSERT INTO consent VALUES (1, 1, 'pictures', 'p', 'a', 'b', '1', 0, 9);
            INSERT INTO reference VALUES (4, 1, 'R-01', 0, x'01', 1, 90, 0, 1, 0);
            INSERT INTO finding VALUES (7, 1, 4, 'https://board.example:8443/t/1?q', 'https://img.example/a.jpg',
                zeroblob(32), 'near', 'copy', 0.5, 9, 'original', 0, 0, 'new', 'named', 1, 5000, 6000, 'a.tar.age', zeroblob(32));
            INSERT INTO finding VALUES (8, 1, 4, 'https://board.example:8443/', 'https://img.example/b.jpg',
                zeroblob(32), 'exact', 'copy', 1, 0, 'original', 0, 0, 'new', 'named', 1, 5000, 6000, 'b.tar.age', zeroblob(32));
            INSERT INTO outbox (id, alert_id, channel, event, case_id, finding_id, state, created_at, next_attempt_at)
                VALUES (3, 'alt_old', 'desk', '{}', 1, 7, 'queued', 0, 0);
            DELETE FROM finding WHERE id = 8)sql");
    }
    CaseDatabase database(file);
    EXPECT_EQ(database.integrity(), "ok");
    const auto finding = database.find_finding(FindingId{7});
    ASSERT_TRUE(finding);
    EXPECT_EQ(finding->page_url.text(), "https://board.example:8443/t/1?q");
    EXPECT_EQ(finding->reference_name, "R-01");
    EXPECT_EQ(finding->alert_id, "alt_old");
    EXPECT_EQ(finding->evidence_file, "a.tar.age");
    EXPECT_EQ(finding->occurrences, 1);
    EXPECT_EQ(database.alerts(10).at(0).id, 3);
    // Seen again, it is known; a new one does not get the number of one that was erased.
    auto again = sample_finding(CaseId{1}, ReferenceId{4}, "https://board.example:8443/t/1?q",
                                "https://img.example/a.jpg");
    again.content = finding->content;
    EXPECT_EQ(database.record_finding(again, {}, actor()).value().id.value, 7);
    EXPECT_EQ(
        database.record_finding(sample_finding(CaseId{1}, ReferenceId{4}), {}, actor()).value().id.value, 9);
    EXPECT_TRUE(database.withdraw(CaseId{1}, actor()));
    EXPECT_EQ(database.integrity(), "ok");
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
