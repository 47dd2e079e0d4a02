#include "evidence/verify.hpp"

#include "evidence/compare.hpp"
#include "evidence/package.hpp"
#include "evidence/tar.hpp"
#include "tests/support/sample_capture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace stillwatch::evidence {
namespace {

using testing::ElementsAre;

Bytes sample_package()
{
    return make_package(test::sample_settings("", ""), test::sample_signing_key(), test::sample_facts(),
                        test::sample_capture())
        .value()
        .archive;
}

// The part that an error names: what stands before the first colon.
std::string part_of(const Error& error)
{
    return error.detail.substr(0, error.detail.find_first_of(":,"));
}

// The same files in an archive whose one member is replaced.
Bytes repacked(std::string_view name, ByteView content)
{
    const auto original = sample_package();
    Bytes archive;
    const auto members = read_tar(original).value();
    for (const auto& member : members) {
        const auto body = member.name == name ? content : member.content;
        const auto header = tar_header(member.name, body.size(), member.modified);
        archive.insert(archive.end(), header.begin(), header.end());
        archive.insert(archive.end(), body.begin(), body.end());
        archive.resize(archive.size() + tar_padding(body.size()));
    }
    archive.resize(archive.size() + tar_end);
    return archive;
}

TEST(Verify, TellsWhatThePackageSays)
{
    const auto report = verify_package(sample_package(), test::sample_signing_key().verify_key());
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_EQ(report->verdict, Verdict::whole) << fmt::format("{}", fmt::join(report->differences, "\n"));
    EXPECT_EQ(report->text("case"), "C-7F3K");
    EXPECT_EQ(report->text("organisation"), "Example Helpline");
    EXPECT_EQ(report->text("recorded_at"), "2026-11-23T02:17:00.750Z");
    EXPECT_EQ(report->warc.records, 1U + 4U + 3U + 4U);
    EXPECT_EQ(report->chains.page.size(), 1U);
    ASSERT_EQ(report->chains.image.size(), 2U);
    EXPECT_EQ(report->chains.image.back().fetched.body, test::noise(3000));
    EXPECT_EQ(report->signing_key, test::sample_signing_key().verify_key());
    EXPECT_EQ(report->files.size(), 2U);
}

Bytes package_of_video()
{
    auto capture = test::sample_capture();
    for (int part = 0; part < 2; ++part) {
        capture.parts.push_back(capture.image.back());
        capture.parts.back().body = test::noise(static_cast<std::size_t>(500 + part));
    }
    return make_package(test::sample_settings("", ""), test::sample_signing_key(), test::sample_facts(),
                        capture)
        .value()
        .archive;
}

TEST(Verify, KnowsThePartsOfAVideoThatWereFetched)
{
    const auto report = verify_package(package_of_video(), test::sample_signing_key().verify_key());
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_EQ(report->verdict, Verdict::whole) << fmt::format("{}", fmt::join(report->differences, "\n"));
    ASSERT_EQ(report->chains.image.size(), 2U);
    ASSERT_EQ(report->chains.parts.size(), 2U);
    EXPECT_EQ(report->chains.parts[1].fetched.body, test::noise(501));
}

TEST(Verify, APartThatTheManifestTellsOtherwiseIsNamed)
{
    auto report = verify_package(package_of_video(), test::sample_signing_key().verify_key()).value();
    report.manifest["part_fetches"].as_array()[1].as_object()["status"] = 404;
    EXPECT_THAT(differences(report.manifest, report.warc, report.chains),
                ElementsAre("part_fetches[1].status: 404, the records say 200"));
    report.manifest["part_fetches"].as_array().pop_back();
    EXPECT_FALSE(divide(report.manifest, report.warc));
    report.manifest["part_fetches"] = "none";
    EXPECT_FALSE(divide(report.manifest, report.warc));
}

TEST(Verify, FractionsOfAnyLengthAreWrittenAsManifestsAre)
{
    for (const double score : {0.1, 1.0 / 3, 0.83137254901960778, 0.98828125, 1e-7, 0.30000000000000004}) {
        auto facts = test::sample_facts();
        facts.finding.match.score = score;
        const auto archive = make_package(test::sample_settings("", ""), test::sample_signing_key(), facts,
                                          test::sample_capture())
                                 .value()
                                 .archive;
        const auto report = verify_package(archive, test::sample_signing_key().verify_key());
        EXPECT_TRUE(report) << score << " " << to_string(report.error());
    }
}

TEST(Verify, APackageOfAnotherSignerThanExpectedIsUnproven)
{
    const auto report = verify_package(sample_package(), vault::SigningKey::generate().verify_key()).value();
    EXPECT_EQ(report.verdict, Verdict::unproven);
    EXPECT_TRUE(report.key_differs);
}

TEST(Verify, WithoutAKeyToCompareWithNothingIsProven)
{
    const auto report = verify_package(sample_package(), std::nullopt).value();
    EXPECT_EQ(report.verdict, Verdict::unproven);
    EXPECT_FALSE(report.key_differs);
    EXPECT_TRUE(report.differences.empty());
}

TEST(Verify, AChangedByteIsNoticedInItsPart)
{
    const auto package = sample_package();
    std::map<std::string, std::pair<std::size_t, std::size_t>> places;
    const auto members = read_tar(package).value();
    for (const auto& member : members) {
        const auto begin = static_cast<std::size_t>(member.content.data() - package.data());
        places[member.name] = {begin, begin + member.content.size()};
    }
    for (std::size_t i = 0; i < package.size(); i += 13) {
        auto changed = package;
        changed[i] ^= static_cast<std::byte>(1U << i % 8);
        const auto report = verify_package(changed, std::nullopt);
        ASSERT_FALSE(report) << "byte " << i;
        const auto within = [&](const std::string& name) {
            return i >= places[name].first && i < places[name].second;
        };
        const auto part = part_of(report.error());
        if (within("manifest.json") || within("manifest.sig"))
            EXPECT_EQ(part, "manifest.json") << "byte " << i << ": " << report.error().detail;
        else if (within("signing_key.pub"))
            EXPECT_EQ(part, "signing_key.pub") << "byte " << i << ": " << report.error().detail;
        else if (within("data.warc.gz"))
            EXPECT_EQ(part, "data.warc.gz") << "byte " << i << ": " << report.error().detail;
        else
            EXPECT_EQ(part, "tar archive") << "byte " << i << ": " << report.error().detail;
    }
}

TEST(Verify, AReplacedFileIsNamed)
{
    auto report = verify_package(repacked("data.warc.gz", as_bytes("another")), std::nullopt);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().detail, "data.warc.gz: its size is not that of the manifest");
    const auto other_key = vault::SigningKey::generate().verify_key().pem();
    report = verify_package(repacked("signing_key.pub", as_bytes(other_key)), std::nullopt);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().detail, "signing_key.pub: its SHA-256 is not that of the manifest");
}

