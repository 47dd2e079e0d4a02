#include "commands_fixture.hpp"

#include "tests/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace stillwatch::control {
namespace {

class GuardCommands : public testing::Test, public test::Desk {
protected:
    GuardCommands()
    {
        (void)result_of("reference.add", reference(open_case()));
        const auto row = cases.references().at(0);
        auto finding = stillwatch::test::sample_finding(row.case_id, row.id);
        std::ofstream(directory / finding.evidence_file) << "sealed";
        file = directory / finding.evidence_file;
        (void)cases
            .record_finding(finding, {stillwatch::test::sample_alert("alt_one")}, {"stillwatchd", clock.time})
            .value();
    }
    std::filesystem::path file;
};

TEST_F(GuardCommands, WhatMayShowAPersonUnderEighteenIsErasedButForAddressTimeAndReason)
{
    ASSERT_TRUE(std::filesystem::exists(file));
    const auto outcome = run("findings.under-18", {{"id", "F-1"}}).value();
    EXPECT_TRUE(outcome.effects.guard);
    EXPECT_EQ(outcome.result.at("evidence_files_left"), 0);
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_TRUE(cases.findings().empty());
    EXPECT_TRUE(cases.alerts(10).empty());
    const auto hits = result_of("guard.list").as_array();
    ASSERT_EQ(hits.size(), 2U);
    EXPECT_EQ(hits[0].at("address").as_string(), "https://img.board.example/a.jpg");
    EXPECT_EQ(hits[0].at("reason").as_string(), "may_be_under_18");
    EXPECT_EQ(hits[1].at("reason").as_string(), "page");
    EXPECT_EQ(error_of("findings.show", {{"id", 1}}).code, Errc::not_found);
    EXPECT_EQ(result_of("status").at("guard_hits"), 1);
    EXPECT_EQ(cases.integrity(), "ok");
}

TEST_F(GuardCommands, EverythingThatIsKeptOfThePictureGoesWithItOfWhateverCase)
{
    const auto first = cases.find_finding(FindingId{1}).value();
    (void)result_of("reference.add", reference(open_case()));
    const auto other = cases.references().at(1);
    auto copy = stillwatch::test::sample_finding(other.case_id, other.id);
    copy.content = first.content; // the same bytes elsewhere, for another case
    copy.page_url = Url::parse("https://elsewhere.example/page").value();
    copy.image_url = Url::parse("https://elsewhere.example/b.jpg").value();
    copy.evidence_file = "F-2.wacz.age";
    std::ofstream(directory / copy.evidence_file) << "sealed";
    (void)cases.record_finding(copy, {}, {"stillwatchd", clock.time}).value();
    auto stranger = copy;
    stranger.content.bytes.fill(std::byte{7});
    stranger.fingerprint.reset();
    stranger.page_url = Url::parse("https://stranger.example/page").value();
    stranger.image_url = Url::parse("https://stranger.example/c.jpg").value();
    stranger.evidence_file = "F-3.wacz.age";
    (void)cases.record_finding(stranger, {}, {"stillwatchd", clock.time}).value();
    const auto outcome = run("findings.under-18", {{"id", "F-1"}}).value();
    EXPECT_EQ(outcome.result.at("findings"), 2);
    EXPECT_FALSE(std::filesystem::exists(directory / "F-2.wacz.age"));
    ASSERT_EQ(cases.findings().size(), 1U);
    EXPECT_EQ(cases.findings()[0].content, stranger.content);
    EXPECT_EQ(result_of("guard.list").as_array().size(), 4U);
    EXPECT_EQ(cases.integrity(), "ok");
}

TEST_F(GuardCommands, NoByteOfItIsLeftInTheFile)
{
    (void)result_of("findings.under-18", {{"id", 1}});
    const auto bytes = stillwatch::test::read_file(directory / "cases.db");
    EXPECT_EQ(as_text(bytes).find("F-1.wacz.age"), std::string_view::npos);
    for (const auto& line : cases.audit(0, 100))
        EXPECT_EQ(line.object.find("example"), std::string::npos);
}

} // namespace
} // namespace stillwatch::control
