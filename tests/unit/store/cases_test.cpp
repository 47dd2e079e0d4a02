#include "store/case_database.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;

struct Cases : testing::Test {
    TemporaryDirectory directory;
    CaseDatabase database{directory / "cases.db"};
};

TEST_F(Cases, AnOpenedCaseComesBackWhole)
{
    const auto id = database.open_case(sample_case(), actor()).value();
    const auto found = database.find_case("C-7F3K");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, id);
    EXPECT_EQ(found->state, CaseState::open);
    EXPECT_EQ(found->opened_at, at(0));
    EXPECT_EQ(found->consent, sample_consent());
    EXPECT_EQ(found->public_key, sample_case().public_key);
    EXPECT_EQ(found->sealed_secret_key, sample_case().sealed_secret_key);
    EXPECT_EQ(database.cases().size(), 1u);
    EXPECT_FALSE(database.find_case("C-0000"));
}

TEST_F(Cases, APseudonymIsTakenOnce)
{
    ASSERT_TRUE(database.open_case(sample_case(), actor()));
    EXPECT_EQ(database.open_case(sample_case(), actor()).error().code, Errc::exists);
    EXPECT_EQ(database.audit(0, 10).size(), 1u);
}

TEST_F(Cases, ThePseudonymOfAWithdrawnCaseStaysTaken)
{
    const auto id = database.open_case(sample_case(), actor()).value();
    ASSERT_TRUE(database.withdraw(id, actor()));
    EXPECT_EQ(database.open_case(sample_case(), actor()).error().code, Errc::exists);
}

TEST_F(Cases, RenewedConsentIsInForceAndMakesVerdictsStale)
{
    const auto id = database.open_case(sample_case(), actor()).value();
    ASSERT_TRUE(database.add_reference(sample_reference(id), actor()));
    auto renewed = sample_consent();
    renewed.expires_at = at(999'999);
    renewed.text_version = "2026-2";
    ASSERT_TRUE(database.renew_consent(id, renewed, actor(5)));
    EXPECT_EQ(database.find_case("C-7F3K")->consent, renewed);
    EXPECT_EQ(database.generation(), 2);
    EXPECT_EQ(database.references().at(0).generation, 2);
}

TEST_F(Cases, ConsentOfAnUnknownOrWithdrawnCaseIsNotRenewed)
{
    EXPECT_EQ(database.renew_consent(CaseId{7}, sample_consent(), actor()).error().code, Errc::not_found);
    const auto id = database.open_case(sample_case(), actor()).value();
    ASSERT_TRUE(database.withdraw(id, actor()));
    EXPECT_EQ(database.renew_consent(id, sample_consent(), actor()).error().code, Errc::refused);
}

TEST_F(Cases, ReferencesComeBackWholeWithRisingGenerations)
{
    const auto id = database.open_case(sample_case(), actor()).value();
    const auto other = database.open_case(sample_case("C-2222"), actor()).value();
    const auto first = database.add_reference(sample_reference(id), actor()).value();
    ASSERT_TRUE(database.add_reference(sample_reference(other), actor())); // the same name in another case
    const auto reference = database.references().at(0);
    EXPECT_EQ(reference.id, first);
    EXPECT_EQ(reference.case_id, id);
    EXPECT_EQ(reference.name, "R-01");
    EXPECT_EQ(reference.sealed, sample_reference(id).sealed);
    EXPECT_EQ(reference.extractor_version, 1);
    EXPECT_EQ(reference.quality_percent, 93);
    EXPECT_TRUE(reference.weak);
    EXPECT_EQ(reference.generation, 1);
    EXPECT_EQ(reference.added_at, at(1));
    EXPECT_EQ(database.references().at(1).generation, 2);
    EXPECT_EQ(database.references_of(other).size(), 1u);
    EXPECT_EQ(database.generation(), 2);
}

TEST_F(Cases, AReferenceNeedsAnOpenCaseAndAFreeName)
{
    EXPECT_EQ(database.add_reference(sample_reference(CaseId{3}), actor()).error().code, Errc::not_found);
    const auto id = database.open_case(sample_case(), actor()).value();
    ASSERT_TRUE(database.add_reference(sample_reference(id), actor()));
    EXPECT_EQ(database.add_reference(sample_reference(id), actor()).error().code, Errc::exists);
    EXPECT_EQ(database.generation(), 1);
    ASSERT_TRUE(database.withdraw(id, actor()));
    EXPECT_EQ(database.add_reference(sample_reference(id), actor()).error().code, Errc::refused);
}

TEST_F(Cases, ARemovedReferenceIsGoneAndItsNameFreeWhileItsFindingsStay)
{
    const auto id = database.open_case(sample_case(), actor()).value();
    const auto reference = database.add_reference(sample_reference(id), actor()).value();
    ASSERT_TRUE(database.record_finding(sample_finding(id, reference), {}, actor()));
    ASSERT_TRUE(database.remove_reference(reference, actor()));
    EXPECT_TRUE(database.references().empty());
    ASSERT_EQ(database.findings().size(), 1u);
    EXPECT_EQ(database.findings()[0].reference_name, "R-01");
    EXPECT_EQ(database.remove_reference(reference, actor()).error().code, Errc::not_found);
    EXPECT_EQ(database.record_finding(sample_finding(id, reference), {}, actor()).error().code,
              Errc::refused);
    const auto again = database.add_reference(sample_reference(id), actor());
    ASSERT_TRUE(again);
    EXPECT_NE(*again, reference);
}

TEST_F(Cases, WithdrawalErasesEverythingOfTheCaseAndNothingElse)
{
    const auto id = database.open_case(sample_case(), actor()).value();
    const auto other = database.open_case(sample_case("C-2222"), actor()).value();
    const auto reference = database.add_reference(sample_reference(id), actor()).value();
    const auto kept = database.add_reference(sample_reference(other), actor()).value();
    ASSERT_TRUE(database.record_finding(sample_finding(id, reference),
                                        {sample_alert("a"), sample_alert("a", "hook")}, actor()));
    // A second place of the same finding, with a package of its own.
    auto second = sample_finding(id, reference, "https://board.example/t/3");
    second.content = sample_finding(id, reference).content;
    ASSERT_TRUE(database.record_finding(second, {}, actor()));
    ASSERT_TRUE(database.record_finding(sample_finding(other, kept, "https://board.example/t/2"),
                                        {sample_alert("b")}, actor()));

    const auto files = database.withdraw(id, actor(20));
    ASSERT_TRUE(files);
    EXPECT_EQ(files->evidence_files, (std::vector<std::string>{"F-1.wacz.age", "F-3.wacz.age"}));
    const auto withdrawn = database.find_case("C-7F3K");
    ASSERT_TRUE(withdrawn);
    EXPECT_EQ(withdrawn->state, CaseState::withdrawn);
    EXPECT_TRUE(withdrawn->sealed_secret_key.empty());
    EXPECT_TRUE(withdrawn->public_key.empty());
    EXPECT_TRUE(database.references_of(id).empty());
    EXPECT_TRUE(database.findings_of_case(id).empty());
    EXPECT_EQ(database.references().size(), 1u);
    EXPECT_EQ(database.findings().size(), 1u);
    EXPECT_EQ(database.alerts(10).size(), 1u);
    EXPECT_EQ(database.evidence_files(), std::vector<std::string>{"F-2.wacz.age"});
    const auto line = database.audit(0, 100).back();
    EXPECT_EQ(line.action, "case.withdraw");
    EXPECT_EQ(line.object, "C-7F3K references=1 findings=1 alerts=2");
    EXPECT_EQ(database.integrity(), "ok");
}

TEST_F(Cases, WithdrawingTwiceErasesNothingMore)
{
    const auto id = database.open_case(sample_case(), actor()).value();
    ASSERT_TRUE(database.withdraw(id, actor()));
    const auto lines = database.audit(0, 100).size();
    const auto again = database.withdraw(id, actor());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->audit_seq, 0);
    EXPECT_EQ(database.audit(0, 100).size(), lines);
    EXPECT_EQ(database.withdraw(CaseId{9}, actor()).error().code, Errc::not_found);
}

