#include "tests/unit/pipeline/world.hpp"

#include "core/tasks.hpp"
#include "daemon/store_adapters.hpp"
#include "matcher/reference_codec.hpp"
#include "pipeline/reference_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::daemon {
namespace {

using namespace pipeline::test;
using store::CaseDatabase;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Which references pictures are compared with, and what is said of those that cannot be.
class InForceTest : public testing::Test, protected World {
protected:
    InForceTest()
    {
        use_settings();
        serve(start, "img " + image);
        serve_with_etag(image, picture_file("sea", "smaller"), "\"v1\"");
    }
    void exchange_key() { std::swap(installation, other_key); }
    void add(const Case& c, const std::string& name, Bytes sealed)
    {
        Reference draft;
        draft.name = name;
        draft.sealed = std::move(sealed);
        draft.extractor_version = extractor_version;
        (void)book.enrol(c.pseudonym, draft, {"anna", clock.now()}).value();
        reload();
    }
    std::string problem(const std::string& kind)
    {
        for (const auto& one : problems.current())
            if (one.kind == kind) return to_string(one);
        return "";
    }
    store::Coverage coverage(const Case& c)
    {
        return stores.frontier().coverage(stores.cases().compared_with_all(c.id));
    }

    vault::KeyPair other_key = vault::make_key_pair();
};

TEST_F(InForceTest, WhatWasComparedUnderAWrongKeyIsComparedAgainUnderTheRightOne)
{
    const auto c = open_case();
    exchange_key();
    (void)enrol(c, picture_file("sea"));
    (void)crawl();
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_EQ(coverage(c).compared, 0);
    EXPECT_EQ(coverage(c).pending, 1);
    EXPECT_EQ(stores.frontier().coverage(stores.cases().compared_with_all()).compared, 0);
    EXPECT_THAT(problem("keys"), HasSubstr(c.pseudonym));
    EXPECT_THAT(problem("keys"), HasSubstr("R-01"));
    exchange_key();
    reload();
    EXPECT_EQ(problem("keys"), "");
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(coverage(c).compared, 1);
}

TEST_F(InForceTest, AWrongKeyIsToldBeforeTheFirstReferenceIsAdded)
{
    const auto c = open_case();
    exchange_key();
    reload();
    EXPECT_THAT(problem("keys"), HasSubstr(c.pseudonym));
}

TEST_F(InForceTest, ADamagedRecordIsToldAndTheOthersAreCompared)
{
    const auto c = open_case();
    const auto other = open_case();
    (void)enrol(other, picture_file("sea"));
    add(c, "R-bad", to_bytes("no sealed record"));
    EXPECT_THAT(problem("keys"), HasSubstr(c.pseudonym));
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(coverage(other).compared, 1);
    EXPECT_EQ(coverage(c).compared, 0);
}

TEST_F(InForceTest, ARecordOfAnotherExtractorIsTold)
{
    const auto c = open_case();
    auto record = matcher::make_reference_record(features_of(picture_file("sea")).file_digest,
                                                 features_of(picture_file("sea")));
    record.extractor_version = extractor_version + 1;
    vault::PublicKey key;
    std::ranges::copy(c.public_key, key.bytes.begin());
    add(c, "R-old", vault::seal(key, "reference " + c.pseudonym, matcher::encode_reference(record)));
    EXPECT_THAT(problem("references"), HasSubstr("R-old"));
    EXPECT_THAT(problem("references"), HasSubstr("enrol the picture again"));
    EXPECT_EQ(coverage(c).compared, 0);
    ASSERT_TRUE(book.remove_reference(c.pseudonym, "R-old", {"anna", clock.now()}));
    reload();
    EXPECT_EQ(problem("references"), "");
}

TEST_F(InForceTest, PicturesComparedWhileAConsentWasNotInForceAreComparedAgain)
{
    const auto c = open_case(1'000);
    (void)enrol(c, picture_file("sea"));
    clock.set(c.consent.expires_at);
    reload();
    (void)crawl();
    EXPECT_THAT(findings(), IsEmpty());
    auto consent = c.consent;
    consent.given_at = clock.now();
    consent.expires_at = at(9'000'000);
    ASSERT_TRUE(book.renew(c.pseudonym, consent, cases::ApprovalRule::one_person, {"anna", clock.now()}));
    reload();
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(InForceTest, AClockThatIsSetBackRevivesNoConsent)
{
    const auto c = open_case(1'000);
    (void)enrol(c, picture_file("sea"));
    clock.set(c.consent.expires_at);
    reload();
    ASSERT_EQ(references.current()->size(), 0U);
    EXPECT_EQ(problem("clock"), "");
    clock.set(c.consent.given_at - std::chrono::hours(2));
    reload();
    EXPECT_EQ(references.current()->size(), 0U);
    EXPECT_THAT(problem("clock"), HasSubstr("set the clock"));
    // Nor after a restart: what was seen is on disk.
    pipeline::ReferenceKeeper restarted{loop, stores, cpu, installation, clock, problems};
    run(restarted.reload()).value();
    EXPECT_EQ(restarted.current()->size(), 0U);
}

// The page is looked at again, and meanwhile the consent ends and the clock is set back.
TEST_F(InForceTest, AFindingIsNotRecordedWhenItsConsentWasSeenToEndMeanwhile)
{
    const auto c = open_case(1'000);
    (void)enrol(c, picture_file("sea"));
    inspector.before_page = [&]() -> Task<> {
        if (inspector.pages_read > 1) (void)stores.cases().note_time(c.consent.expires_at);
        co_return;
    };
    (void)crawl();
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(InForceTest, WhatAChangeLeftIsMergedWithoutAnotherGeneration)
{
    const auto c = open_case();
    (void)enrol(c, picture_file("sea"));
    const auto generation = references.current()->generation();
    ASSERT_TRUE(run(references.merge()));
    EXPECT_TRUE(references.current()->features().is_merged());
    EXPECT_EQ(references.current()->generation(), generation);
    EXPECT_EQ(references.current()->size(), 1U);
}

TEST_F(InForceTest, ReloadsThatMeetBothSeeWhatTheirCallersChanged)
{
    const auto c = open_case();
    (void)enrol(c, picture_file("sea"));
    ASSERT_TRUE(book.enrol(
        c.pseudonym,
        Reference{
            {},
            {},
            "R-02",
            cases::seal_reference(c.public_key, c.pseudonym, features_of(picture_file("hill"))).value().bytes,
            extractor_version},
        {"anna", clock.now()}));
    int done = 0;
    const auto both = [&]() -> Task<> {
        const auto reloaded = co_await references.reload();
        EXPECT_TRUE(reloaded.has_value());
        EXPECT_EQ(references.current()->size(), 2U);
        ++done;
    };
    TaskGroup tasks(loop.get_executor());
    tasks.spawn("one", both());
    tasks.spawn("two", both());
    loop.restart();
    while (tasks.running() > 0 && loop.run_one() > 0) {
    }
    EXPECT_EQ(done, 2);
}

TEST_F(InForceTest, ThePictureOfAReferenceIsKnownWhateverItsFile)
{
    const auto c = open_case();
    const auto other = open_case();
    const auto number = enrol(c, picture_file("sea"));
    const auto sealed = [](const Case& of, const PictureFeatures& features) {
        return cases::seal_reference(of.public_key, of.pseudonym, features).value().bytes;
    };
    const auto same = run(references.same_picture(c.pseudonym, sealed(c, features_of(picture_file("sea")))));
    EXPECT_EQ(same.value(), number);
    EXPECT_FALSE(
        run(references.same_picture(c.pseudonym, sealed(c, features_of(picture_file("hill"))))).value());
    EXPECT_FALSE(
        run(references.same_picture(other.pseudonym, sealed(other, features_of(picture_file("sea")))))
            .value())
        << "another person's may be the same";
    const auto unusable =
        run(references.same_picture(c.pseudonym, sealed(other, features_of(picture_file("hill")))));
    EXPECT_EQ(unusable.error().code, Errc::refused) << "it would never be compared";
}

TEST_F(InForceTest, AMatchThatWasWithdrawnMeanwhileLeavesNoTrace)
{
    const auto c = open_case();
    (void)enrol(c, picture_file("sea"));
    const auto visits = claim();
    auto page = run(pipeline.visit(visits.at(0))).value();
    stores.frontier().apply({page}).value();
    auto seen = run(pipeline.visit(claim().at(0))).value();
    ASSERT_TRUE(seen.verdict && seen.verdict->matched);
    ASSERT_TRUE(book.withdraw(c.pseudonym, {"anna", clock.now()}));
    StoredFrontier frontier(stores, references, StalePictures::are_due, counters);
    run(frontier.apply(std::make_shared<const std::vector<store::VisitResult>>(1, seen))).value();
    EXPECT_FALSE(stores.frontier().verdict(seen.verdict->content));
}

TEST_F(InForceTest, ADatabaseOfCasesThatWasRestoredMakesEverythingStale)
{
    const store::Actor actor{"stillwatchd", clock.now()};
    auto& frontier = stores.frontier();
    ASSERT_TRUE(pipeline::check_history(stores.cases(), frontier, actor));
    (void)enrol(open_case(), picture_file("sea"));
    ASSERT_TRUE(pipeline::check_history(stores.cases(), frontier, actor));
    EXPECT_EQ(stores.cases().generation(), 1) << "the same database";
    ASSERT_TRUE(frontier.set_compared_under({9, 12345}));
    ASSERT_TRUE(pipeline::check_history(stores.cases(), frontier, actor));
    EXPECT_EQ(stores.cases().generation(), 10);
    EXPECT_EQ(stores.cases().compared_with_all(), 10);
}

} // namespace
} // namespace stillwatch::daemon
