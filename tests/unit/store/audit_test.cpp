#include "store/case_database.hpp"
#include "store/sqlite/sqlite_handle.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;

struct Audit : testing::Test {
    Audit()
    {
        for (int i = 1; i <= 5; ++i)
            EXPECT_TRUE(database->append_audit(actor(i), "look", "F-" + std::to_string(i)));
    }
    // Changes the file behind the program's back and opens it again.
    void tamper(const std::string& sql)
    {
        database.reset();
        {
            Connection connection(directory / "cases.db", {});
            connection.execute("DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_erased;");
            connection.execute(sql);
        }
        database = std::make_unique<CaseDatabase>(directory / "cases.db");
    }
    TemporaryDirectory directory;
    std::unique_ptr<CaseDatabase> database = std::make_unique<CaseDatabase>(directory / "cases.db");
};

TEST_F(Audit, LinesAreLinkedInOrder)
{
    const auto lines = database->audit(0, 100);
    ASSERT_EQ(lines.size(), 5u);
    EXPECT_EQ(lines[0].previous, Sha256{});
    for (std::size_t i = 0; i < lines.size(); ++i) {
        EXPECT_EQ(lines[i].seq, static_cast<std::int64_t>(i) + 1);
        EXPECT_EQ(lines[i].own, audit_hash(lines[i]));
        if (i > 0) {
            EXPECT_EQ(lines[i].previous, lines[i - 1].own);
        }
    }
    EXPECT_EQ(lines[2].actor, "worker-1");
    EXPECT_EQ(lines[2].action, "look");
    EXPECT_EQ(lines[2].object, "F-3");
    EXPECT_EQ(lines[2].at, at(3));
    EXPECT_FALSE(database->first_broken_audit_line());
    EXPECT_EQ(database->audit(3, 1).at(0).seq, 4);
}

TEST_F(Audit, TheHashIsTheOneInTheFormatDescription)
{
    const AuditLine line{1, Timestamp{std::chrono::milliseconds{1}}, "anna", "case.open", "C-7F3K", {}, {}};
    EXPECT_EQ(audit_hash(line).hex(), "e3e3df4780e9d455aea6a0ec8a1b835f01a2927c1edf353a46f17027606b733a");
}

TEST_F(Audit, FieldsCannotBeShiftedIntoEachOther)
{
    const AuditLine one{1, at(0), "ab", "c", "", {}, {}};
    const AuditLine two{1, at(0), "a", "bc", "", {}, {}};
    EXPECT_NE(audit_hash(one), audit_hash(two));
}

TEST_F(Audit, AChangedLineIsFound)
{
    tamper("UPDATE audit SET actor = 'somebody' WHERE seq = 3");
    EXPECT_EQ(database->first_broken_audit_line(), 3);
}

TEST_F(Audit, AMissingLineIsFound)
{
    tamper("DELETE FROM audit WHERE seq = 2");
    EXPECT_EQ(database->first_broken_audit_line(), 2);
}

TEST_F(Audit, LinesCutOffAtTheEndAreFound)
{
    tamper("DELETE FROM audit WHERE seq >= 4");
    EXPECT_EQ(database->first_broken_audit_line(), 4);
}

TEST_F(Audit, TheDatabaseItselfRefusesToChangeALine)
{
    database.reset();
    Connection connection(directory / "cases.db", {});
    EXPECT_THROW(connection.execute("UPDATE audit SET actor = 'x'"), SqliteError);
    EXPECT_THROW(connection.execute("DELETE FROM audit"), SqliteError);
}

TEST_F(Audit, EveryChangeOfACaseLeavesALine)
{
    const auto id = database->open_case(sample_case(), actor(10)).value();
    const auto reference = database->add_reference(sample_reference(id), actor(11)).value();
    ASSERT_TRUE(database->record_finding(sample_finding(id, reference), {}, actor(12)));
    ASSERT_TRUE(database->renew_consent(id, sample_consent(), actor(13)));
    ASSERT_TRUE(database->raise_generation(actor(14)));
    ASSERT_TRUE(database->remove_reference(reference, actor(15)));
    ASSERT_TRUE(database->withdraw(id, actor(16)));
    std::string told;
    for (const auto& line : database->audit(5, 100))
        told += line.action + " " + line.object + "\n";
    EXPECT_EQ(told,
              "case.open C-7F3K\nreference.add C-7F3K reference 1\nfinding.record F-1\nconsent.renew C-7F3K\n"
              "generation.raise 3\nreference.remove C-7F3K reference 1\n"
              "case.withdraw C-7F3K references=1 findings=1 alerts=0\n");
    EXPECT_FALSE(database->first_broken_audit_line());
}

} // namespace
} // namespace stillwatch::store
