#include "cases/consent.hpp"

#include "tests/support/store_samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::cases {
namespace {

using namespace std::chrono_literals;
using test::at;

// The detail of the refusal, empty when the record is taken.
std::string problem_of(const Consent& consent, Timestamp now = at(10))
{
    const auto checked = check_consent(consent, now);
    if (checked) return {};
    EXPECT_EQ(checked.error().code, Errc::invalid_argument);
    return checked.error().detail;
}

TEST(Consent, AFilledInRecordIsTaken)
{
    EXPECT_EQ(problem_of(test::sample_consent()), "");
}

TEST(Consent, EachMissingFieldIsNamed)
{
    for (const auto& [field, name] : {std::pair{&Consent::given_by, "given_by"},
                                      {&Consent::recorded_by, "recorded_by"},
                                      {&Consent::text_version, "text_version"}}) {
        auto consent = test::sample_consent();
        consent.*field = "";
        EXPECT_EQ(problem_of(consent), std::string("consent: ") + name + " is missing");
        consent.*field = std::string(101, 'x');
        EXPECT_EQ(problem_of(consent), std::string("consent: ") + name + " is longer than 100 bytes");
        consent.*field = std::string(100, 'x');
        EXPECT_EQ(problem_of(consent), "");
    }
}

TEST(Consent, OnlyKnownScopesAreTaken)
{
    for (const auto* scope : {"", "faces", "pictures,", "pictures,smells", "Pictures", "pictures "}) {
        auto consent = test::sample_consent();
        consent.scope = scope;
        EXPECT_THAT(problem_of(consent), testing::HasSubstr("scope")) << scope;
    }
}

TEST(Consent, ScopesStandBesideEachOther)
{
    auto consent = test::sample_consent();
    EXPECT_FALSE(covers(consent, "faces"));
    consent.scope = "pictures,videos,faces";
    EXPECT_EQ(problem_of(consent), "");
    for (const auto* scope : {"pictures", "videos", "faces"})
        EXPECT_TRUE(covers(consent, scope)) << scope;
    EXPECT_FALSE(covers(consent, "face"));
    EXPECT_FALSE(covers(consent, ""));
}

TEST(Consent, WithoutApprovalNothingIsCompared)
{
    Case c;
    c.consent = test::sample_consent();
    c.consent.approval = Approval::none;
    EXPECT_EQ(consent_status(c, ConsentTime(at(10), {})), ConsentStatus::unapproved);
    for (const auto approval : {Approval::second_person, Approval::one_person, Approval::typed}) {
        c.consent.approval = approval;
        EXPECT_EQ(consent_status(c, ConsentTime(at(10), {})), ConsentStatus::valid) << name_of(approval);
    }
}

TEST(Consent, IsGivenInThePast)
{
    auto consent = test::sample_consent();
    consent.given_at = at(10);
    EXPECT_EQ(problem_of(consent, at(10)), "");
    consent.given_at = at(10) + 1ms;
    EXPECT_THAT(problem_of(consent, at(10)), testing::HasSubstr("given_at"));
}

TEST(Consent, EndsInTheFuture)
{
    auto consent = test::sample_consent();
    consent.expires_at = at(10);
    EXPECT_THAT(problem_of(consent, at(10)), testing::HasSubstr("expires_at lies in the past"));
    consent.expires_at = at(10) + 1ms;
    EXPECT_EQ(problem_of(consent, at(10)), "");
}

TEST(Consent, LastsAYearAtMost)
{
    auto consent = test::sample_consent();
    consent.expires_at = consent.given_at + max_consent_time;
    EXPECT_EQ(problem_of(consent), "");
    consent.expires_at += 1ms;
    EXPECT_THAT(problem_of(consent), testing::HasSubstr("12 months"));
}

TEST(Consent, AYearFromADateToTheSameDateIsTaken)
{
    auto consent = test::sample_consent();
    for (const auto* year : {"2026", "2027", "2028"}) { // the second of them holds a 29th of February
        consent.given_at = *parse_utc(std::string(year) + "-03-01");
        consent.expires_at = *parse_utc(std::to_string(std::stoi(year) + 1) + "-03-01");
        EXPECT_EQ(problem_of(consent, consent.given_at), "") << year;
    }
}

TEST(Consent, IsValidFromTheMomentItIsGivenUntilItExpires)
{
    auto c = test::sample_case();
    c.consent.given_at = at(10);
    c.consent.expires_at = at(20);
    EXPECT_EQ(consent_status(c, ConsentTime(at(10) - 1ms, {})), ConsentStatus::not_yet);
    EXPECT_EQ(consent_status(c, ConsentTime(at(10), {})), ConsentStatus::valid);
    EXPECT_EQ(consent_status(c, ConsentTime(at(20) - 1ms, {})), ConsentStatus::valid);
    EXPECT_EQ(consent_status(c, ConsentTime(at(20), {})), ConsentStatus::expired);
}

TEST(Consent, OfAWithdrawnCaseIsNeverValid)
{
    auto c = test::sample_case();
    c.state = CaseState::withdrawn;
    for (const auto now : {at(-1), at(1), at(1'000'000)})
        EXPECT_EQ(consent_status(c, ConsentTime(now, {})), ConsentStatus::withdrawn);
}

TEST(Consent, StatusesAreWrittenAsTheDocumentsSay)
{
    EXPECT_EQ(name_of(ConsentStatus::valid), "valid");
    EXPECT_EQ(name_of(ConsentStatus::not_yet), "not_yet");
    EXPECT_EQ(name_of(ConsentStatus::expired), "expired");
    EXPECT_EQ(name_of(ConsentStatus::withdrawn), "withdrawn");
}

} // namespace
} // namespace stillwatch::cases
