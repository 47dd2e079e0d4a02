#include "daemon/evidence_keeper.hpp"
#include "evidence/unstamped.hpp"
#include "tests/support/files.hpp"
#include "tests/unit/pipeline/world.hpp"

#include <gtest/gtest.h>

namespace stillwatch::daemon {
namespace {

using namespace pipeline::test;

class EvidenceKeeperTest : public testing::Test, protected World {
protected:
    EvidenceKeeperTest()
    {
        use_settings();
        std::string links;
        for (int i = 0; i < 12; ++i) {
            const auto picture = "https://img.board.example/" + std::to_string(i) + ".jpg";
            links += "img " + picture + "\n";
            serve(picture, picture_file("sea", std::to_string(i)));
        }
        serve(start, links);
        (void)enrol(open_case(), picture_file("sea"));
        (void)crawl();
        keeper.use({evidence, {{store::EvidenceKind::open, 30}}});
    }
    EvidenceKeeper keeper{stores, clock, counters, problems};
};

TEST_F(EvidenceKeeperTest, PackagesAndWhatStandsBesideThemGoOnTheirDayByThemselves)
{
    const auto packages = evidence_files().size();
    ASSERT_EQ(packages, 12U);
    clock.pass(std::chrono::hours(24 * 29));
    EXPECT_EQ(run(keeper.round()), 0U);
    clock.pass(std::chrono::hours(24));
    EXPECT_EQ(run(keeper.round()), packages); // in several steps
    EXPECT_TRUE(std::filesystem::is_empty(evidence));
    EXPECT_EQ(counters.total("packages_expired_total"), 12);
    EXPECT_FALSE(problems.is_set("evidence", "retention"));
    EXPECT_EQ(run(keeper.round()), 0U);
}

TEST_F(EvidenceKeeperTest, NothingGoesWhileAnybodySaysThatTheClockIsWrong)
{
    const auto packages = evidence_files().size();
    clock.pass(std::chrono::hours(24 * 31));
    for (const auto* who : {"", "time.example"}) {
        problems.set("clock", who, "it differs");
        EXPECT_EQ(run(keeper.round()), 0U) << who;
        problems.clear("clock", who);
    }
    EXPECT_EQ(evidence_files().size(), packages);
    EXPECT_EQ(counters.total("packages_not_expired_total"), 2);
    EXPECT_EQ(run(keeper.round()), packages);
}

TEST_F(EvidenceKeeperTest, AFileThatCannotBeRemovedIsTold)
{
    const auto file = evidence_files().at(0);
    std::filesystem::remove(evidence / file);
    std::filesystem::create_directories(evidence / file / "in the way");
    clock.pass(std::chrono::hours(24 * 31));
    const auto gone = run(keeper.round()); // no further than the step in which it stood
    EXPECT_TRUE(gone == 8U || gone == 12U) << gone;
    EXPECT_TRUE(problems.is_set("evidence", "retention"));
}

} // namespace
} // namespace stillwatch::daemon
