#include "evidence/package.hpp"

#include "core/json.hpp"
#include "evidence/first_package.hpp"
#include "tests/support/command.hpp"
#include "tests/support/package_forge.hpp"
#include "tests/support/sample_capture.hpp"
#include "vault/age.hpp"

#include <gtest/gtest.h>

namespace stillwatch::evidence {
namespace {

using test::run_command;
using test::TemporaryDirectory;

const std::string verifier = STILLWATCH_SOURCE_DIR "/evidence/verify_pack.py";

// What `age -d` makes of a package that write_evidence left on the disk.
Bytes decrypted_sample(const TemporaryDirectory& directory)
{
    const auto identity = vault::generate_age_identity();
    const auto identity_path = directory / "identity";
    test::write_file(identity_path, identity.identity.bytes());
    const auto stored = write_evidence(test::sample_settings(directory.path(), identity.recipient),
                                       test::sample_signing_key(), test::sample_facts(200'000),
                                       test::styled_capture(200'000));
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
    EXPECT_EQ(verdict.out, "ok case C-7F3K key " + report->signing_key.id() + " warc records 24\n");
}

TEST(Package, OfAnotherSignerIsRefusedByTheIndependentProgram)
{
    const TemporaryDirectory directory;
    test::write_file(directory / "key.pem", as_bytes(vault::SigningKey::generate().verify_key().pem()));
    const auto verdict =
        python_verdict(decrypted_sample(directory), {"--key", (directory / "key.pem").string()});
    EXPECT_EQ(verdict.exit_code, 1);
    EXPECT_EQ(verdict.err, "evidence/signing_key.pub: is not the expected key\n");
}

// The files of a package, unpacked by a program that is not ours.
void unpack(ByteView archive, const TemporaryDirectory& directory)
{
    test::write_file(directory / "package.wacz", archive);
    const auto done = run_command({"python3", "-m", "zipfile", "-e", (directory / "package.wacz").string(),
                                   (directory / "files").string()});
    ASSERT_EQ(done.exit_code, 0) << done.err;
}

TEST(Package, CarriesTheProgramThatChecksIt)
{
    const TemporaryDirectory directory;
    const auto archive = decrypted_sample(directory);
    unpack(archive, directory);
    EXPECT_EQ(test::read_file(directory / "files/evidence/verify_pack.py"), test::read_file(verifier));
    const auto verdict = run_command({"python3", (directory / "files/evidence/verify_pack.py").string(),
                                      (directory / "package.wacz").string()});
    EXPECT_EQ(verdict.exit_code, 1);
    EXPECT_TRUE(verdict.out.starts_with("unproven case C-7F3K")) << verdict.out << verdict.err;
}

TEST(Package, ItsSignatureIsAcceptedByOpenssl)
{
    const TemporaryDirectory directory;
    unpack(decrypted_sample(directory), directory);
    const auto file = [&directory](const char* name) {
        return (directory / "files/evidence" / name).string();
    };
    const auto checked =
        run_command({"openssl", "pkeyutl", "-verify", "-pubin", "-inkey", file("signing_key.pub"), "-rawin",
                     "-in", file("manifest.json"), "-sigfile", file("manifest.sig")});
    EXPECT_EQ(checked.exit_code, 0) << checked.err << checked.out;
}

// What js-wacz, warcio and WebCrypto make of a package.
void expect_wacz(ByteView archive)
{
    const TemporaryDirectory directory;
    unpack(archive, directory);
    const auto result =
        run_command({"node", STILLWATCH_SOURCE_DIR "/tests/integration/evidence/check_wacz.mjs",
                     (directory / "files").string()});
    ASSERT_EQ(result.exit_code, 0) << result.err << result.out
                                   << "\n(run `npm ci` in tests/integration/evidence first)";
    std::string_view last = result.out;
    last.remove_suffix(last.ends_with('\n') ? 1 : 0);
    const auto told = parse_json(last.substr(last.rfind('\n') + 1)).value().as_object();
    EXPECT_EQ(bool_member(told, "isSigned"), true);
    for (const auto* member : {"profile", "wacz_version"}) {
        const auto& both = told.at(member).as_array();
        EXPECT_EQ(both.at(0), both.at(1)) << member;
    }
    EXPECT_EQ(bool_member(told, "isSameWarc"), true);
    EXPECT_EQ(bool_member(told, "isSameIndex"), true);
    // The index is that of warcio, line for line.
    std::string cdxj;
    for (const auto& line : told.at("cdxj").as_array())
        cdxj += std::string(line.as_string()) + "\n";
    EXPECT_EQ(as_text(test::read_file(directory / "files/indexes/index.cdx")), cdxj);
}

TEST(Package, IsAWaczFileForOtherPrograms)
{
    const TemporaryDirectory directory;
    expect_wacz(decrypted_sample(directory));
}

// Its picture is a record of type revisit.
TEST(Package, OfALaterCheckHoldsForOtherProgramsToo)
{
    const TemporaryDirectory directory;
    const auto settings = test::sample_settings(directory.path(), "");
    const auto archive = make_package(settings, test::sample_signing_key(), test::sample_check_facts(),
                                      test::sample_check_capture())
                             .value()
                             .archive;
    expect_wacz(archive);
    test::write_file(directory / "key.pem", as_bytes(test::sample_signing_key().verify_key().pem()));
    const auto verdict = python_verdict(archive, {"--key", (directory / "key.pem").string()});
    EXPECT_EQ(verdict.exit_code, 0) << verdict.err;

    auto facts = test::sample_check_facts();
    facts.finding.content = Sha256::of(as_bytes("another picture"));
    const auto other =
        make_package(settings, test::sample_signing_key(), facts, test::sample_check_capture()).value();
    EXPECT_EQ(python_verdict(other.archive).err,
              "evidence/manifest.json: content_sha256 is not that of the record\n");
    EXPECT_EQ(verify_package(other.archive, test::sample_signing_key().verify_key()).value().verdict,
              Verdict::differs);
}

// Both programs compare the package of a check with the finding's first one, and name the same.
TEST(Package, OfALaterCheckIsComparedWithTheFirstByBothPrograms)
{
    const TemporaryDirectory directory;
    const auto settings = test::sample_settings(directory.path(), "");
    const auto key = test::sample_signing_key();
    const auto first = make_package(settings, key, test::sample_facts(), test::sample_capture()).value();
    const auto other =
        make_package(settings, key, test::sample_facts(4000), test::sample_capture(4000)).value();
    const auto same = test::captured_in(first);

    struct Tried {
        CapturedRecord same;
        vault::SigningKey key = test::sample_signing_key();
        std::string names;
        const Package* first = nullptr;
    };
    std::vector<Tried> all;
    all.push_back({.same = same, .names = "", .first = &first});
    all.push_back({.same = test::captured_in(other), .names = "its payload digest is", .first = &other});
    all.push_back({.same = same, .names = "its date is", .first = &first});
    all.back().same.at -= std::chrono::seconds(1);
    all.push_back({.same = same, .names = "its record is", .first = &first});
    all.back().same.record = test::sample_record().record;
    all.push_back({.same = same,
                   .key = std::move(vault::SigningKey::from_seed(Bytes(32, std::byte{8})).value()),
                   .names = "key",
                   .first = &first});
    for (const auto& one : all) {
        auto facts = test::sample_check_facts();
        facts.check->same = one.same;
        const auto check = make_package(settings, one.key, facts, test::sample_check_capture()).value();
        const auto report = verify_package(check.archive, std::nullopt).value();
        const auto lines =
            differences_from_first(report, verify_package(one.first->archive, std::nullopt).value());
        test::write_file(directory / "first.wacz", one.first->archive);
        const auto verdict = python_verdict(check.archive, {"--first", (directory / "first.wacz").string()});
        if (one.names.empty()) {
            EXPECT_TRUE(lines.empty()) << lines.front();
            EXPECT_NE(verdict.out.find("its bytes are in the first package"), std::string::npos)
                << verdict.err;
            continue;
        }
        ASSERT_EQ(lines.size(), 1U) << one.names;
        EXPECT_NE(lines[0].find(one.names), std::string::npos) << lines[0];
        EXPECT_EQ(verdict.exit_code, 1);
        EXPECT_TRUE(verdict.err.starts_with("first package: ")) << verdict.err;
        EXPECT_NE(verdict.err.find(one.names), std::string::npos) << verdict.err;
    }
}

// The part that an error names.
std::string part_of(std::string_view error)
{
    return std::string(error.substr(0, error.find_first_of(":,")));
}

TEST(Package, ChangedBytesAreNoticedByTheIndependentProgramInTheSamePart)
{
    const TemporaryDirectory directory;
    const auto archive = decrypted_sample(directory);
    const auto parts = package_parts(archive).value();
    std::vector<std::size_t> places{0, 10, 40, archive.size() - 300, archive.size() - 3};
    for (const auto& [name, content] : parts.files)
        places.push_back(static_cast<std::size_t>(content.data() - archive.data()) + content.size() / 2);
    for (const auto place : places) {
        auto changed = archive;
        changed[place] ^= std::byte{1};
        const auto verdict = python_verdict(changed);
        EXPECT_EQ(verdict.exit_code, 1);
        const auto report = verify_package(changed, std::nullopt);
        ASSERT_FALSE(report);
        EXPECT_EQ(part_of(verdict.err), part_of(report.error().detail))
            << place << ": " << verdict.err << report.error().detail;
    }
}

TEST(Package, ReplacedFilesAreNamedByBothPrograms)
{
    const TemporaryDirectory directory;
    const auto archive = decrypted_sample(directory);
    const auto parts = package_parts(archive).value();
    for (const auto& [name, content] : parts.files) {
        Bytes other(content.begin(), content.end());
        other[other.size() / 2] ^= std::byte{1}; // and its checksum with it
        const auto changed = test::with_file(archive, name, other);
        const auto verdict = python_verdict(changed);
        EXPECT_EQ(verdict.exit_code, 1) << name;
        const auto report = verify_package(changed, std::nullopt);
        ASSERT_FALSE(report) << name;
        EXPECT_EQ(part_of(report.error().detail), name) << report.error().detail;
        EXPECT_EQ(part_of(verdict.err), name) << verdict.err;
    }
}

} // namespace
} // namespace stillwatch::evidence