// An archive of these members of the sample, in this order.
std::string error_of_members(const std::vector<std::size_t>& numbers)
{
    const auto package = sample_package();
    const auto members = read_tar(package).value();
    Bytes archive;
    for (const auto number : numbers) {
        const auto& member = members[number];
        const auto header = tar_header(member.name, member.content.size(), member.modified);
        archive.insert(archive.end(), header.begin(), header.end());
        archive.insert(archive.end(), member.content.begin(), member.content.end());
        archive.resize(archive.size() + tar_padding(member.content.size()));
    }
    archive.resize(archive.size() + tar_end);
    const auto report = verify_package(archive, test::sample_signing_key().verify_key());
    return report ? "" : report.error().detail;
}

TEST(Verify, MissingDoubledAdditionalAndMisplacedFilesAreNamed)
{
    EXPECT_EQ(error_of_members({0}), "tar archive: 1 files instead of 4");
    EXPECT_EQ(error_of_members({0, 1, 2, 3, 3}), "tar archive: 5 files instead of 4");
    EXPECT_EQ(error_of_members({0, 0, 1, 2, 3}), "tar archive: 5 files instead of 4");
    EXPECT_EQ(error_of_members({0, 1, 3, 2}), "tar archive: file 3 is not signing_key.pub");
    EXPECT_EQ(error_of_members({0, 0, 2, 3}), "tar archive: file 2 is not manifest.sig");
    EXPECT_EQ(error_of_members({0, 1, 2, 3}), "");
    EXPECT_FALSE(verify_package({}, std::nullopt));
}

TEST(Verify, AnEncryptedPackageIsToldApart)
{
    const auto report = verify_package(as_bytes("age-encryption.org/v1\n-> X25519 …"), std::nullopt);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().detail, "this package is still encrypted: give what `age -d` makes of it");
}

} // namespace
} // namespace stillwatch::evidence
