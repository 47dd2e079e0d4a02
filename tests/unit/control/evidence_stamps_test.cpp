#include "control/evidence_stamps.hpp"

#include "evidence/unstamped.hpp"
#include "tests/support/files.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace stillwatch::control {
namespace {

using namespace stillwatch::test;

const std::string package = "C-7F3K-0123456789abcdef01234567.wacz.age";
const auto digest = Sha256::of(as_bytes("datapackage.json"));
const auto root = Sha256::of(as_bytes("root"));

struct EvidenceStampsTest : testing::Test {
    TemporaryDirectory directory;
    store::CaseDatabase cases{directory / "cases.db"};
    store::EvidenceTable table{cases};

    json::object told(bool has_authority = true)
    {
        return describe_stamps(directory.path(), package, table, has_authority);
    }
    void put_note(const Sha256& of)
    {
        ASSERT_TRUE(evidence::note_unstamped(directory.path(), {package, of, at(100)}));
    }
    void put_stamps(const std::string& text) { write_file(directory / (package + ".stamp"), as_bytes(text)); }
    static std::string one_stamp()
    {
        return evidence::render_stamp_file({digest, {{"http://time.example/tsr", root, 0, 1, {}, Bytes(3)}}});
    }
    void log_stamp()
    {
        ASSERT_TRUE(cases.append_audit(actor(), "evidence.get", "root=" + root.hex() + " of no stamp"));
        ASSERT_TRUE(cases.append_audit(actor(), "evidence.stamp",
                                       "root=" + root.hex() +
                                           " packages=1 authority=time.example at=2026-11-30T12:00:00Z"));
    }
};

TEST_F(EvidenceStampsTest, APackageWaitsOnlyWhereSomebodyIsAsked)
{
    EXPECT_EQ(told().at("time_stamp"), "none");
    put_note(digest);
    EXPECT_EQ(told().at("time_stamp"), "pending");
    EXPECT_EQ(told().at("time_stamp_pending_since").as_string(), format_utc(at(100)));
    EXPECT_EQ(told(false).at("time_stamp"), "none");
    EXPECT_TRUE(told(false).at("time_stamp_pending_since").is_null());
}

TEST_F(EvidenceStampsTest, WhoStampedWhenIsReadFromTheLog)
{
    put_stamps(one_stamp());
    const json::object unknown{{"authority", "http://time.example/tsr"}, {"at", nullptr}};
    EXPECT_EQ(told().at("time_stamps"), json::array{unknown});
    log_stamp();
    const json::object known{{"authority", "time.example"}, {"at", "2026-11-30T12:00:00Z"}};
    EXPECT_EQ(told().at("time_stamps"), json::array{known});
    EXPECT_EQ(told().at("time_stamp"), "stamped");
    put_note(digest); // for the second authority
    EXPECT_EQ(told().at("time_stamp"), "stamped");
    EXPECT_FALSE(told().at("time_stamp_pending_since").is_null());
}

TEST_F(EvidenceStampsTest, WhatCannotBeReadIsToldAsDamaged)
{
    put_stamps("{}");
    EXPECT_EQ(told().at("time_stamp"), "damaged");
    EXPECT_NE(told().at("time_stamp_problem").as_string().find(package + ".stamp"), std::string::npos);
    put_stamps(one_stamp());
    put_note(Sha256::of(as_bytes("another")));
    EXPECT_EQ(told().at("time_stamp"), "damaged");
}

TEST_F(EvidenceStampsTest, TheLineOfAStampIsFoundByItsRootAlone)
{
    EXPECT_FALSE(table.line_of_stamp(root));
    log_stamp();
    const auto line = table.line_of_stamp(root);
    ASSERT_TRUE(line);
    EXPECT_EQ(*line, cases.audit(0, 100).back());
    EXPECT_FALSE(table.line_of_stamp(digest));
}

} // namespace
} // namespace stillwatch::control
