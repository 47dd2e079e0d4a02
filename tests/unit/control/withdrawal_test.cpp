#include "commands_fixture.hpp"
#include "tests/support/fault_disk.hpp"
#include "tests/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::control {
namespace {

// A case with one reference and one finding, whose evidence lies in the evidence directory.
class Withdrawing : public test::Desk {
public:
    std::string pseudonym = open_case();

    Withdrawing()
    {
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
