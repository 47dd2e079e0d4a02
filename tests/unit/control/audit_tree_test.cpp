#include "control/audit_tree.hpp"
#include "tests/unit/control/commands_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

namespace stillwatch::control {
namespace {

using testing::HasSubstr;

class AuditTreeTest : public testing::Test, public test::Desk {
protected:
    AuditTreeTest()
    {
        for (int i = 0; i < 12; ++i)
            EXPECT_TRUE(cases.append_audit({"anna", clock.time}, "look", "F-" + std::to_string(i)));
    }
    std::string text_of(const std::string& command, json::object arguments = {})
    {
        return json::serialize(result_of(command, std::move(arguments)));
    }
    const vault::VerifyKey& key() const { return signing.verify_key(); }
    // What somebody with the file does to it behind our back.
    void tamper(const std::string& sql)
    {
        sqlite3* file = nullptr;
        ASSERT_EQ(sqlite3_open((copy / "cases.db").c_str(), &file), SQLITE_OK);
        const auto script = "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_erased; " + sql;
        EXPECT_EQ(sqlite3_exec(file, script.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(file);
        sqlite3_close(file);
    }
    // A closed copy of the database, opened again after `sql`.
    store::CaseDatabase tampered(const std::string& sql)
    {
        auto made = cases.begin_copy(copy / "cases.db").value();
        while (!made.step(1'000).value()) {
        }
        tamper(sql);
        return store::CaseDatabase(copy / "cases.db");
    }

    stillwatch::test::TemporaryDirectory copy;
};

TEST_F(AuditTreeTest, ACheckpointIsKeptOncePerSize)
{
    const auto first = result_of("audit.checkpoint");
    EXPECT_EQ(result_of("audit.checkpoint"), first);
    EXPECT_EQ(cases.audit_checkpoints().size(), 1U);
    const auto checkpoint = open_checkpoint(first.at("checkpoint").as_string(), key()).value();
    EXPECT_EQ(checkpoint.size, 12U);
    EXPECT_THAT(checkpoint.origin, testing::StartsWith("stillwatch/"));
    ASSERT_TRUE(cases.append_audit({"anna", clock.time}, "look", "F-1"));
    EXPECT_NE(result_of("audit.checkpoint"), first);
    EXPECT_EQ(result_of("audit.verify").at("checkpoints"), 2);
}

TEST_F(AuditTreeTest, ALineIsProvenToWhoHasOnlyTheKey)
{
    const auto proof = text_of("audit.prove", {{"line", 7}});
    const auto shown = check_proof(proof, key()).value();
    EXPECT_EQ(shown.at("shows"), "line 7 of a log of 12 lines");
    EXPECT_THAT(std::string(shown.at("entry").as_string()), HasSubstr(R"("object":"F-6")"));
    EXPECT_EQ(check_proof(proof, vault::SigningKey::generate().verify_key()).error().code, Errc::refused);
    auto other = proof;
    other.replace(other.find("F-6"), 3, "F-5");
    EXPECT_EQ(check_proof(other, key()).error().code, Errc::refused);
    EXPECT_EQ(error_of("audit.prove", {{"line", 99}}).code, Errc::not_found);
    EXPECT_EQ(error_of("audit.prove", {{"line", 0}}).code, Errc::not_found);
}

TEST_F(AuditTreeTest, GrowthIsProvenToWhoHasOnlyTheKey)
{
    const auto proof = text_of("audit.consistency", {{"old", 5}, {"new", 12}});
    EXPECT_EQ(check_proof(proof, key()).value().at("shows"), "the log of 12 lines begins with that of 5");
    for (const auto& [before, after] : {std::pair{0, 5}, {7, 6}, {5, 13}, {-1, 3}})
        EXPECT_EQ(error_of("audit.consistency", {{"old", before}, {"new", after}}).code,
                  Errc::invalid_argument);
}

TEST_F(AuditTreeTest, WhatIsNoProofIsMalformed)
{
    for (const auto* text : {"", "[]", "{}", R"({"entry":"x"})", R"({"entry":"x","index":-1,"proof":[]})",
                             R"({"entry":"x","index":0,"proof":["zz"],"checkpoint":""})"})
        EXPECT_EQ(check_proof(text, key()).error().code, Errc::malformed) << text;
    EXPECT_EQ(check_proof(std::string(1U << 20U, ' '), key()).error().code, Errc::malformed);
}

TEST_F(AuditTreeTest, ARewrittenOrShortenedLogIsNamed)
{
    (void)result_of("audit.checkpoint");
    EXPECT_TRUE(check_log(cases, key()));
    const auto changed = tampered("UPDATE audit SET object = 'F-99' WHERE seq = 4");
    EXPECT_THAT(check_log(changed, key()).error().detail, HasSubstr("line 4"));
}

TEST_F(AuditTreeTest, AChainThatWasMadeAnewDoesNotFitItsCheckpoint)
{
    const auto note = result_of("audit.checkpoint").at("checkpoint");
    const auto other = tampered("DELETE FROM audit WHERE seq > 6; "
                                "UPDATE sqlite_sequence SET seq = 6 WHERE name = 'audit'");
    EXPECT_FALSE(other.first_broken_audit_line().has_value()); // the chain alone does not show it
    EXPECT_THAT(check_log(other, key()).error().detail, HasSubstr("cut off"));
    EXPECT_EQ(check_kept_note(other, note.as_string(), key()).error().code, Errc::corrupt);
    EXPECT_EQ(
        check_kept_note(other, note.as_string(), vault::SigningKey::generate().verify_key()).error().code,
        Errc::refused);
}

TEST_F(AuditTreeTest, ANoteThatWasKeptElsewhereIsHeldAgainstTheLog)
{
    const auto note = result_of("audit.checkpoint").at("checkpoint");
    ASSERT_TRUE(cases.append_audit({"anna", clock.time}, "look", "F-1"));
    EXPECT_EQ(result_of("audit.verify", {{"checkpoint", note}}).at("audit"), "whole");
    EXPECT_EQ(error_of("audit.verify", {{"checkpoint", "nonsense"}}).code, Errc::malformed);
}

} // namespace
} // namespace stillwatch::control
