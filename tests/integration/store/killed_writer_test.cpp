#include "store/case_database.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;

// Records findings until it is killed and says after each which page it has.
[[noreturn]] void write_until_killed(const std::filesystem::path& file, int told)
{
    CaseDatabase database(file);
    const auto existing = database.cases();
    const CaseId case_id =
        existing.empty() ? database.open_case(sample_case(), actor()).value() : existing[0].id;
    const auto references = database.references();
    const ReferenceId reference = references.empty()
                                      ? database.add_reference(sample_reference(case_id), actor()).value()
                                      : references[0].id;
    for (int page = static_cast<int>(database.findings().size());; ++page) {
        const auto finding =
            sample_finding(case_id, reference, "https://board.example/t/" + std::to_string(page));
        if (!database.record_finding(finding, {sample_alert("alert-" + std::to_string(page))}, actor(page)))
            ::_exit(1);
        if (::write(told, &page, sizeof page) != sizeof page) ::_exit(2);
    }
}

TEST(KilledWriter, LosesNoFindingThatItTold)
{
    const TemporaryDirectory directory;
    std::minstd_rand random(7);
    std::size_t acknowledged = 0;
    for (int round = 0; round < 8; ++round) {
        int ends[2]{};
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t writer = ::fork();
        ASSERT_GE(writer, 0);
        if (writer == 0) write_until_killed(directory / "cases.db", ends[1]);
        ::close(ends[1]);
        int page = -1;
        const auto reports = 1 + random() % 12;
        for (std::size_t i = 0; i < reports; ++i)
            ASSERT_EQ(::read(ends[0], &page, sizeof page), static_cast<ssize_t>(sizeof page));
        ::kill(writer, SIGKILL);
        while (::read(ends[0], &page, sizeof page) == static_cast<ssize_t>(sizeof page)) {
        }
        ::close(ends[0]);
        int status = 0;
        ASSERT_EQ(::waitpid(writer, &status, 0), writer);
        ASSERT_TRUE(WIFSIGNALED(status));
        acknowledged = static_cast<std::size_t>(page) + 1;

        const CaseDatabase database(directory / "cases.db");
        const auto findings = database.findings();
        EXPECT_GE(findings.size(), acknowledged);
        EXPECT_EQ(database.alerts(100'000).size(), findings.size()); // each with its alert
        EXPECT_EQ(database.integrity(), "ok");
        EXPECT_FALSE(database.first_broken_audit_line());
    }
    EXPECT_GT(acknowledged, 8u);
}

} // namespace
} // namespace stillwatch::store