TEST_F(Cases, TheGenerationRisesWithoutAReferenceAndNeverFalls)
{
    EXPECT_EQ(database.generation(), 0);
    EXPECT_EQ(database.raise_generation(actor()).value(), 1);
    const auto id = database.open_case(sample_case(), actor()).value();
    ASSERT_TRUE(database.add_reference(sample_reference(id), actor()));
    ASSERT_TRUE(database.withdraw(id, actor()));
    EXPECT_EQ(database.generation(), 2);
}

TEST_F(Cases, TheExtractorVersionIsKept)
{
    EXPECT_EQ(database.verdict_version(), 0);
    ASSERT_TRUE(database.set_verdict_version(4));
    EXPECT_EQ(database.verdict_version(), 4);
}

TEST_F(Cases, ATierThatWasNotComparedRaisesTheGeneration)
{
    const std::set<Tier> all(all_tiers.begin(), all_tiers.end());
    EXPECT_EQ(database.compared_tiers(), all);
    ASSERT_TRUE(database.compare_tiers({Tier::exact}, actor()));
    ASSERT_TRUE(database.compare_tiers(all, actor()));
    EXPECT_EQ(database.generation(), 0) << "nothing is stale before the first reference";
    ASSERT_TRUE(database.add_reference(sample_reference(database.open_case(sample_case(), actor()).value()),
                                       actor()));
    ASSERT_TRUE(database.compare_tiers({Tier::exact, Tier::near}, actor()));
    ASSERT_TRUE(database.compare_tiers({Tier::exact, Tier::near}, actor()));
    EXPECT_EQ(database.generation(), 1) << "fewer or the same";
    ASSERT_TRUE(database.compare_tiers(all, actor()));
    EXPECT_EQ(database.generation(), 2);
    EXPECT_EQ(database.compared_tiers(), all);
}

TEST_F(Cases, HostsStayStoppedUntilTheyAreResumed)
{
    StoppedHost host{"board.example", actor().at, "anna", "they asked"};
    ASSERT_TRUE(database.stop_host(host, actor()));
    host.reason = "they asked again";
    ASSERT_TRUE(database.stop_host(host, actor()));
    EXPECT_EQ(database.stopped_hosts(), std::vector{host});
    ASSERT_TRUE(database.resume_host("board.example", actor()));
    EXPECT_TRUE(database.stopped_hosts().empty());
    EXPECT_EQ(database.resume_host("board.example", actor()).error().code, Errc::not_found);
    EXPECT_EQ(database.audit(0, 10).back().action, "host.resumed");
}

TEST_F(Cases, ItsFilesAreOursAlone)
{
    ASSERT_TRUE(database.open_case(sample_case(), actor()));
    for (const char* name : {"cases.db", "cases.db-wal"}) {
        struct stat status {};
        ASSERT_EQ(::stat((directory / name).c_str(), &status), 0) << name;
        EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
    }
}

} // namespace
} // namespace stillwatch::store
