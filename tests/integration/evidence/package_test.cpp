#include "evidence/package.hpp"

#include "evidence/verify.hpp"
#include "tests/support/command.hpp"
#include "tests/support/sample_capture.hpp"
#include "vault/age.hpp"

#include <gtest/gtest.h>

namespace stillwatch::evidence {
namespace {

using test::run_command;
using test::TemporaryDirectory;

const std::string verifier = STILLWATCH_SOURCE_DIR "/tests/support/verify_evidence.py";

// What `age -d` makes of a package that write_evidence left on the disk.
Bytes decrypted_sample(const TemporaryDirectory& directory)
{
    const auto identity = vault::generate_age_identity();
    const auto identity_path = directory / "identity";
    test::write_file(identity_path, identity.identity.bytes());
    const auto stored = write_evidence(test::sample_settings(directory.path(), identity.recipient),
                                       test::sample_signing_key(), test::sample_facts(200'000),
                                       test::sample_capture(200'000));
    EXPECT_TRUE(stored);
    const auto opened =
        run_command({"age", "-d", "-i", identity_path.string(), (directory / stored->file).string()});
    EXPECT_EQ(opened.exit_code, 0) << opened.err;
    return to_bytes(opened.out);
}

test::CommandResult python_verdict(ByteView archive, const std::vector<std::string>& options = {})
{
    std::vector<std::string> words{"python3", verifier};
    words.insert(words.end(), options.begin(), options.end());
    return run_command(words, archive);
}

TEST(Package, OpenedByAgeHoldsForUsAndForAnIndependentProgram)
{
    const TemporaryDirectory directory;
    const auto archive = decrypted_sample(directory);
    const auto report = verify_package(archive, test::sample_signing_key().verify_key());
    ASSERT_TRUE(report) << to_string(report.error());

    test::write_file(directory / "key.pem", as_bytes(test::sample_signing_key().verify_key().pem()));
    const auto verdict = python_verdict(archive, {"--key", (directory / "key.pem").string()});
    EXPECT_EQ(verdict.exit_code, 0) << verdict.err;
    EXPECT_EQ(verdict.out, "ok case C-7F3K key " + report->signing_key.id() + " warc records 12\n");
}

TEST(Package, OfAnotherSignerIsRefusedByTheIndependentProgram)
{
    const TemporaryDirectory directory;
    test::write_file(directory / "key.pem", as_bytes(vault::SigningKey::generate().verify_key().pem()));
    const auto verdict =
        python_verdict(decrypted_sample(directory), {"--key", (directory / "key.pem").string()});
    EXPECT_EQ(verdict.exit_code, 1);
    EXPECT_EQ(verdict.err, "signing_key.pub: is not the expected key\n");
}

TEST(Package, IsAnArchiveForGnuTar)
{
    const TemporaryDirectory directory;
    const auto archive = decrypted_sample(directory);
    const auto listed = run_command({"tar", "-tvf", "-", "--utc", "--full-time"}, archive);
    ASSERT_EQ(listed.exit_code, 0) << listed.err;
    EXPECT_EQ(listed.err, "");
    EXPECT_NE(listed.out.find("2026-11-23 02:17:00 manifest.json\n"), std::string::npos) << listed.out;
    EXPECT_NE(listed.out.find("data.warc.gz\n"), std::string::npos) << listed.out;

    const auto extracted = run_command({"tar", "-xf", "-", "-C", directory.path().string()}, archive);
    ASSERT_EQ(extracted.exit_code, 0) << extracted.err;
    EXPECT_EQ(test::read_file(directory / "signing_key.pub"),
              to_bytes(test::sample_signing_key().verify_key().pem()));
}

TEST(Package, ItsSignatureIsAcceptedByOpenssl)
{
    const TemporaryDirectory directory;
    const auto archive = decrypted_sample(directory);
    ASSERT_EQ(run_command({"tar", "-xf", "-", "-C", directory.path().string()}, archive).exit_code, 0);
    const auto file = [&directory](const char* name) { return (directory / name).string(); };
    const auto checked =
        run_command({"openssl", "pkeyutl", "-verify", "-pubin", "-inkey", file("signing_key.pub"), "-rawin",
                     "-in", file("manifest.json"), "-sigfile", file("manifest.sig")});
    EXPECT_EQ(checked.exit_code, 0) << checked.err << checked.out;
}

TEST(Package, ChangedBytesAreNoticedByTheIndependentProgramToo)
{
    const TemporaryDirectory directory;
    const auto archive = decrypted_sample(directory);
    const auto manifest_size = std::string_view(as_text(archive)).find("}\n", 512) - 512;
    ASSERT_GT(manifest_size, 100U);
    // In the manifest; in the WARC file, far behind the three small files.
    for (const auto& [place, part] : {std::pair<std::size_t, std::string>{600, "manifest.json"},
                                      {archive.size() - 100'000, "data.warc.gz"}}) {
        auto changed = archive;
        changed[place] ^= std::byte{1};
        const auto verdict = python_verdict(changed);
        EXPECT_EQ(verdict.exit_code, 1);
        EXPECT_TRUE(verdict.err.starts_with(part)) << verdict.err;
        const auto report = verify_package(changed, std::nullopt);
        ASSERT_FALSE(report);
        EXPECT_TRUE(report.error().detail.starts_with(part)) << report.error().detail;
    }
}

} // namespace
} // namespace stillwatch::evidence
