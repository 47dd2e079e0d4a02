#include "world.hpp"

#include "alerts/event.hpp"
#include "tests/support/files.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace stillwatch::pipeline {
namespace {

using namespace test;
using store::Outcome;
using testing::IsEmpty;
using testing::SizeIs;

class RecorderTest : public testing::Test, protected World {
protected:
    RecorderTest()
    {
        use_settings();
        serve(start, "img " + image);
        serve(image, picture_file("sea"));
    }
    // The page is `first` when it is visited and `then` at the recapture.
    void change_page(ScriptedFetcher::Script then)
    {
        auto first = web.pages.at(start);
        web.pages[start] = [this, first, then](const FetchRequest& request) {
            return web.times_asked(start) == 1 ? first(request) : then(request);
        };
    }
    PageState state_after_change(ScriptedFetcher::Script then)
    {
        change_page(std::move(then));
        (void)enrol(open_case(), picture_file("sea"));
        (void)crawl();
        return findings().at(0).page_state;
    }
};

TEST_F(RecorderTest, APageThatStillNamesThePictureIsTheirWitness)
{
    EXPECT_EQ(
        state_after_change(ScriptedFetcher::text("img " + image + "\nimg https://img.board.example/2.jpg")),
        PageState::named);
    EXPECT_EQ(inspector.pages_read, 2);
}

TEST_F(RecorderTest, APageThatNamesItNoMoreIsSaidSo)
{
    EXPECT_EQ(state_after_change(ScriptedFetcher::text("img https://img.board.example/2.jpg")),
              PageState::not_named);
}

TEST_F(RecorderTest, APageThatIsGoneIsSaidSo)
{
    EXPECT_EQ(state_after_change(ScriptedFetcher::status(404)), PageState::gone);
}

TEST_F(RecorderTest, APageWithAnotherAnswerIsUnavailable)
{
    EXPECT_EQ(state_after_change(ScriptedFetcher::status(503)), PageState::unavailable);
}

TEST_F(RecorderTest, APageThatDoesNotAnswerIsUnavailable)
{
    EXPECT_EQ(state_after_change(ScriptedFetcher::fails(Errc::unreachable)), PageState::unavailable);
}

TEST_F(RecorderTest, APageThatNoWorkerReadsIsUnavailable)
{
    EXPECT_EQ(state_after_change([this](const FetchRequest& request) {
                  inspector.page_error = Error{Errc::undecodable, "too deep"};
                  return ScriptedFetcher::text("img " + image)(request);
              }),
              PageState::unavailable);
}

TEST_F(RecorderTest, TheRecaptureHasNoConditions)
{
    serve_with_etag(start, "img " + image, "\"v1\"");
    (void)enrol(open_case(), picture_file("hill"));
    (void)crawl();
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    EXPECT_THAT(last_headers(start), IsEmpty());
    EXPECT_EQ(findings().at(0).page_state, PageState::named);
}

TEST_F(RecorderTest, APictureOfTheWatchListItselfHasNoPage)
{
    (void)enrol(open_case(), picture_file("sea"));
    serve(start, picture_file("sea", "smaller"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].page_state, PageState::none);
    EXPECT_EQ(findings()[0].page_url.text(), start);
    EXPECT_EQ(findings()[0].image_url.text(), start);
    EXPECT_EQ(inspector.pages_read, 0);
}

TEST_F(RecorderTest, ThePagesOfOnePictureHaveABound)
{
    settings.record.max_pages_per_picture = 2;
    use_settings();
    (void)enrol(open_case(), picture_file("hill"));
    serve(start, "a https://board.example/1\na https://board.example/2\na https://board.example/3");
    for (const auto* page : {"1", "2", "3"})
        serve(std::string("https://board.example/") + page,
              "img " + image + "\na https://board.example/after/" + page);
    (void)crawl(); // all three name it before anybody looks for it
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    EXPECT_THAT(occurrences(), SizeIs(2));
    EXPECT_EQ(counters.total("occurrences_left_out_total"), 1);
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(2));
}

TEST_F(RecorderTest, APictureOnAsManyPagesAsTheBoundIsRecordedWhole)
{
    settings.record.max_pages_per_picture = 1;
    use_settings();
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(counters.total("occurrences_left_out_total"), 0);
}

