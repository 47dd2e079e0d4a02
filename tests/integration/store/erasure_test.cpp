#include "store/case_database.hpp"
#include "tests/support/fault_disk.hpp"
#include "tests/support/files.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;

struct Erasure : testing::Test {
    bool on_disk(std::string_view text) const
    {
        for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
            if (contains(read_file(entry.path()), as_bytes(text))) return true;
        return false;
    }
    TemporaryDirectory directory;
};

// Rows of two cases in turn and of uneven size, so that pages split and rows move: deleting alone leaves
// copies.
TEST_F(Erasure, NoByteOfAWithdrawnCaseStaysInAnyFile)
{
    const FaultDisk disk; // in memory: a thousand commits in no time
    CaseDatabase database(directory / "cases.db");
    const auto kept = database.open_case(sample_case(), actor()).value();
    const auto doomed = database.open_case(sample_case("C-2222"), actor()).value();
    const auto kept_reference = database.add_reference(sample_reference(kept), actor()).value();
    std::vector<ReferenceId> references;
    for (int i = 0; i < 30; ++i) {
        auto reference = sample_reference(doomed, "R-canary-" + std::to_string(i));
        reference.sealed = to_bytes(
            "canary-sealed-" + std::string(static_cast<std::size_t>(i * 337 % 9000), 's') + "-canary-end");
        references.push_back(database.add_reference(reference, actor()).value());
    }
    for (int i = 0; i < 1500; ++i) {
        const std::string page = "https://board.example/" +
                                 std::string(static_cast<std::size_t>(i * 53 % 600), 'p') + std::to_string(i);
        ASSERT_TRUE(database.record_finding(sample_finding(kept, kept_reference, page), {}, actor()));
        auto finding = sample_finding(
            doomed, references[static_cast<std::size_t>(i) % references.size()], page + "/canary-page",
            "https://img.board.example/canary-image/" + std::to_string(i * 7919 % 1000) + ".jpg");
        finding.evidence_file = "canary-evidence.age";
        ASSERT_TRUE(
            database.record_finding(finding, {sample_alert("canary-alert-" + std::to_string(i))}, actor()));
    }
    ASSERT_TRUE(disk.holds("canary"));
    ASSERT_TRUE(database.withdraw(doomed, actor()));
    EXPECT_FALSE(disk.holds("canary"));
    EXPECT_FALSE(disk.holds("sealed secret key of C-2222"));
    EXPECT_EQ(database.findings().size(), 1500u);
    EXPECT_EQ(database.integrity(), "ok");
}

TEST_F(Erasure, NoByteOfAWithdrawnCaseStaysInAFileOfTheSystem)
{
    CaseDatabase database(directory / "cases.db");
    const auto id = database.open_case(sample_case("C-2222"), actor()).value();
    const auto reference = database.add_reference(sample_reference(id), actor()).value();
    ASSERT_TRUE(database.record_finding(sample_finding(id, reference, "https://board.example/canary"),
                                        {sample_alert()}, actor()));
    ASSERT_TRUE(on_disk("canary"));
    ASSERT_TRUE(database.withdraw(id, actor()));
    EXPECT_FALSE(on_disk("canary"));
    EXPECT_FALSE(on_disk("sealed fingerprints"));
    EXPECT_FALSE(on_disk("sealed secret key"));
}

TEST_F(Erasure, NoByteOfARemovedReferenceStaysInAnyFile)
{
    CaseDatabase database(directory / "cases.db");
    const auto id = database.open_case(sample_case(), actor()).value();
    auto reference = sample_reference(id);
    reference.sealed = to_bytes("canary" + std::string(10'000, 'x') + "canary");
    const auto removed = database.add_reference(reference, actor()).value();
    ASSERT_TRUE(database.remove_reference(removed, actor()));
    EXPECT_FALSE(on_disk("canary"));
}

} // namespace
} // namespace stillwatch::store
