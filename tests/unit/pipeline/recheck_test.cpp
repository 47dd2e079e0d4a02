#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::pipeline {
namespace {

using namespace test;
using store::Outcome;
using testing::IsEmpty;
using testing::SizeIs;

// What was seen before a reference came, or under a consent that ended.
class RecheckTest : public testing::Test, protected World {
protected:
    RecheckTest()
    {
        use_settings();
        serve(start, "img " + image);
        serve_with_etag(image, picture_file("sea", "smaller"), "\"v1\"");
    }
};

TEST_F(RecheckTest, AJudgedPictureIsAskedForWithItsValidator)
{
    (void)enrol(open_case(), picture_file("hill"));
    (void)crawl();
    const auto again = crawl_later();
    EXPECT_EQ(again.at(image).outcome, Outcome::unchanged);
    EXPECT_EQ(again.at(image).generation, references.current()->generation());
    EXPECT_THAT(last_headers(image), testing::Contains(HeaderField{"If-None-Match", "\"v1\""}));
    EXPECT_EQ(inspector.pictures_read, 1);
}

TEST_F(RecheckTest, ANewReferenceBringsThePictureInFullAndOnce)
{
    (void)enrol(open_case(), picture_file("hill"));
    (void)crawl();
    (void)crawl_later();
    (void)enrol(open_case(), picture_file("sea"));
    const auto results = crawl(); // nothing is due; what is older than the reference is stale
    ASSERT_EQ(results.size(), 1U);
    EXPECT_THAT(last_headers(image), IsEmpty());
    EXPECT_EQ(inspector.pictures_read, 2);
    EXPECT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(results.at(image).generation, references.current()->generation());
    EXPECT_TRUE(crawl().empty());
}

TEST_F(RecheckTest, PicturesThatWereUpBeforeAnyReferenceAreFound)
{
    (void)crawl();
    EXPECT_EQ(inspector.pictures_read, 0); // nothing to compare with: nothing to read
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(RecheckTest, AVisitHoldsNoSetOfReferencesWhileAWorkerIsBusy)
{
    const auto c = open_case();
    (void)enrol(c, picture_file("sea"));
    const std::weak_ptr<const matcher::ReferenceSet> old = references.current();
    bool is_gone = false;
    inspector.before_picture = [&]() -> Task<> {
        EXPECT_TRUE(book.withdraw(c.pseudonym, {"anna", clock.now()}).has_value());
        const auto loaded = co_await references.reload();
        is_gone = loaded.has_value() && old.expired();
    };
    (void)crawl();
    EXPECT_TRUE(is_gone);
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(RecheckTest, AMatchedPictureIsAlwaysFetchedInFull)
{
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    (void)crawl_later();
    EXPECT_THAT(last_headers(image), IsEmpty());
    EXPECT_EQ(inspector.pictures_read, 1);
}

TEST_F(RecheckTest, AVerdictOfAnotherExtractorIsNone)
{
    (void)enrol(open_case(), picture_file("hill"));
    const auto content = crawl().at(image).content.value();
    store::Verdict old{content, 1'000, verdict_version + 1, false, true};
    ASSERT_TRUE(stores.frontier().set_verdict(old));
    (void)crawl_later();
    EXPECT_THAT(last_headers(image), IsEmpty());
    EXPECT_EQ(inspector.pictures_read, 2);
}

TEST_F(RecheckTest, AnEndedConsentEndsItsMatches)
{
    const auto c = open_case(1'000'000);
    (void)enrol(c, picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    const auto before = findings()[0];
    clock.set(c.consent.expires_at);
    reload();
    EXPECT_EQ(references.current()->size(), 0U);
    const auto later = crawl_later();
    EXPECT_EQ(findings().at(0).last_seen, before.last_seen);
    EXPECT_FALSE(later.at(image).verdict.value().matched);
}

TEST_F(RecheckTest, OfTwoCasesOnlyTheOneThatStillConsentsIsTouched)
{
    const auto ending = open_case(1'000'000);
    (void)enrol(ending, picture_file("sea"));
    const auto lasting = open_case();
    (void)enrol(lasting, picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(2));
    clock.set(ending.consent.expires_at);
    reload();
    (void)crawl_later();
    for (const auto& finding : findings())
        EXPECT_EQ(finding.last_seen > finding.first_seen, finding.case_id == lasting.id);
    EXPECT_EQ(inspector.pictures_read, 1);
}

} // namespace
} // namespace stillwatch::pipeline
