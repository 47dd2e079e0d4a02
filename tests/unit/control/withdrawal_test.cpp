#include "cases/case_book.hpp"
#include "commands_fixture.hpp"
#include "control/audit_tree.hpp"
#include "tests/support/fault_disk.hpp"
#include "tests/support/files.hpp"
#include "vault/signed_note.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::control {
namespace {

// A case with one reference and one finding, whose evidence lies in the evidence directory.
class Withdrawing : public test::Desk {
public:
    std::string pseudonym;

    // Opened without the command, which takes a tenth of a second for the PIN.
    Withdrawing()
    {
        cases::CaseBook book(cases, vault::make_key_pair().public_key);
        const auto opened = book.open(stillwatch::test::sample_consent(), cases::ApprovalRule::one_person,
                                      {"anna", clock.time});
        pseudonym = opened.value().pseudonym;
        cases.set_pin(opened.value().id, "what is kept of a PIN", {"anna", clock.time}).value();
        auto arguments = reference(pseudonym);
        arguments["sealed"] = to_hex(as_bytes("canary" + std::string(20'000, 'y')));
        (void)result_of("reference.add", std::move(arguments));
        const auto row = cases.references().at(0);
        auto finding = stillwatch::test::sample_finding(row.case_id, row.id);
        finding.evidence_file = "C-1.tar.age";
        stillwatch::test::write_file(evidence(), as_bytes("sealed"));
        (void)cases.record_finding(finding, {}, {"anna", clock.time}).value();
    }
    std::filesystem::path evidence() const { return directory / "C-1.tar.age"; }
    bool is_withdrawn() const { return cases.find_case(pseudonym)->state == CaseState::withdrawn; }
};

TEST(Withdrawal, ErasesEvidenceAndGivesAReceipt)
{
    Withdrawing desk;
    const auto other = desk.directory / "C-2.tar.age";
    stillwatch::test::write_file(other, as_bytes("another case's"));
    const auto receipt = desk.result_of("case.withdraw", {{"case", desk.pseudonym}});
    EXPECT_EQ(receipt.at("references_erased"), 1);
    EXPECT_EQ(receipt.at("findings_erased"), 1);
    EXPECT_EQ(receipt.at("evidence_files_erased"), 1);
    EXPECT_FALSE(exists(desk.evidence()));
    EXPECT_TRUE(exists(other));
    EXPECT_TRUE(desk.is_withdrawn());
    EXPECT_EQ(desk.error_of("case.withdraw", {{"case", desk.pseudonym}}).code, Errc::refused);
}

TEST(Withdrawal, LeavesTheSealedPackagesThatALegalHoldKeepsAndSaysSo)
{
    Withdrawing desk;
    const auto until = format_utc(desk.clock.time + std::chrono::hours(24 * 30));
    const json::object hold{{"what", "F-1"}, {"until", until}, {"reason", "police, reference 7"}};
    EXPECT_EQ(desk.result_of("evidence.hold", hold).at("hold"), 1);
    EXPECT_EQ(desk.result_of("evidence.holds", {}).as_array().at(0).at("reason"), "police, reference 7");
    const auto receipt = desk.result_of("case.withdraw", {{"case", desk.pseudonym}});
    EXPECT_EQ(receipt.at("evidence_files_erased"), 0);
    EXPECT_EQ(receipt.at("evidence_files_held"), 1);
    EXPECT_NE(std::string(receipt.at("receipt").as_string()).find("a legal hold keeps until its end 1\n"),
              std::string::npos);
    EXPECT_TRUE(exists(desk.evidence()));
    EXPECT_TRUE(desk.is_withdrawn());
    EXPECT_EQ(desk.cases.evidence_files().size(), 1U); // so the next start takes it for no orphan
    EXPECT_EQ(desk.result_of("status", {}).at("evidence_holds"), 1);
    (void)desk.result_of("evidence.release", {{"hold", 1}});
    EXPECT_EQ(desk.result_of("status", {}).at("evidence_holds"), 0);
}

TEST(Withdrawal, AHoldNeedsAnEndToCome)
{
    Withdrawing desk;
    json::object hold{{"what", desk.pseudonym}, {"until", format_utc(desk.clock.time)}, {"reason", "court"}};
    EXPECT_EQ(desk.error_of("evidence.hold", hold).code, Errc::invalid_argument);
    hold["what"] = "F-99";
    hold["until"] = format_utc(desk.clock.time + std::chrono::hours(1));
    EXPECT_EQ(desk.error_of("evidence.hold", hold).code, Errc::not_found);
}

TEST(Withdrawal, ForgetsWhatMatchedWhereAddressesAreKept)
{
    Withdrawing desk;
    ASSERT_TRUE(desk.frontier.set_sites({stillwatch::test::sample_site()}));
    const auto finding = desk.cases.findings().at(0);
    ASSERT_TRUE(desk.frontier.set_verdict({finding.content, 1, 1, true, false}));
    (void)desk.result_of("case.withdraw", {{"case", desk.pseudonym}});
    ASSERT_TRUE(desk.commands.finish());
    EXPECT_FALSE(desk.frontier.verdict(finding.content));
}

TEST(Withdrawal, ThePersonWithdrawsWithNumberAndPin)
{
    test::Desk desk;
    const auto opened = desk.result_of("case.open", test::Desk::consent());
    const json::object right{{"case", opened.at("case")}, {"pin", opened.at("withdrawal_pin")}};
    const auto receipt = desk.run_as({"root", true}, "case.withdraw-by-pin", right).value().result;
    EXPECT_EQ(receipt.at("case"), opened.at("case"));
    EXPECT_EQ(desk.cases.cases().at(0).state, CaseState::withdrawn);
    EXPECT_EQ(desk.cases.pin_of(desk.cases.cases().at(0).id), "");
    const auto note = std::string(receipt.at("receipt").as_string());
    const auto& key = desk.signing.verify_key();
    const auto text = vault::open_note(note, origin_of(key), key).value();
    EXPECT_THAT(text, testing::HasSubstr("case " + std::string(opened.at("case").as_string())));
    EXPECT_EQ(desk.error_of("case.withdraw-by-pin", right).detail, "number or PIN is wrong");
}

TEST(Withdrawal, AWrongNumberAndAWrongPinHaveTheSameAnswerAndPauses)
{
    test::Desk desk;
    const auto number = desk.open_case();
    for (int i = 0; i < 5; ++i)
        for (const auto& claimed : {number, std::string("C-0000")})
            EXPECT_EQ(desk.error_of("case.withdraw-by-pin", {{"case", claimed}, {"pin", "no pin"}}),
                      (Error{Errc::refused, "number or PIN is wrong"}));
    const auto known = desk.error_of("case.withdraw-by-pin", {{"case", number}, {"pin", "no pin"}});
    const auto unknown = desk.error_of("case.withdraw-by-pin", {{"case", "C-0000"}, {"pin", "no pin"}});
    EXPECT_EQ(known, unknown);
    EXPECT_THAT(known.detail, testing::HasSubstr("too many attempts"));
}

TEST(Withdrawal, APauseHoldsForTheRightPinTooAndEnds)
{
    test::Desk desk;
    const auto opened = desk.result_of("case.open", test::Desk::consent());
    for (int i = 0; i < 5; ++i)
        (void)desk.run("case.withdraw-by-pin", {{"case", opened.at("case")}, {"pin", "no pin"}});
    const json::object right{{"case", opened.at("case")}, {"pin", opened.at("withdrawal_pin")}};
    EXPECT_EQ(desk.error_of("case.withdraw-by-pin", right).code, Errc::refused);
    desk.clock.time += std::chrono::minutes(2);
    EXPECT_TRUE(desk.run("case.withdraw-by-pin", right));
}

TEST(Withdrawal, ANewPinReplacesTheOneBefore)
{
    test::Desk desk;
    const auto opened = desk.result_of("case.open", test::Desk::consent());
    const auto fresh = desk.result_of("case.pin", {{"case", opened.at("case")}});
    EXPECT_FALSE(desk.run("case.withdraw-by-pin",
                          {{"case", opened.at("case")}, {"pin", opened.at("withdrawal_pin")}}));
    EXPECT_TRUE(
        desk.run("case.withdraw-by-pin", {{"case", opened.at("case")}, {"pin", fresh.at("withdrawal_pin")}}));
}

TEST(Withdrawal, AnOlderCopyOfTheDatabaseDoesNotBringTheCaseBack)
{
    stillwatch::test::TemporaryDirectory older;
    Withdrawing desk;
    auto copy = desk.cases.begin_copy(older / "cases.db").value();
    while (!copy.step(1'000).value()) {
    }
    (void)desk.result_of("case.withdraw", {{"case", desk.pseudonym}});
    store::CaseDatabase back(older / "cases.db");
    ASSERT_EQ(back.find_case(desk.pseudonym)->state, CaseState::open);
    const auto buried =
        cases::bury_again(back, desk.directory.path(), {"stillwatchd", desk.clock.time}).value();
    EXPECT_THAT(buried, testing::ElementsAre(desk.pseudonym));
    EXPECT_EQ(back.find_case(desk.pseudonym)->state, CaseState::withdrawn);
    EXPECT_TRUE(back.references().empty());
    EXPECT_THAT(cases::bury_again(back, desk.directory.path(), {"stillwatchd", desk.clock.time}).value(),
                testing::IsEmpty());
}

TEST(Withdrawal, OnAFullDiskIsEitherNotDoneOrRepeatable)
{
    bool failed = true;
    int not_done = 0;
    int not_erased = 0;
    for (std::int64_t after = 0; failed; ++after) {
        stillwatch::test::FaultDisk disk;
        Withdrawing desk;
        disk.fill_before(disk.operations() + after);
        const auto outcome = desk.run("case.withdraw", {{"case", desk.pseudonym}});
        failed = !outcome;
        EXPECT_EQ(exists(desk.evidence()), !desk.is_withdrawn()) << after;
        disk.free_space();
        if (!failed) break;
        EXPECT_EQ(outcome.error().code, Errc::io);
        const bool was_done = desk.is_withdrawn();
        ++(was_done ? not_erased : not_done);
        // The same command again, as the message says.
        const auto again = desk.run("case.withdraw", {{"case", desk.pseudonym}});
        const auto expected = was_done ? "refused" : "done";
        EXPECT_EQ(again ? "done" : name_of(again.error().code), expected) << after;
        EXPECT_FALSE(exists(desk.evidence()));
        EXPECT_FALSE(disk.holds("canary")) << after;
    }
    EXPECT_GT(not_erased, 0);
}

} // namespace
} // namespace stillwatch::control
