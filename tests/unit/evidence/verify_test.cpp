#include "evidence/verify.hpp"

#include "evidence/compare.hpp"
#include "evidence/package.hpp"
#include "evidence/package_parts.hpp"
#include "evidence/report.hpp"
#include "tests/support/files.hpp"
#include "tests/support/package_forge.hpp"
#include "tests/support/sample_capture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
    EXPECT_EQ(report->files.size(), files_in_manifest);
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

Bytes package_with_styles()
{
    return make_package(test::sample_settings("", ""), test::sample_signing_key(), test::sample_facts(),
                        test::styled_capture())
        .value()
        .archive;
}

TEST(Verify, KnowsTheStyleSheetsOfThePage)
{
    const auto report = verify_package(package_with_styles(), test::sample_signing_key().verify_key());
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_EQ(report->verdict, Verdict::whole) << fmt::format("{}", fmt::join(report->differences, "\n"));
    ASSERT_EQ(report->chains.styles.size(), 2U);
    EXPECT_EQ(report->chains.styles[0].size(), 2U);
    EXPECT_EQ(report->chains.styles[1].front().fetched.cut, Cut::size);
    EXPECT_EQ(report->chains.styles[1].front().via, "https://board.example/s.css");
    EXPECT_EQ(json::serialize(report->manifest.at("styles_missing")),
              R"([{"reason":"scope: off_site cdn.example","url":"https://cdn.example/v.css"}])");
    const auto lines = report_text(report_lines(*report, bodies_of(*report)));
    EXPECT_NE(lines.find("https://cdn.example/v.css: scope: off_site cdn.example"), std::string::npos);
}

TEST(Verify, AStyleSheetThatTheManifestTellsOtherwiseIsNamed)
{
    auto report = verify_package(package_with_styles(), test::sample_signing_key().verify_key()).value();
    report.manifest["style_fetches"].as_array()[1].as_object()["cut"] = "none";
    EXPECT_THAT(differences(report.manifest, report.warc, report.chains),
                ElementsAre(R"(style_fetches[1].cut: "none", the records say "size")"));
    report.manifest["style_fetches"].as_array().pop_back();
    EXPECT_FALSE(divide(report.manifest, report.warc));
    report.manifest["style_fetches"] = "none";
    EXPECT_FALSE(divide(report.manifest, report.warc));
}

// Nothing leads from the sheets of a page to those that another one imports.
TEST(Verify, AStyleSheetThatNoOtherOneImportsIsNamed)
{
    auto capture = test::styled_capture();
    std::swap(capture.styles[0], capture.styles[1]);
    const auto package =
        make_package(test::sample_settings("", ""), test::sample_signing_key(), test::sample_facts(), capture)
            .value();
    const auto report = verify_package(package.archive, test::sample_signing_key().verify_key()).value();
    EXPECT_EQ(report.verdict, Verdict::differs);
    EXPECT_THAT(report.differences, ElementsAre(testing::HasSubstr("was reached from \"\"")));
}

TEST(Verify, TheCoverSaysWhichStyleSheetsAreKeptAndWhichAreNot)
{
    const auto package = package_with_styles();
    const auto parts = package_parts(package).value();
    const auto cover = parts.text(cover_file);
    EXPECT_NE(cover.find("2 kept with it"), std::string_view::npos);
    EXPECT_NE(cover.find("https://board.example/u.css, after 11 bytes"), std::string_view::npos);
    EXPECT_NE(cover.find("https://cdn.example/v.css: scope: off_site cdn.example"), std::string_view::npos);
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

// Changes single bits all over a package; each must be noticed in the file that holds it, or in `archive`,
// what lies between the files. A changed signature is told of what it signs where nothing else bears either
// of them out.
void expect_each_change_in_its_part(ByteView package, std::string_view archive, bool has_checksums)
{
    const auto parts = package_parts(package).value();
    for (std::size_t i = 0; i < package.size(); i += 13) {
        Bytes changed(package.begin(), package.end());
        changed[i] ^= static_cast<std::byte>(1U << i % 8);
        const auto report = verify_package(changed, std::nullopt);
        ASSERT_FALSE(report) << "byte " << i;
        std::string within(archive);
        for (const auto& [name, content] : parts.files) {
            const auto begin = static_cast<std::size_t>(content.data() - package.data());
            if (i < begin || i >= begin + content.size()) continue;
            within = !has_checksums && name == parts.layout->signature ? std::string(parts.layout->manifest)
                                                                       : name;
        }
        EXPECT_EQ(part_of(report.error()), within) << "byte " << i << ": " << report.error().detail;
    }
}

TEST(Verify, AChangedByteIsNoticedInItsPart)
{
    expect_each_change_in_its_part(sample_package(), "zip archive", true);
}

// What is said of the package when one file is another, and the archive around it whole again.
std::string error_with(std::string_view name, ByteView content)
{
    const auto report = verify_package(test::with_file(sample_package(), name, content), std::nullopt);
    return report ? "" : report.error().detail;
}

TEST(Verify, AReplacedFileIsNamed)
{
    EXPECT_EQ(error_with(warc_file, as_bytes("another")),
              "archive/data.warc.gz: its size is not that of the manifest");
    const auto other_key = vault::SigningKey::generate().verify_key().pem();
    EXPECT_EQ(error_with(key_file, as_bytes(other_key)), "evidence/signing_key.pub: was changed");
    EXPECT_EQ(error_with(cover_file, as_bytes("<p>All is well.</p>")),
              "evidence/cover.html: its size is not that of the manifest");
    EXPECT_EQ(error_with(package_list_file, as_bytes("{}")),
              "datapackage.json: does not list the files as they are");
    EXPECT_EQ(error_with(package_digest_file, as_bytes("{}")),
              "datapackage-digest.json: is not written as these files are");
}

TEST(Verify, EachChangedByteOfTheListsThatOtherProgramsReadIsNoticed)
{
    const auto package = sample_package();
    const auto parts = package_parts(package).value();
    for (const auto name : {package_list_file, package_digest_file}) {
        const auto content = parts.file(name);
        for (std::size_t i = 0; i < content.size(); i += 7) {
            Bytes changed(content.begin(), content.end());
            changed[i] ^= std::byte{1};
            const auto error = error_with(name, changed);
            EXPECT_TRUE(error.starts_with(name)) << name << ", byte " << i << ": " << error;
        }
    }
}

TEST(Verify, AWaczKeyThatTheManifestDoesNotNameIsRefused)
{
    const auto changed = test::forged(
        sample_package(),
        [](json::object& manifest) { manifest["wacz_key"] = "MHYwEAYHKoZIzj0CAQYFK4EEACI="; },
        test::sample_signing_key());
    const auto report = verify_package(changed, test::sample_signing_key().verify_key());
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().detail,
              "datapackage-digest.json: its key is not the one that the manifest names");
}

TEST(Verify, APageThatIsNotInTheArchiveIsRefusedWhoeverSigned)
{
    for (const std::string pages : {"", "{}\n", "{}\n{\"url\": \"https://other.example/\"}\n", "{}\n[]\n"}) {
        const auto replaced = test::with_file(sample_package(), pages_file, as_bytes(pages));
        const auto signed_anew = test::forged(
            replaced,
            [&pages](json::object& manifest) {
                auto& listed = manifest["files"].as_array().at(2).as_object();
                ASSERT_EQ(text_member(listed, "name"), std::string(pages_file));
                listed["size"] = pages.size();
                listed["sha256"] = Sha256::of(as_bytes(pages)).hex();
            },
            test::sample_signing_key());
        const auto report = verify_package(signed_anew, test::sample_signing_key().verify_key());
        ASSERT_FALSE(report) << pages;
        EXPECT_EQ(report.error().detail, "pages/pages.jsonl: names no page that is in the archive") << pages;
    }
}

// What is said of an archive of these files of the sample, in this order.
std::string error_of_files(const std::vector<std::size_t>& numbers)
{
    const auto package = sample_package();
    const auto parts = package_parts(package).value();
    std::vector<std::pair<std::string, ByteView>> files;
    for (const auto number : numbers)
        files.push_back(parts.files[number]);
    const auto report =
        verify_package(test::zipped(files, parts.modified), test::sample_signing_key().verify_key());
    return report ? "" : report.error().detail;
}

TEST(Verify, MissingDoubledAdditionalAndMisplacedFilesAreNamed)
{
    EXPECT_EQ(error_of_files({0}), "zip archive: 1 files instead of 11");
    EXPECT_EQ(error_of_files({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10}), "zip archive: 12 files instead of 11");
    EXPECT_EQ(error_of_files({1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10}),
              "zip archive: file 1 is not archive/data.warc.gz");
    EXPECT_EQ(error_of_files({0, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10}),
              "zip archive: file 2 is not indexes/index.cdx");
    EXPECT_EQ(error_of_files({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), "");
    EXPECT_FALSE(verify_package({}, std::nullopt));
}

// tests/data/evidence/package-1.tar is the sample as format 1 has it.
const std::string older_package = STILLWATCH_SOURCE_DIR "/tests/data/evidence/package-1.tar";

TEST(Verify, PackagesOfOlderProgramsStillHold)
{
    const auto package = test::read_file(older_package);
    const auto report = verify_package(package, test::sample_signing_key().verify_key());
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_EQ(report->verdict, Verdict::whole) << fmt::format("{}", fmt::join(report->differences, "\n"));
    EXPECT_EQ(report->text("case"), "C-7F3K");
    EXPECT_EQ(report->chains.image.back().fetched.body, test::noise(3000));
}

TEST(Verify, AChangedByteOfAnOlderPackageIsNoticedInItsPart)
{
    expect_each_change_in_its_part(test::read_file(older_package), "tar archive", false);
}

TEST(Verify, AnEncryptedPackageIsToldApart)
{
    const auto report = verify_package(as_bytes("age-encryption.org/v1\n-> X25519 …"), std::nullopt);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().detail, "this package is still encrypted: give what `age -d` makes of it");
}

} // namespace
} // namespace stillwatch::evidence
