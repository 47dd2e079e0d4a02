#include "evidence/package.hpp"

#include "evidence/verify.hpp"
#include "tests/support/files.hpp"
#include "tests/support/sample_capture.hpp"
#include "tests/support/temporary_directory.hpp"
#include "vault/age.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace stillwatch::evidence {
namespace {

namespace fs = std::filesystem;
using test::TemporaryDirectory;

std::string new_recipient()
{
    return vault::generate_age_identity().recipient;
}

Result<StoredEvidence> write_sample(const fs::path& directory, std::size_t image_size = 3000)
{
    return write_evidence(test::sample_settings(directory, new_recipient()), test::sample_signing_key(),
                          test::sample_facts(image_size), test::sample_capture(image_size));
}

// Every file of the directory holds nothing of what was captured.
void expect_no_clear_byte(const fs::path& directory, std::size_t image_size)
{
    const auto image = test::noise(image_size);
    for (const auto& entry : fs::directory_iterator(directory)) {
        const auto content = test::read_file(entry.path());
        EXPECT_FALSE(test::contains(content, as_bytes("canary")));
        EXPECT_FALSE(test::contains(content, as_bytes("board.example")));
        EXPECT_FALSE(test::contains(content, as_bytes("WARC/1.1")));
        for (std::size_t i = 0; i + 16 <= image.size(); i += image.size() / 40)
            EXPECT_FALSE(test::contains(content, ByteView(image).subspan(i, 16)))
                << entry.path() << " byte " << i;
    }
}

// The largest file that this process may write; put back at the end.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
    }
    ~FileSizeLimit()
    {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

TEST(Package, EqualInputGivesEqualBytes)
{
    const auto settings = test::sample_settings("", "");
    const auto first =
        make_package(settings, test::sample_signing_key(), test::sample_facts(), test::sample_capture());
    const auto second =
        make_package(settings, test::sample_signing_key(), test::sample_facts(), test::sample_capture());
    ASSERT_TRUE(first);
    ASSERT_TRUE(second);
    EXPECT_EQ(first->archive, second->archive);
    EXPECT_EQ(first->manifest_digest, second->manifest_digest);
}

TEST(Package, NeedsAPicture)
{
    auto capture = test::sample_capture();
    capture.image.clear();
    const auto made = make_package(test::sample_settings("", ""), test::sample_signing_key(),
                                   test::sample_facts(), capture);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Errc::invalid_argument);
}

TEST(Package, ManagesWithoutThePage)
{
    auto capture = test::sample_capture();
    capture.page.clear();
    auto facts = test::sample_facts();
    facts.finding.page_state = PageState::unavailable;
    const auto made = make_package(test::sample_settings("", ""), test::sample_signing_key(), facts, capture);
    ASSERT_TRUE(made);
    const auto report = verify_package(made->archive, std::nullopt);
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_EQ(report->warc.records, 1U + 3U + 4U);
}

TEST(Evidence, IsOneFileOfWhichSizeAndDigestAreKnownAndANoteThatItsTimeIsNotStamped)
{
    const TemporaryDirectory directory;
    const auto stored = write_sample(directory.path());
    ASSERT_TRUE(stored) << to_string(stored.error());
    const auto content = test::read_file(directory / stored->file);
    EXPECT_EQ(stored->size, content.size());
    EXPECT_EQ(stored->digest, Sha256::of(content));
    EXPECT_TRUE(stored->file.starts_with("C-7F3K-"));
    EXPECT_TRUE(stored->file.ends_with(".wacz.age"));
    EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()), 2);
    EXPECT_TRUE(fs::exists(directory / (stored->file + ".unstamped")));
    EXPECT_TRUE(as_text(content).starts_with("age-encryption.org/v1\n"));
}

TEST(Evidence, HoldsNoClearByte)
{
    const TemporaryDirectory directory;
    ASSERT_TRUE(write_sample(directory.path(), 200'000));
    expect_no_clear_byte(directory.path(), 200'000);
}

TEST(Evidence, AProcessThatDiesWhileWritingLeavesNoClearByte)
{
    const TemporaryDirectory directory;
    const std::size_t image_size = 3U << 20U;
    const pid_t child = fork();
    if (child == 0) {
        // The kernel ends the process in the middle of the file.
        const rlimit no_core{0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        const rlimit limit{1U << 20U, 1U << 20U};
        setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, SIG_DFL);
        (void)write_sample(directory.path(), image_size);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << status;
    ASSERT_EQ(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()), 1);
    const auto left = fs::directory_iterator(directory.path())->path();
    EXPECT_EQ(left.extension(), ".tmp");
    EXPECT_GT(fs::file_size(left), 900'000U);
    expect_no_clear_byte(directory.path(), image_size);
}

TEST(Evidence, AFullDiskIsAnErrorAndLeavesNoFile)
{
    const TemporaryDirectory directory;
    const FileSizeLimit limit(100'000);
    const auto stored = write_sample(directory.path(), 300'000);
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().code, Errc::io);
    EXPECT_TRUE(fs::is_empty(directory.path()));
}

TEST(Evidence, RefusesBadRecipientsBeforeItWrites)
{
    const TemporaryDirectory directory;
    auto settings = test::sample_settings(directory.path(), "age1wrong");
    auto stored =
        write_evidence(settings, test::sample_signing_key(), test::sample_facts(), test::sample_capture());
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().code, Errc::invalid_argument);
    settings.recipients.clear();
    stored =
        write_evidence(settings, test::sample_signing_key(), test::sample_facts(), test::sample_capture());
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error(), (Error{Errc::invalid_argument, "no age recipient"}));
    EXPECT_TRUE(fs::is_empty(directory.path()));
}

TEST(Evidence, RefusesAPseudonymThatLeavesTheDirectory)
{
    const TemporaryDirectory directory;
    auto facts = test::sample_facts();
    for (const auto* name : {"../C", "", "-C", "a/b", "."}) {
        facts.case_pseudonym = name;
        const auto stored = write_evidence(test::sample_settings(directory.path(), new_recipient()),
                                           test::sample_signing_key(), facts, test::sample_capture());
        ASSERT_FALSE(stored);
        EXPECT_EQ(stored.error().code, Errc::invalid_argument);
    }
}

TEST(Evidence, IsNeverReplaced)
{
    const TemporaryDirectory directory;
    const auto first = write_sample(directory.path());
    ASSERT_TRUE(first);
    const auto again = write_sample(directory.path());
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::exists);
    EXPECT_EQ(Sha256::of(test::read_file(directory / first->file)), first->digest);
}

} // namespace
} // namespace stillwatch::evidence
