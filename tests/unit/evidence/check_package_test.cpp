#include "evidence/first_package.hpp"
#include "evidence/package.hpp"
#include "evidence/package_parts.hpp"
#include "evidence/report.hpp"
#include "evidence/verify.hpp"
#include "tests/support/sample_capture.hpp"
#include "tests/support/temporary_directory.hpp"
#include "vault/age.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Packages of later checks, which find a picture again.
namespace stillwatch::evidence {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Bytes package_of(const EvidenceFacts& facts, const Capture& capture)
{
    return make_package(test::sample_settings("", ""), test::sample_signing_key(), facts, capture)
        .value()
        .archive;
}

VerifyReport verified(const Bytes& package)
{
    return verify_package(package, test::sample_signing_key().verify_key()).value();
}

TEST(CheckPackage, TheSameBytesAreReferredToAndNotKeptAgain)
{
    const auto package = package_of(test::sample_check_facts(200'000), test::sample_check_capture(200'000));
    EXPECT_LT(package.size(), 60'000U);
    const auto report = verified(package);
    EXPECT_EQ(report.verdict, Verdict::whole);
    EXPECT_THAT(report.differences, IsEmpty());
    const auto& picture = report.chains.image.back();
    ASSERT_TRUE(picture.revisit);
    EXPECT_EQ(picture.revisit->record, test::sample_record().record);
    EXPECT_EQ(picture.revisit->at, "2026-11-23T02:17:00.550Z");
    EXPECT_EQ(picture.fetched.status, 200);
    EXPECT_EQ(picture.fetched.started, test::sample_time(300) + std::chrono::hours(24));
    EXPECT_THAT(picture.fetched.body, IsEmpty());
}

TEST(CheckPackage, OtherBytesOfThePictureAreKept)
{
    auto facts = test::sample_check_facts();
    facts.check->same.reset();
    const auto report = verified(package_of(facts, test::sample_check_capture()));
    EXPECT_EQ(report.verdict, Verdict::whole);
    EXPECT_FALSE(report.chains.image.back().revisit);
    EXPECT_EQ(report.chains.image.back().fetched.body, test::noise(3000));
}

TEST(CheckPackage, SaysWhereTheBytesAreAndShowsNone)
{
    const auto package = package_of(test::sample_check_facts(), test::sample_check_capture());
    const auto report = verified(package);
    EXPECT_THAT(bodies_of(report), IsEmpty());
    EXPECT_THAT(report_text(report_lines(report, {})), HasSubstr(test::sample_record().package));
    EXPECT_THAT(std::string(package_parts(package).value().text(cover_file)),
                HasSubstr(test::sample_record().package));
    EXPECT_THAT(std::string(package_parts(package).value().text(custody_file)),
                HasSubstr(R"("same_as":"C-7F3K-)"));
}

TEST(CheckPackage, WhatTheManifestSaysOtherwiseIsNamed)
{
    auto report = verified(package_of(test::sample_check_facts(), test::sample_check_capture()));
    auto& same = report.manifest["check"].as_object()["same_as"].as_object();
    same["started_at"] = "2026-11-20T00:00:00.000Z";
    EXPECT_THAT(differences(report.manifest, report.warc, report.chains),
                ElementsAre(HasSubstr("check.same_as.started_at")));
    report.manifest["content_sha256"] = Sha256::of(as_bytes("other")).hex();
    EXPECT_THAT(differences(report.manifest, report.warc, report.chains), SizeIs(2));
    report.manifest.erase("check");
    EXPECT_THAT(differences(report.manifest, report.warc, report.chains), SizeIs(2));
}

// A finding's own package cannot do without its picture.
TEST(CheckPackage, APackageThatHoldsItsPictureRefersToNoOther)
{
    auto facts = test::sample_check_facts();
    facts.check->same.reset();
    auto report = verified(package_of(facts, test::sample_check_capture()));
    report.manifest["check"].as_object()["same_as"] = json::object{};
    EXPECT_THAT(differences(report.manifest, report.warc, report.chains),
                ElementsAre("check.same_as: the records hold the picture themselves"));
}

TEST(CheckPackage, TheFirstPackageTellsWhichRecordHoldsThePicture)
{
    const test::TemporaryDirectory directory;
    const auto settings = test::sample_settings(directory.path(), vault::generate_age_identity().recipient);
    const auto facts = test::sample_facts();
    const auto stored =
        write_evidence(settings, test::sample_signing_key(), facts, test::sample_capture()).value();
    ASSERT_TRUE(stored.picture);
    EXPECT_EQ(stored.picture->package, stored.file);
    EXPECT_EQ(stored.picture->payload, Sha256::of(test::noise(3000)));
    const auto package =
        make_package(settings, test::sample_signing_key(), facts, test::sample_capture()).value();
    EXPECT_EQ(stored.picture->record, package.picture_record);
    EXPECT_THAT(package.picture_record, testing::StartsWith("<urn:uuid:"));

    const auto check = write_evidence(settings, test::sample_signing_key(), test::sample_check_facts(),
                                      test::sample_check_capture())
                           .value();
    EXPECT_FALSE(check.picture);
}

class FirstPackage : public testing::Test {
protected:
    static Package first_of(const Capture& capture, const vault::SigningKey& key = test::sample_signing_key())
    {
        return make_package(test::sample_settings("", ""), key, test::sample_facts(), capture).value();
    }
    // What a check that refers to that record says that differs from the first package.
    std::vector<std::string> told(const CapturedRecord& referred,
                                  const vault::SigningKey& key = test::sample_signing_key()) const
    {
        auto facts = test::sample_check_facts();
        facts.check->same = referred;
        const auto package =
            make_package(test::sample_settings("", ""), key, facts, test::sample_check_capture()).value();
        const auto check = verify_package(package.archive, std::nullopt).value();
        return differences_from_first(check, verified(first.archive));
    }

    Package first = first_of(test::sample_capture());
    CapturedRecord same = test::captured_in(first);
};

TEST_F(FirstPackage, HoldsWhatTheCheckRefersTo)
{
    EXPECT_THAT(told(same), IsEmpty());
    const auto check = verified(package_of(test::sample_check_facts(), test::sample_check_capture()));
    EXPECT_EQ(refers_to(check), test::sample_record().package);
    EXPECT_EQ(refers_to(verified(first.archive)), "");
}

TEST_F(FirstPackage, EachThingThatTheCheckSaysOtherwiseIsNamed)
{
    auto other = same;
    other.package = "C-7F3K-0123456789abcdef01234567.wacz.age";
    EXPECT_THAT(told(other), ElementsAre(HasSubstr("its name is " + same.package)));
    other = same;
    other.record = "<urn:uuid:00000000-0000-4000-8000-000000000001>";
    EXPECT_THAT(told(other), ElementsAre(HasSubstr("its record is " + same.record)));
    other = same;
    other.url = test::url_of("https://img.board.example/2.jpg");
    EXPECT_THAT(told(other), ElementsAre(HasSubstr("its address is https://img.board.example/1.jpg")));
    other = same;
    other.at -= std::chrono::milliseconds(1);
    EXPECT_THAT(told(other), ElementsAre(HasSubstr("its date is 2026-11-23T02:17:00.550Z")));
    first = make_package(test::sample_settings("", ""), test::sample_signing_key(), test::sample_facts(4000),
                         test::sample_capture(4000))
                .value();
    EXPECT_THAT(told(test::captured_in(first)), ElementsAre(HasSubstr("its payload digest is sha256:")));
}

TEST_F(FirstPackage, IsOfTheSameSignerAndTheOlder)
{
    const auto stranger = std::move(vault::SigningKey::from_seed(Bytes(32, std::byte{8})).value());
    EXPECT_THAT(told(same, stranger), ElementsAre(HasSubstr("its signing key is")));

    auto later = test::sample_capture();
    for (auto& hop : later.image)
        hop.started += std::chrono::hours(48);
    first = first_of(later);
    auto record = test::captured_in(first);
    record.at += std::chrono::hours(48);
    EXPECT_THAT(told(record), ElementsAre(HasSubstr("not before that of the check")));
}

TEST_F(FirstPackage, OfAPackageThatHoldsItsBytesThereIsNone)
{
    const auto report = verified(first.archive);
    EXPECT_THAT(differences_from_first(report, report), ElementsAre(HasSubstr("refers to none")));
}

} // namespace
} // namespace stillwatch::evidence
