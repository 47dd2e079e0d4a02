#include "store/still_up_checks.hpp"
#include "tests/support/files.hpp"
#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::pipeline {
namespace {

using namespace test;
using testing::IsEmpty;
using testing::SizeIs;

// A finding whose checks find it again: each leaves a package beside the first.
class CheckWitnessTest : public testing::Test, protected World {
protected:
    CheckWitnessTest()
    {
        use_settings();
        serve(start, "img " + image);
        serve(image, picture_file("sea", std::string(50'000, 'x')), as_jpeg);
        (void)enrol(c, picture_file("sea"));
        (void)crawl();
    }
    void check()
    {
        clock.pass(std::chrono::hours(1));
        store::StillUpChecks checks(stores.cases());
        const auto place = occurrences().at(0).id;
        ASSERT_TRUE(checks.begin(place, clock.now(), clock.now() + std::chrono::hours(1)));
        visit();
    }
    void visit()
    {
        under_check.watch({url(image)});
        ASSERT_TRUE(*stores.frontier().look_again(url(image), clock.now()));
        (void)crawl();
    }
    // Of all checks, the newest first.
    std::vector<store::StillUpCheck> checks()
    {
        return store::StillUpChecks(stores.cases()).of(findings().at(0).id, 10);
    }
    std::uintmax_t size_of(const std::string& package)
    {
        return std::filesystem::file_size(evidence / package);
    }
    Task<bool> withdrawn()
    {
        co_await withdraw(c.pseudonym);
        co_return true;
    }
    void end_check()
    {
        store::StillUpChecks table(stores.cases());
        const auto open = table.under_way(clock.now(), 10).at(0);
        ASSERT_TRUE(table.end({{open.check.id,
                                open.check.occurrence,
                                store::StillUp::up,
                                {},
                                false,
                                clock.now() + std::chrono::hours(24)}},
                              clock.now()));
    }

    // Pictures are not pressed.
    const std::vector<HeaderField> as_jpeg{{"Content-Type", "image/jpeg"}};
    Case c = open_case();
};

TEST_F(CheckWitnessTest, TheSameBytesAreWitnessedWithoutBeingKeptAgain)
{
    check();
    ASSERT_THAT(evidence_files(), SizeIs(2));
    const auto first = findings().at(0).evidence_file;
    const auto witness = checks().at(0);
    ASSERT_NE(witness.evidence_file, "");
    EXPECT_GT(size_of(first), 50'000U);
    EXPECT_LT(size_of(witness.evidence_file), size_of(first) - 40'000U);
    EXPECT_EQ(witness.evidence_digest,
              Sha256::of(stillwatch::test::read_file(evidence / witness.evidence_file)));
    EXPECT_EQ(witness.picture.sight, store::Sight::match);
    EXPECT_EQ(counters.total("check_packages_total"), 1);
    EXPECT_THAT(stores.cases().evidence_files(), SizeIs(2));
}

TEST_F(CheckWitnessTest, OtherBytesOfThePictureAreKept)
{
    serve(image, picture_file("sea", std::string(50'000, 'y')), as_jpeg);
    check();
    EXPECT_GT(size_of(checks().at(0).evidence_file), 50'000U);
}

TEST_F(CheckWitnessTest, ACheckHasOnePackageHoweverOftenItIsVisited)
{
    check();
    visit();
    EXPECT_THAT(evidence_files(), SizeIs(2));
    end_check();
    visit(); // of no check
    EXPECT_THAT(evidence_files(), SizeIs(2));
    check();
    EXPECT_THAT(evidence_files(), SizeIs(3));
}

TEST_F(CheckWitnessTest, WhatIsGoneOrAnotherPictureLeavesNone)
{
    web.pages[image] = ScriptedFetcher::status(404);
    check();
    end_check();
    serve(image, picture_file("hill"));
    check();
    EXPECT_THAT(evidence_files(), SizeIs(1));
}

TEST_F(CheckWitnessTest, WhereNoEvidenceCanBeWrittenTheCheckIsMadeAllTheSame)
{
    settings.record.room.max_bytes = 1;
    use_settings();
    check();
    EXPECT_THAT(evidence_files(), SizeIs(1));
    EXPECT_EQ(checks().at(0).picture.sight, store::Sight::match);
    EXPECT_EQ(checks().at(0).evidence_file, "");
    EXPECT_EQ(counters.total("evidence_errors_total"), 1);
}

TEST_F(CheckWitnessTest, AWithdrawalTakesThemWithIt)
{
    check();
    const auto files = stores.cases().evidence_files_of(c.id);
    EXPECT_THAT(files, SizeIs(2));
    run(withdrawn());
    EXPECT_THAT(stores.cases().evidence_files(), IsEmpty());
}

// Whoever withdraws while a package is written leaves none.
TEST_F(CheckWitnessTest, OfACaseThatWasWithdrawnMeanwhileNoneIsKept)
{
    inspector.before_picture = [this]() -> Task<> { co_await withdraw(c.pseudonym); };
    serve(image, picture_file("sea", "other"));
    check();
    EXPECT_THAT(stores.cases().evidence_files(), IsEmpty());
    EXPECT_THAT(evidence_files(), SizeIs(1)); // the first: its removal is the command's
}

} // namespace
} // namespace stillwatch::pipeline
