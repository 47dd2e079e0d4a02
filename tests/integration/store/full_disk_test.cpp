#include "crawler/frontier/url_frontier.hpp"
#include "store/case_database.hpp"
#include "tests/support/fault_disk.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;

TEST(FullDisk, RefusesAFindingAndChangesNothing)
{
    const TemporaryDirectory directory;
    bool refused = true;
    int rounds = 0;
    for (std::int64_t after = 1; refused; ++after, ++rounds) {
        FaultDisk disk;
        CaseDatabase database(directory / "cases.db");
        const auto case_id = database.open_case(sample_case(), actor()).value();
        const auto reference = database.add_reference(sample_reference(case_id), actor()).value();
        const auto finding =
            sample_finding(case_id, reference, "https://board.example/" + std::string(5000, 'x'));
        disk.fill_before(disk.operations() + after);
        const auto recorded = database.record_finding(finding, {sample_alert()}, actor());
        refused = !recorded;
        if (!refused) break;
        EXPECT_EQ(recorded.error().code, Errc::io);
        EXPECT_TRUE(database.findings().empty());
        EXPECT_TRUE(database.alerts(10).empty());
        EXPECT_EQ(database.audit(0, 10).size(), 2u);
        disk.free_space();
        EXPECT_TRUE(database.record_finding(finding, {sample_alert()}, actor()));
        EXPECT_EQ(database.integrity(), "ok");
        EXPECT_FALSE(database.first_broken_audit_line());
    }
    EXPECT_GT(rounds, 2);
}

TEST(FullDisk, LeavesAWithdrawalToBeRepeated)
{
    const TemporaryDirectory directory;
    FaultDisk disk;
    CaseDatabase database(directory / "cases.db");
    const auto case_id = database.open_case(sample_case(), actor()).value();
    auto reference = sample_reference(case_id);
    reference.sealed = to_bytes("canary" + std::string(20'000, 'y'));
    ASSERT_TRUE(database.add_reference(reference, actor()));
    disk.fill_before(disk.operations());
    EXPECT_EQ(database.withdraw(case_id, actor()).error().code, Errc::io);
    disk.free_space();
    ASSERT_TRUE(database.withdraw(case_id, actor()));
    EXPECT_FALSE(disk.holds("canary"));
    EXPECT_EQ(database.integrity(), "ok");
}

TEST(FullDisk, RefusesABatchOfVisitsAndChangesNothing)
{
    const TemporaryDirectory directory;
    FaultDisk disk;
    crawler::UrlFrontier database(frontier_in_file(directory / "frontier.db"));
    ASSERT_TRUE(database.set_sites({sample_site()}));
    const auto host = database.ready_hosts(at(0), 0).at(0).id;
    const auto visits = database.claim(host, at(0), 0, at(60), 10);
    auto result = ended(visits.at(0), Outcome::page, at(1));
    for (int i = 0; i < 500; ++i)
        result.discovered.push_back(picture("https://img.board.example/" + std::to_string(i)));
    disk.fill_before(disk.operations());
    EXPECT_EQ(database.apply({result}).error().code, Errc::io);
    EXPECT_EQ(database.counts(at(1)).images, 0);
    EXPECT_THROW(database.claim(host, at(100), 0, at(160), 10), std::runtime_error);
    disk.free_space();
    ASSERT_TRUE(database.apply({result})); // the host made in the refused batch is made again
    EXPECT_EQ(database.counts(at(1)).images, 500);
    EXPECT_EQ(database.integrity(), "ok");
}

} // namespace
} // namespace stillwatch::store