TEST_F(RecorderTest, AlertsCarryTheLinkAndNoAddress)
{
    const auto c = open_case();
    (void)enrol(c, picture_file("sea"));
    (void)crawl();
    const auto row = stores.cases().alerts(1).at(0);
    const auto event = alerts::read_event(row.event).value();
    EXPECT_EQ(event.case_pseudonym, c.pseudonym);
    EXPECT_EQ(event.tier, Tier::exact);
    EXPECT_EQ(event.link, "https://desk.example/" + row.alert_id);
    EXPECT_TRUE(alerts::is_well_formed(event));
}

TEST_F(RecorderTest, WithoutADirectoryForEvidenceTheMatchIsToldAllTheSame)
{
    (void)enrol(open_case(), picture_file("sea"));
    std::filesystem::remove(evidence);
    EXPECT_EQ(crawl().at(image).outcome, Outcome::compared);
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].evidence, EvidenceState::pending);
    EXPECT_EQ(findings()[0].evidence_file, "");
    ASSERT_THAT(stores.cases().alerts(10), SizeIs(2));
    const auto event = alerts::read_event(stores.cases().alerts(10)[0].event).value();
    EXPECT_TRUE(event.is_evidence_pending);
    EXPECT_EQ(event.finding, findings()[0].id.value);
    EXPECT_TRUE(problems.is_set("evidence"));
    EXPECT_THAT(problems.current().at(0).detail, testing::HasSubstr("No such file"));
    EXPECT_EQ(counters.total("evidence_errors_total"), 1);
    EXPECT_EQ(told, 1);
}

TEST_F(RecorderTest, PendingEvidenceIsMadeAtTheNextVisitAndNobodyIsToldTwice)
{
    (void)enrol(open_case(), picture_file("sea"));
    std::filesystem::remove(evidence);
    (void)crawl();
    (void)crawl_later(); // it still cannot
    EXPECT_EQ(findings().at(0).evidence, EvidenceState::pending);
    std::filesystem::create_directory(evidence);
    (void)crawl_later();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].evidence, EvidenceState::stored);
    EXPECT_EQ(findings()[0].page_state, PageState::named);
    EXPECT_THAT(evidence_files(), testing::ElementsAre(findings()[0].evidence_file));
    EXPECT_FALSE(problems.is_set("evidence"));
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(2));
    (void)crawl_later();
    EXPECT_THAT(evidence_files(), SizeIs(1));
}

TEST_F(RecorderTest, AFullQuotaOfEvidenceStopsNoFinding)
{
    settings.record.room.max_bytes = 100;
    use_settings();
    stillwatch::test::write_file(evidence / "old.tar.age", as_bytes(std::string(100, 'x')));
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].evidence, EvidenceState::pending);
    EXPECT_THAT(problems.current().at(0).detail, testing::HasSubstr("evidence.max_bytes"));
}

