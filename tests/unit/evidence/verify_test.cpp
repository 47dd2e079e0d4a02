#include "evidence/verify.hpp"

#include "evidence/package.hpp"
#include "evidence/tar.hpp"
#include "tests/support/sample_capture.hpp"

#include <gtest/gtest.h>

#include <map>

namespace stillwatch::evidence {
namespace {

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
    EXPECT_EQ(report->case_pseudonym, "C-7F3K");
    EXPECT_EQ(report->organisation, "Example Helpline");
    EXPECT_EQ(report->recorded_at, "2026-11-23T02:17:00.750Z");
    EXPECT_EQ(report->warc_records, 1U + 4U + 3U + 4U);
    EXPECT_EQ(report->signing_key, test::sample_signing_key().verify_key());
    EXPECT_EQ(report->files.size(), 2U);
}

TEST(Verify, AnotherSignerThanExpectedIsRefused)
{
    const auto report = verify_package(sample_package(), vault::SigningKey::generate().verify_key());
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Errc::refused);
    EXPECT_EQ(part_of(report.error()), "signing_key.pub");
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

TEST(Verify, APackageSignedAnewByAnotherKeyShowsThatKey)
{
    const auto forger = vault::SigningKey::generate();
    const auto forged =
        make_package(test::sample_settings("", ""), forger, test::sample_facts(), test::sample_capture());
    ASSERT_TRUE(forged);
    const auto report = verify_package(forged->archive, std::nullopt);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->signing_key, forger.verify_key());
    EXPECT_FALSE(verify_package(forged->archive, test::sample_signing_key().verify_key()));
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

TEST(Verify, MissingAndMisplacedFilesAreNamed)
{
    const auto package = sample_package();
    const auto members = read_tar(package).value();
    const auto& manifest = members.front();
    Bytes archive = tar_header(manifest.name, manifest.content.size(), manifest.modified);
    archive.insert(archive.end(), manifest.content.begin(), manifest.content.end());
    archive.resize(archive.size() + tar_padding(manifest.content.size()) + tar_end);
    const auto report = verify_package(archive, std::nullopt);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().detail, "tar archive: 1 files instead of 4");
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
