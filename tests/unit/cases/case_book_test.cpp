#include "cases/case_book.hpp"

#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"
#include "vault/case_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace stillwatch::cases {
namespace {

using test::actor;
using test::at;
using testing::HasSubstr;

class CaseBookTest : public testing::Test {
protected:
    Case open() { return book.open(test::sample_consent(), ApprovalRule::one_person, actor(1)).value(); }

    static Reference draft(const std::string& name = "R-01")
    {
        Reference draft;
        draft.name = name;
        draft.sealed = to_bytes("sealed " + name);
        draft.extractor_version = extractor_version;
        return draft;
    }
    Error refusal_of(const std::string& pseudonym, const Reference& reference, std::int64_t seconds = 2)
    {
        const auto added = book.enrol(pseudonym, reference, actor(seconds));
        EXPECT_FALSE(added.has_value());
        return added ? Error{Errc::io, "was taken"} : added.error();
    }

    test::TemporaryDirectory directory;
    vault::KeyPair installation = vault::make_key_pair();
    store::CaseDatabase database{directory / "cases.db"};
    CaseBook book{database, installation.public_key};
};

TEST_F(CaseBookTest, OpensUnderPseudonymsThatCanBeReadAloud)
{
    std::set<std::string> pseudonyms;
    for (int i = 0; i < 50; ++i) {
        const auto opened = open();
        EXPECT_THAT(opened.pseudonym, testing::MatchesRegex("C-[0-9A-HJKMNP-TV-Z][0-9A-HJKMNP-TV-Z]"
                                                            "[0-9A-HJKMNP-TV-Z][0-9A-HJKMNP-TV-Z]"));
        pseudonyms.insert(opened.pseudonym);
    }
    EXPECT_EQ(pseudonyms.size(), 50U);
    EXPECT_EQ(database.cases().size(), 50U);
}

TEST_F(CaseBookTest, ACaseHasAKeyThatTheInstallationOpens)
{
    const auto opened = open();
    const auto stored = book.find(opened.pseudonym).value();
    EXPECT_EQ(stored.id, opened.id);
    EXPECT_EQ(stored.public_key, opened.public_key);
    vault::CaseKey key;
    std::ranges::copy(stored.public_key, key.public_key.bytes.begin());
    key.sealed_secret = stored.sealed_secret_key;
    EXPECT_TRUE(vault::open_case_key(installation, opened.pseudonym, key).has_value());
    EXPECT_FALSE(vault::open_case_key(vault::make_key_pair(), opened.pseudonym, key).has_value());
}

TEST_F(CaseBookTest, OpensNothingWithoutFullConsent)
{
    auto consent = test::sample_consent();
    consent.given_by = "";
    EXPECT_EQ(book.open(consent, ApprovalRule::one_person, actor(1)).error().code, Errc::invalid_argument);
    EXPECT_TRUE(database.cases().empty());
}

TEST_F(CaseBookTest, WhoActsHasRecordedItWhateverNamesWereTyped)
{
    const auto opened = open(); // the sample says "anna" and "ben"
    EXPECT_EQ(opened.consent.recorded_by, actor().name);
    EXPECT_EQ(opened.consent.approved_by, actor().name);
    EXPECT_EQ(opened.consent.approval, Approval::one_person);
    EXPECT_EQ(book.find(opened.pseudonym).value().consent, opened.consent);
}

TEST_F(CaseBookTest, ACaseWaitsForAnotherAccount)
{
    const auto opened =
        book.open(test::sample_consent(), ApprovalRule::second_person, {"anna", at(1)}).value();
    EXPECT_EQ(consent_status(opened, ConsentTime(at(2), {})), ConsentStatus::unapproved);
    EXPECT_THAT(refusal_of(opened.pseudonym, draft()).detail, HasSubstr("unapproved"));
    const auto alone = book.approve(opened.pseudonym, {"anna", at(2)});
    ASSERT_FALSE(alone.has_value());
    EXPECT_EQ(alone.error().code, Errc::refused);
    EXPECT_EQ(book.find(opened.pseudonym).value().consent.approval, Approval::none);

    const auto approved = book.approve(opened.pseudonym, {"ben", at(3)}).value();
    EXPECT_EQ(consent_status(approved, ConsentTime(at(4), {})), ConsentStatus::valid);
    EXPECT_EQ(approved.consent.approved_by, "ben");
    EXPECT_EQ(approved.consent.approved_at, at(3));
    EXPECT_TRUE(book.enrol(opened.pseudonym, draft(), actor(4)).has_value());
    EXPECT_EQ(book.approve(opened.pseudonym, {"carla", at(5)}).error().code, Errc::exists);
}

TEST_F(CaseBookTest, ARenewalWaitsWhileTheConsentBeforeStays)
{
    const auto opened =
        book.open(test::sample_consent(), ApprovalRule::second_person, {"anna", at(1)}).value();
    ASSERT_TRUE(book.approve(opened.pseudonym, {"ben", at(2)}).has_value());
    ASSERT_TRUE(book.enrol(opened.pseudonym, draft(), actor(3)).has_value());
    const auto before = database.generation();
    auto longer = test::sample_consent();
    longer.expires_at = at(200'000);
    const auto waiting =
        book.renew(opened.pseudonym, longer, ApprovalRule::second_person, {"anna", at(4)}).value();
    ASSERT_TRUE(waiting.renewal.has_value());
    EXPECT_EQ(waiting.renewal->expires_at, at(200'000));
    EXPECT_EQ(waiting.consent.expires_at, test::sample_consent().expires_at);
    EXPECT_EQ(consent_status(waiting, ConsentTime(at(5), {})), ConsentStatus::valid);
    EXPECT_EQ(database.generation(), before);

    EXPECT_EQ(book.approve(opened.pseudonym, {"anna", at(5)}).error().code, Errc::refused);
    const auto renewed = book.approve(opened.pseudonym, {"ben", at(6)}).value();
    EXPECT_FALSE(renewed.renewal.has_value());
    EXPECT_EQ(renewed.consent.expires_at, at(200'000));
    EXPECT_GT(database.generation(), before);
}

TEST_F(CaseBookTest, ASecondPersonMayStandBehindWhatOnePersonApproved)
{
    const auto opened = open();
    ASSERT_TRUE(book.enrol(opened.pseudonym, draft(), actor(2)).has_value());
    const auto before = database.generation();
    EXPECT_EQ(book.approve(opened.pseudonym, actor(3)).error().code, Errc::refused);
    const auto approved = book.approve(opened.pseudonym, {"ben", at(3)}).value();
    EXPECT_EQ(approved.consent.approval, Approval::second_person);
    EXPECT_EQ(database.generation(), before); // nothing was compared without it
}

TEST_F(CaseBookTest, AWithdrawnCaseIsNotApproved)
{
    const auto opened =
        book.open(test::sample_consent(), ApprovalRule::second_person, {"anna", at(1)}).value();
    ASSERT_TRUE(book.withdraw(opened.pseudonym, actor(2)).has_value());
    EXPECT_EQ(book.approve(opened.pseudonym, {"ben", at(3)}).error().code, Errc::refused);
    EXPECT_EQ(book.approve("C-0000", {"ben", at(3)}).error().code, Errc::not_found);
}

TEST_F(CaseBookTest, AnUnknownPseudonymIsNamed)
{
    EXPECT_EQ(book.find("C-0000").error(), (Error{Errc::not_found, "no case C-0000"}));
    EXPECT_EQ(book.renew("C-0000", test::sample_consent(), ApprovalRule::one_person, actor()).error().code,
              Errc::not_found);
    EXPECT_EQ(book.withdraw("C-0000", actor()).error().code, Errc::not_found);
    EXPECT_EQ(book.enrol("C-0000", draft(), actor()).error().code, Errc::not_found);
    EXPECT_EQ(book.remove_reference("C-0000", "R-01", actor()).error().code, Errc::not_found);
}

TEST_F(CaseBookTest, RenewalMakesAllVerdictsStale)
{
    const auto opened = open();
    ASSERT_TRUE(book.enrol(opened.pseudonym, draft(), actor(2)).has_value());
    const auto before = database.generation();
    auto consent = test::sample_consent();
    consent.given_at = at(50);
    consent.expires_at = at(200'000);
    const auto renewed = book.renew(opened.pseudonym, consent, ApprovalRule::one_person, actor(60)).value();
    EXPECT_EQ(renewed.consent.expires_at, consent.expires_at);
    EXPECT_EQ(renewed.public_key, opened.public_key);
    EXPECT_GT(database.generation(), before);
    EXPECT_EQ(database.references_of(opened.id).at(0).generation, database.generation());
}

TEST_F(CaseBookTest, ARefusedRenewalChangesNothing)
{
    const auto opened = open();
    auto consent = test::sample_consent();
    consent.expires_at = at(0);
    EXPECT_EQ(book.renew(opened.pseudonym, consent, ApprovalRule::one_person, actor(1)).error().code,
              Errc::invalid_argument);
    EXPECT_EQ(book.find(opened.pseudonym).value().consent, opened.consent);
    EXPECT_EQ(database.generation(), 0);
}

TEST_F(CaseBookTest, AnExpiredCaseCanBeRenewed)
{
    const auto opened = open();
    const auto late = actor(100'000);
    EXPECT_EQ(refusal_of(opened.pseudonym, draft(), 100'000).code, Errc::refused);
    auto consent = test::sample_consent();
    consent.given_at = late.at;
    consent.expires_at = late.at + std::chrono::days(30);
    ASSERT_TRUE(book.renew(opened.pseudonym, consent, ApprovalRule::one_person, late).has_value());
    EXPECT_TRUE(book.enrol(opened.pseudonym, draft(), late).has_value());
}

TEST_F(CaseBookTest, WithdrawalGivesAReceipt)
{
    const auto other = open();
    const auto opened = open();
    const auto reference = book.enrol(opened.pseudonym, draft("R-01"), actor(2)).value();
    ASSERT_TRUE(book.enrol(opened.pseudonym, draft("R-02"), actor(2)).has_value());
    ASSERT_TRUE(book.enrol(other.pseudonym, draft(), actor(2)).has_value());
    auto finding = test::sample_finding(opened.id, reference);
    finding.evidence_file = "C-X.tar.age";
    ASSERT_TRUE(database.record_finding(finding, {}, actor(3)).has_value());

    const auto receipt = book.withdraw(opened.pseudonym, actor(4)).value();
    EXPECT_EQ(receipt.pseudonym, opened.pseudonym);
    EXPECT_EQ(receipt.at, at(4));
    EXPECT_EQ(receipt.references_erased, 2U);
    EXPECT_EQ(receipt.findings_erased, 1U);
    EXPECT_THAT(receipt.evidence_files, testing::ElementsAre("C-X.tar.age"));
    const auto line = database.audit(receipt.audit_seq - 1, 1).at(0);
    EXPECT_EQ(line.seq, receipt.audit_seq);
    EXPECT_EQ(line.action, "case.withdraw");
    EXPECT_THAT(line.object, testing::StartsWith(opened.pseudonym));

    const auto gone = book.find(opened.pseudonym).value();
    EXPECT_EQ(gone.state, CaseState::withdrawn);
    EXPECT_TRUE(gone.public_key.empty());
    EXPECT_TRUE(gone.sealed_secret_key.empty());
    EXPECT_TRUE(database.references_of(opened.id).empty());
    EXPECT_EQ(database.references_of(other.id).size(), 1U);
}

TEST_F(CaseBookTest, NothingFollowsAWithdrawal)
{
    const auto opened = open();
    ASSERT_TRUE(book.withdraw(opened.pseudonym, actor(2)).has_value());
    const auto refused = refusal_of(opened.pseudonym, draft());
    EXPECT_EQ(refused.code, Errc::refused);
    EXPECT_THAT(refused.detail, HasSubstr("withdrawn"));
    EXPECT_EQ(
        book.renew(opened.pseudonym, test::sample_consent(), ApprovalRule::one_person, actor(3)).error().code,
        Errc::refused);
    EXPECT_EQ(book.withdraw(opened.pseudonym, actor(3)).error().code, Errc::refused);
}

TEST_F(CaseBookTest, EnrolsOnlyWhileConsentIsValid)
{
    const auto opened = open();
    EXPECT_THAT(refusal_of(opened.pseudonym, draft(), -1).detail, HasSubstr("not_yet"));
    EXPECT_THAT(refusal_of(opened.pseudonym, draft(), 86'400).detail, HasSubstr("expired"));
    EXPECT_TRUE(database.references().empty());
    EXPECT_TRUE(book.enrol(opened.pseudonym, draft(), actor(86'399)).has_value());
}

TEST_F(CaseBookTest, EachEnrolmentIsANewGeneration)
{
    const auto opened = open();
    ASSERT_TRUE(book.enrol(opened.pseudonym, draft("a"), actor(2)).has_value());
    ASSERT_TRUE(book.enrol(opened.pseudonym, draft("b"), actor(3)).has_value());
    EXPECT_EQ(database.generation(), 2);
    const auto references = database.references_of(opened.id);
    EXPECT_EQ(references.at(1).generation, 2);
    EXPECT_EQ(references.at(1).added_at, at(3));
}

TEST_F(CaseBookTest, NamesOfReferencesArePlainAndUnique)
{
    const auto opened = open();
    for (const auto& name : {std::string(), std::string(65, 'a'), std::string("a b"), std::string("a/b"),
                             std::string("ä"), std::string("a\nb"), std::string("a\0b", 3)})
        EXPECT_EQ(refusal_of(opened.pseudonym, draft(name)).code, Errc::invalid_argument) << name;
    for (const auto& name : {std::string(64, 'a'), std::string("R-01_b.2")})
        EXPECT_TRUE(book.enrol(opened.pseudonym, draft(name), actor(2)).has_value()) << name;
    EXPECT_EQ(refusal_of(opened.pseudonym, draft("R-01_b.2")).code, Errc::exists);
}

TEST_F(CaseBookTest, SealedRecordsHaveBounds)
{
    const auto opened = open();
    auto reference = draft();
    reference.sealed.clear();
    EXPECT_EQ(refusal_of(opened.pseudonym, reference).code, Errc::invalid_argument);
    reference.sealed.resize((512U << 10U) + 1);
    EXPECT_EQ(refusal_of(opened.pseudonym, reference).code, Errc::invalid_argument);
    reference.sealed.resize(512U << 10U);
    EXPECT_TRUE(book.enrol(opened.pseudonym, reference, actor(2)).has_value());
}

TEST_F(CaseBookTest, ARemovedReferenceIsGoneAndItsNameIsFree)
{
    const auto opened = open();
    ASSERT_TRUE(book.enrol(opened.pseudonym, draft(), actor(2)).has_value());
    ASSERT_TRUE(book.remove_reference(opened.pseudonym, "R-01", actor(3)).has_value());
    EXPECT_TRUE(database.references_of(opened.id).empty());
    EXPECT_EQ(book.remove_reference(opened.pseudonym, "R-01", actor(3)).error(),
              (Error{Errc::not_found, opened.pseudonym + " has no reference R-01"}));
    EXPECT_TRUE(book.enrol(opened.pseudonym, draft(), actor(4)).has_value());
}

} // namespace
} // namespace stillwatch::cases