TEST_F(RecorderTest, ANearlyFullQuotaWarnsWhileEvidenceIsStillWritten)
{
    settings.record.room.max_bytes = 1'000'000;
    use_settings();
    stillwatch::test::write_file(evidence / "old.tar.age", as_bytes(std::string(800'000, 'x')));
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    EXPECT_EQ(findings().at(0).evidence, EvidenceState::stored);
    EXPECT_TRUE(problems.is_set("evidence"));
}

// The server would answer the new picture's validator with a 304, and the old picture's verdict says "no
// match".
TEST_F(RecorderTest, AnExchangedPictureIsNotLostWhenRecordingFails)
{
    (void)enrol(open_case(), picture_file("sea"));
    serve_with_etag(image, picture_file("hill"), "\"hill\"");
    (void)crawl();
    serve_with_etag(image, picture_file("sea"), "\"sea\"");
    std::filesystem::remove(evidence);
    (void)crawl_later();
    EXPECT_THAT(findings(), SizeIs(1));
    std::filesystem::create_directory(evidence);
    (void)crawl_later();
    EXPECT_THAT(findings(), SizeIs(1));
    EXPECT_THAT(evidence_files(), SizeIs(1));
}

TEST_F(RecorderTest, ADiskThatFailsBetweenTwoPagesLeavesTheSecondPending)
{
    (void)enrol(open_case(), picture_file("hill"));
    serve(start, "img " + image + "\na https://board.example/2");
    serve("https://board.example/2", "img " + image);
    (void)crawl();
    (void)enrol(open_case(), picture_file("sea"));
    // The disk fails after the first page's evidence.
    web.pages["https://board.example/2"] = [this](const FetchRequest& request) {
        if (findings().size() == 1) std::filesystem::rename(evidence, directory / "elsewhere");
        return ScriptedFetcher::text("img " + image)(request);
    };
    (void)crawl();
    ASSERT_THAT(occurrences(), SizeIs(2));
    EXPECT_EQ(occurrences()[0].evidence, EvidenceState::stored);
    EXPECT_EQ(occurrences()[1].evidence, EvidenceState::pending);
    std::filesystem::rename(directory / "elsewhere", evidence);
    serve("https://board.example/2", "img " + image);
    (void)crawl_later();
    EXPECT_THAT(occurrences(), SizeIs(2));
    EXPECT_EQ(occurrences()[1].evidence, EvidenceState::stored);
    EXPECT_THAT(evidence_files(), SizeIs(2));
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(2));
}

TEST_F(RecorderTest, AWithdrawalWhileThePictureIsReadLeavesNothing)
{
    const auto c = open_case();
    (void)enrol(c, picture_file("sea"));
    inspector.before_picture = [&] { return withdraw(c.pseudonym); };
    const auto results = crawl();
    EXPECT_EQ(results.at(image).outcome, Outcome::compared);
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_THAT(evidence_files(), IsEmpty());
    EXPECT_THAT(stores.cases().alerts(10), IsEmpty());
    EXPECT_EQ(told, 0);
}

TEST_F(RecorderTest, AWithdrawalDuringTheRecaptureLeavesNothing)
{
    const auto c = open_case();
    (void)enrol(c, picture_file("sea"));
    inspector.before_page = [&]() -> Task<> {
        if (inspector.pages_read == 2) co_await withdraw(c.pseudonym);
    };
    (void)crawl();
    EXPECT_EQ(inspector.pages_read, 2);
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_THAT(evidence_files(), IsEmpty());
}

TEST_F(RecorderTest, AWithdrawalAfterEvidenceWasWrittenTakesItAway)
{
    const auto c = open_case();
    (void)enrol(c, picture_file("sea"));
    stores.frontier().apply({run(pipeline.visit(claim().at(0))).value()}).value();
    const auto visit = claim().at(0);
    std::optional<Result<store::VisitResult>> result;
    asio::co_spawn(loop, pipeline.visit(visit),
                   [&](std::exception_ptr, Result<store::VisitResult> given) { result = std::move(given); });
    // One step of the loop, then all the work it gave away: the finding is committed one step after its
    // evidence stands in the directory.
    bool was_written = false;
    loop.restart();
    while (!result) {
        loop.poll_one();
        if (loop.stopped()) loop.restart();
        std::promise<void> done;
        asio::post(cpu, [&] { done.set_value(); });
        done.get_future().wait();
        if (was_written || evidence_files().empty()) continue;
        was_written = true;
        ASSERT_TRUE(book.withdraw(c.pseudonym, {"anna", clock.now()}).has_value());
    }
    EXPECT_TRUE(was_written);
    EXPECT_EQ((*result)->outcome, Outcome::compared);
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_THAT(evidence_files(), IsEmpty());
    EXPECT_THAT(stores.cases().alerts(10), IsEmpty());
}

TEST_F(RecorderTest, TwoVisitsAtOnceGiveOneFindingAndOnePackage)
{
    (void)enrol(open_case(), picture_file("sea"));
    stores.frontier().apply({run(pipeline.visit(claim().at(0))).value()}).value();
    const auto visit = claim().at(0);
    int ended = 0;
    for (int i = 0; i < 2; ++i)
        asio::co_spawn(loop, pipeline.visit(visit),
                       [&](std::exception_ptr failure, Result<store::VisitResult> given) {
                           EXPECT_FALSE(failure);
                           EXPECT_EQ(given.value().outcome, Outcome::compared);
                           ++ended;
                       });
    loop.restart();
    loop.run();
    EXPECT_EQ(ended, 2);
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_THAT(evidence_files(), testing::ElementsAre(findings()[0].evidence_file));
    EXPECT_THAT(stores.cases().alerts(10), SizeIs(2));
    EXPECT_EQ(told, 1);
}

TEST_F(RecorderTest, ARemovedReferenceIsNotToldOfAnyMore)
{
    const auto c = open_case();
    (void)enrol(c, picture_file("sea"));
    inspector.before_picture = [&]() -> Task<> {
        auto remove = [&](store::CaseDatabase&, crawler::UrlFrontier&) {
            return book.remove_reference(c.pseudonym, "R-01", {"anna", clock.now()}).has_value();
        };
        const auto is_removed = co_await stores.run(std::move(remove));
        EXPECT_TRUE(is_removed);
    };
    (void)crawl();
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_THAT(evidence_files(), IsEmpty());
}

} // namespace
} // namespace stillwatch::pipeline
