#include "alerts/event.hpp"
#include "daemon/still_up.hpp"
#include "daemon/watcher.hpp"
#include "store/still_up_checks.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/unit/pipeline/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::daemon {
namespace {

using namespace pipeline::test;
using std::chrono::hours;
using store::StillUp;
using testing::Contains;
using testing::Not;
using testing::SizeIs;

const std::string thumbnail = "https://img.board.example/1-small.jpg";

// One picture on one page, found and confirmed; and the hours after that.
class StillUpTest : public testing::Test, protected World {
protected:
    StillUpTest()
    {
        settings.record.channels = {{"desk", {}}};
        use_settings();
        serve(start, "img " + image);
        serve(image, picture_file("sea", "large"));
        (void)enrol(open_case(), picture_file("sea"));
    }
    void find(bool is_confirmed = true)
    {
        (void)crawl();
        id_ = findings().at(0).id;
        if (is_confirmed) say("confirm", FindingState::fresh, FindingState::confirmed);
    }
    void say(const std::string& event, FindingState from, FindingState to)
    {
        const store::FindingStep step{{id_, clock.now(), "anna", event, from, to, ""}};
        ASSERT_TRUE(stores.cases().change_findings({step}, {"anna", clock.now()}, "finding." + event, "F-1"));
    }
    // Rounds and what they make due, a few in each stretch.
    void pass(hours duration)
    {
        const auto step = std::max(std::chrono::minutes(30), std::chrono::minutes(duration) / 16);
        for (auto slept = std::chrono::minutes(0); slept < duration; slept += step) {
            clock.pass(step);
            (void)run(watcher->round());
            (void)crawl();
            (void)run(watcher->round());
        }
    }
    FindingState state() { return stores.cases().standing(id_)->state; }
    std::vector<StillUp> verdicts()
    {
        std::vector<StillUp> all;
        for (const auto& check : store::StillUpChecks(stores.cases()).of(id_, 1'000))
            if (check.ended) all.push_back(check.verdict);
        return all;
    }
    std::vector<std::string> told_of()
    {
        std::vector<std::string> types;
        for (const auto& row : stores.cases().alerts(100))
            if (const auto event = alerts::read_event(row.event)) types.push_back(event->type);
        return types;
    }
    void answer(const std::string& address, int status)
    {
        web.pages[address] = ScriptedFetcher::status(status);
    }

    std::unique_ptr<Watcher> watcher =
        std::make_unique<Watcher>(services, [this] { return pipeline.settings(); });
    FindingId id_{};
};

TEST_F(StillUpTest, WhatIsUpIsCheckedAtTheMomentsThatWerePromised)
{
    find();
    pass(hours(50));
    EXPECT_THAT(verdicts(), SizeIs(4)); // after 1, 6, 24 and 48 hours
    EXPECT_THAT(verdicts(), Not(Contains(StillUp::unclear)));
    EXPECT_EQ(state(), FindingState::confirmed);
}

TEST_F(StillUpTest, PageAndPictureThatAreGoneAreDownAfterTwoChecksAndToldOnce)
{
    find();
    answer(start, 404);
    answer(image, 410);
    pass(hours(2));
    EXPECT_EQ(verdicts().front(), StillUp::gone);
    EXPECT_EQ(state(), FindingState::confirmed); // one check proves nothing
    EXPECT_THAT(told_of(), Not(Contains("item.down")));
    pass(hours(7));
    EXPECT_EQ(state(), FindingState::down);
    EXPECT_EQ(stores.cases().history(id_).back().actor, "stillwatchd");
    pass(hours(72));
    EXPECT_EQ(std::ranges::count(told_of(), "item.down"), 1);
}

TEST_F(StillUpTest, ARefusalAfterTwoChecksTooCloseTogetherConfirmsNothing)
{
    find();
    answer(image, 404);
    pass(hours(6)); // after 1 and 6 hours: five apart
    ASSERT_EQ(state(), FindingState::confirmed);
    answer(image, 403);
    pass(hours(12));
    EXPECT_EQ(state(), FindingState::confirmed);
    answer(image, 404);
    pass(hours(24));
    EXPECT_EQ(state(), FindingState::down);
}

TEST_F(StillUpTest, ConfirmedLateItIsMarkedDownAtTheNextRound)
{
    find(false);
    answer(image, 404);
    pass(hours(20));
    say("confirm", FindingState::fresh, FindingState::confirmed);
    pass(hours(1));
    EXPECT_EQ(state(), FindingState::down);
}

// A renewed consent that waits for its approval leaves a case's findings as they are, however many.
TEST_F(StillUpTest, ThoseOfACaseThatWaitsKeepNoOtherFromBeingMarkedDown)
{
    auto waiting = stillwatch::test::sample_case("C-WAIT");
    waiting.consent.approval = Approval::none;
    waiting.consent.expires_at = clock.now() + hours(24 * 200);
    const auto id = stores.cases().open_case(waiting, {"anna", clock.now()}).value();
    const auto reference =
        stores.cases().add_reference(stillwatch::test::sample_reference(id), {"anna", clock.now()}).value();
    store::StillUpChecks checks(stores.cases());
    for (std::size_t i = 0; i <= most_looks_a_round; ++i) {
        auto finding = stillwatch::test::sample_finding(
            id, reference, "https://other.example/t/" + std::to_string(i), "https://other.example/a.jpg");
        finding.state = FindingState::confirmed;
        const auto place = stores.cases().record_finding(finding, {}, {"anna", clock.now()}).value();
        ASSERT_TRUE(checks.begin(place.occurrence, clock.now(), clock.now()));
        const auto check = checks.under_way(clock.now(), 1).at(0).check.id;
        ASSERT_TRUE(checks.end({{check, place.occurrence, StillUp::gone, {}, true, clock.now() + hours(300)}},
                               clock.now()));
    }
    (void)crawl();
    id_ = findings().back().id;
    say("confirm", FindingState::fresh, FindingState::confirmed);
    answer(image, 404);
    pass(hours(20));
    EXPECT_EQ(state(), FindingState::down);
    EXPECT_THAT(checks.wholly_down(clock.now(), 1'000), SizeIs(0)) << "each round would look them up";
}

TEST_F(StillUpTest, WhatAClockThatWasAheadBeganIsEndedAndFoundDownOnceItIsSetBack)
{
    find();
    const auto before = clock.now();
    clock.pass(hours(24 * 60));
    (void)run(watcher->round()); // begins a check that nothing was seen for yet
    clock.set(before);
    answer(image, 404);
    pass(hours(24));
    EXPECT_EQ(state(), FindingState::down);
}

// Its evidence cannot be made, and may never be: nobody would look whether it is still up for two months.
TEST_F(StillUpTest, WhatWaitsForEvidenceIsCheckedThoughAClockThatWasAheadFoundIt)
{
    const auto c =
        stores.cases().open_case(stillwatch::test::sample_case("C-WAIT"), {"anna", clock.now()}).value();
    const auto reference =
        stores.cases().add_reference(stillwatch::test::sample_reference(c), {"anna", clock.now()}).value();
    auto finding = stillwatch::test::sample_finding(c, reference, start, image);
    finding.evidence = EvidenceState::pending;
    finding.first_seen = finding.last_seen = clock.now() + hours(24 * 60);
    (void)stores.cases().record_finding(finding, {}, {"anna", clock.now()}).value();
    AskedAt asked;
    constexpr bool can_write = false;
    (void)still_up_round(stores.cases(), stores.frontier(), settings.record, can_write, clock.now(), counters,
                         asked)
        .value();
    EXPECT_THAT(store::StillUpChecks(stores.cases()).under_way(clock.now(), 10), SizeIs(1));
}

TEST_F(StillUpTest, APersonWhoTakesBackThatItIsDownIsNotOverruledByOldChecks)
{
    find();
    answer(image, 404);
    pass(hours(20));
    ASSERT_EQ(state(), FindingState::down);
    say("undo", FindingState::down, FindingState::confirmed);
    pass(hours(6));
    EXPECT_EQ(state(), FindingState::confirmed);
    pass(hours(6)); // two new ones say it again
    EXPECT_EQ(state(), FindingState::down);
}

TEST_F(StillUpTest, APictureWhosePageIsGoneIsUp)
{
    find();
    answer(start, 404);
    pass(hours(30));
    EXPECT_EQ(verdicts().front(), StillUp::orphaned);
    EXPECT_EQ(state(), FindingState::confirmed);
    answer(image, 404); // now that, too
    pass(hours(40));
    EXPECT_EQ(state(), FindingState::down);
}

TEST_F(StillUpTest, ARefusalIsNoRemoval)
{
    find();
    for (const int status : {401, 403}) { // pipeline/sight_test.cpp has the others, after which hosts rest
        answer(image, status);
        answer(start, status);
        pass(hours(100));
        EXPECT_EQ(state(), FindingState::confirmed) << status;
    }
    answer(start, 404); // and its picture is refused still
    pass(hours(100));
    EXPECT_EQ(state(), FindingState::confirmed);
    EXPECT_THAT(verdicts(), Not(Contains(StillUp::gone)));
    EXPECT_TRUE(problems.is_set("checks")); // nobody is left to believe that it is looked after
}

TEST_F(StillUpTest, AnotherSizeOnThePageKeepsItUp)
{
    serve(start, "img:1 " + image + "\nimg:1 " + thumbnail);
    serve(thumbnail, picture_file("sea"));
    find();
    answer(image, 404);
    pass(hours(60));
    EXPECT_THAT(verdicts(), Contains(StillUp::thumbnail));
    EXPECT_THAT(verdicts(), Not(Contains(StillUp::gone)));
    EXPECT_EQ(state(), FindingState::confirmed);
}

TEST_F(StillUpTest, ACopyUnderAnotherAddressKeepsItUp)
{
    find();
    const std::string copy = "https://img.board.example/again.jpg";
    serve(start, "img " + copy);
    serve(copy, picture_file("sea", "b"));
    answer(image, 404);
    pass(hours(60));
    EXPECT_EQ(state(), FindingState::confirmed);
    EXPECT_EQ(findings().at(0).occurrences, 2);
}

TEST_F(StillUpTest, AnotherPictureInItsPlaceTakesADay)
{
    find();
    serve(image, picture_file("hill"));
    pass(hours(20));
    EXPECT_EQ(verdicts().front(), StillUp::replaced);
    EXPECT_EQ(state(), FindingState::confirmed);
    pass(hours(30));
    EXPECT_EQ(state(), FindingState::down);
}

TEST_F(StillUpTest, WhatComesBackAfterItWasDownIsToldInItsNextEpoch)
{
    find();
    answer(image, 404);
    pass(hours(20));
    ASSERT_EQ(state(), FindingState::down);
    serve(image, picture_file("sea", "large"));
    pass(hours(15 * 24));
    EXPECT_EQ(state(), FindingState::reappeared);
    EXPECT_EQ(stores.cases().standing(id_)->epoch, 2);
    EXPECT_EQ(std::ranges::count(told_of(), "match.reappeared"), 1);
    answer(image, 404);
    pass(hours(15 * 24));
    EXPECT_EQ(state(), FindingState::down); // by two new checks
    EXPECT_EQ(std::ranges::count(told_of(), "item.down"), 2);
}

TEST_F(StillUpTest, WhatNobodyConfirmedIsNotCalledDown)
{
    find(false);
    answer(image, 404);
    pass(hours(40));
    EXPECT_EQ(verdicts().front(), StillUp::gone);
    EXPECT_EQ(state(), FindingState::fresh);
}

TEST_F(StillUpTest, ANoticeBeginsTheScheduleAnew)
{
    find();
    pass(hours(60));
    const auto before = verdicts().size();
    say("noticed", FindingState::confirmed, FindingState::noticed);
    pass(hours(8));
    EXPECT_EQ(verdicts().size(), before + 2); // after 1 and 6 hours
}

TEST_F(StillUpTest, ARestartInTheMiddleOfACheckNeitherSkipsNorDoublesIt)
{
    find();
    clock.pass(hours(1));
    clock.pass(std::chrono::minutes(1));
    (void)run(watcher->round()); // begun, and killed before anybody visited
    under_check = {};
    watcher = std::make_unique<Watcher>(services, [this] { return pipeline.settings(); });
    pass(hours(1));
    EXPECT_EQ(verdicts(), std::vector{StillUp::up});
    EXPECT_THAT(store::StillUpChecks(stores.cases()).of(id_, 10), SizeIs(1));
}

TEST_F(StillUpTest, AnAddressThatWaitsForItsVisitIsNotMadeDueEachMinute)
{
    find();
    clock.pass(hours(2));
    EXPECT_EQ(run(watcher->round()), 2U); // page and picture; nobody visits them meanwhile
    for (int minute = 1; minute < 10; ++minute) {
        clock.pass(std::chrono::minutes(1));
        EXPECT_EQ(run(watcher->round()), 0U) << minute;
    }
    clock.pass(std::chrono::minutes(1));
    EXPECT_EQ(run(watcher->round()), 2U);
    // Another process knows nothing of it, and asks at once.
    watcher = std::make_unique<Watcher>(services, [this] { return pipeline.settings(); });
    EXPECT_EQ(run(watcher->round()), 2U);
}

} // namespace
} // namespace stillwatch::daemon
