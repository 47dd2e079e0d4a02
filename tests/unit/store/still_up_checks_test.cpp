#include "store/case_database.hpp"
#include "store/still_up_checks.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;

constexpr std::int64_t hour = 3'600;

struct StillUpChecksTest : testing::Test {
    TemporaryDirectory directory;
    CaseDatabase database{directory / "cases.db"};
    StillUpChecks checks{database};
    CaseId case_id = database.open_case(sample_case(), actor()).value();
    ReferenceId reference = database.add_reference(sample_reference(case_id), actor()).value();
    Finding sample = confirmed(sample_finding(case_id, reference)); // last seen at 11
    CaseDatabase::Recorded place = database.record_finding(sample, {}, actor()).value();

    static Finding confirmed(Finding finding)
    {
        finding.state = FindingState::confirmed;
        return finding;
    }
    bool is_wholly_down() { return !checks.wholly_down(at(10 * hour), 10).empty(); }
    OpenCheck only_open(std::int64_t now = 10 * hour) { return checks.under_way(at(now), 10).at(0); }
    void begin(std::int64_t seconds)
    {
        ASSERT_TRUE(checks.begin(place.occurrence, at(seconds), at(seconds + 1)));
    }
};

TEST_F(StillUpChecksTest, APlaceIsDueAnHourAfterItWasSeenAndWhileNoCheckOfItIsUnderWay)
{
    EXPECT_TRUE(checks.due(at(11 + hour - 1), 10).empty());
    ASSERT_EQ(checks.due(at(11 + hour), 10).size(), 1U);
    EXPECT_FALSE(checks.due(at(11 + hour), 10)[0].is_pending);
    begin(11 + hour);
    EXPECT_TRUE(checks.due(at(12 * hour), 10).empty());
    ASSERT_TRUE(checks.end({{only_open().check.id, place.occurrence, StillUp::up, {}, false, at(9 * hour)}},
                           at(2 * hour)));
    EXPECT_TRUE(checks.under_way(at(10 * hour), 10).empty());
    EXPECT_EQ(checks.due(at(9 * hour), 10).size(), 1U);
}

// Else nobody would look again for as long as the clock was ahead.
TEST_F(StillUpChecksTest, WhatAClockThatWasAheadPlannedIsDueWhenItIsSetBack)
{
    constexpr std::int64_t day = 24 * hour;
    begin(400 * day);
    const auto end_with = [&](std::int64_t next) {
        ASSERT_TRUE(checks.end({{only_open().check.id, place.occurrence, StillUp::up, {}, false, at(next)}},
                               at(next - day)));
    };
    end_with(401 * day);
    EXPECT_EQ(checks.due(at(2 * hour), 10).size(), 1U);
    begin(2 * hour);
    end_with(2 * hour + 14 * day);
    EXPECT_TRUE(checks.due(at(2 * hour), 10).empty());
}

TEST_F(StillUpChecksTest, ASecondCheckOfAPlaceThatHasOneUnderWayIsRefused)
{
    begin(hour);
    EXPECT_FALSE(checks.begin(place.occurrence, at(hour), at(hour)));
    EXPECT_EQ(checks.under_way(at(10 * hour), 10).size(), 1U);
}

TEST_F(StillUpChecksTest, WhatVisitsShowStandsWithTheCheck)
{
    begin(hour);
    ASSERT_TRUE(checks.note_look(sample.page_url, {at(hour + 1), 200, Sight::there}));
    EXPECT_EQ(only_open().check.page, (Looked{Sight::there, 200, at(hour + 1)}));
    EXPECT_EQ(only_open().check.picture.sight, Sight::unseen);
    ASSERT_TRUE(checks.note_look(sample.image_url, {at(hour + 2), 404, Sight::gone}));
    EXPECT_EQ(only_open().check.picture, (Looked{Sight::gone, 404, at(hour + 2)}));
    EXPECT_EQ(database.occurrences(place.id, {}, 1).at(0).look_status, 404);
}

TEST_F(StillUpChecksTest, AMatchWithAnotherReferenceIsSomethingElseInItsPlace)
{
    ASSERT_TRUE(database.put_in_force({reference}, 0, actor()));
    begin(hour);
    ASSERT_TRUE(checks.note_look(sample.image_url, {at(hour), 200, Sight::match, {ReferenceId{99}}}));
    EXPECT_EQ(only_open().check.picture.sight, Sight::other);
    ASSERT_TRUE(
        checks.note_look(sample.image_url, {at(hour), 200, Sight::match, {ReferenceId{99}, reference}}));
    EXPECT_EQ(only_open().check.picture.sight, Sight::match);
    ASSERT_TRUE(checks.note_look(sample.image_url, {at(hour), 304, Sight::match})); // the bytes known before
    EXPECT_EQ(only_open().check.picture.sight, Sight::match);
}

TEST_F(StillUpChecksTest, WhatIsNotComparedIsNotSomethingElseInItsPlace)
{
    begin(hour);
    ASSERT_TRUE(checks.note_look(sample.image_url, {at(hour), 200, Sight::other}));
    EXPECT_EQ(only_open().check.picture.sight, Sight::unclear); // its reference is not in force
    ASSERT_TRUE(database.put_in_force({reference}, 0, actor()));
    ASSERT_TRUE(checks.note_look(sample.image_url, {at(hour), 200, Sight::other}));
    EXPECT_EQ(only_open().check.picture.sight, Sight::other);
    ASSERT_TRUE(checks.note_look(sample.image_url, {at(hour), 404, Sight::gone}));
    EXPECT_EQ(only_open().check.picture.sight, Sight::gone);
}

TEST_F(StillUpChecksTest, ACheckThatDoesNotTellLeavesAPlaceAsItWas)
{
    for (const auto& [is_down, expected] : {std::pair{std::optional(true), true},
                                            {std::optional<bool>{}, true},
                                            {std::optional(false), false},
                                            {std::optional<bool>{}, false}}) {
        begin(hour);
        ASSERT_TRUE(checks.end({{only_open().check.id, place.occurrence, StillUp::gone, {}, is_down, at(0)}},
                               at(hour)));
        EXPECT_EQ(is_wholly_down(), expected);
    }
}

TEST_F(StillUpChecksTest, AnotherSizeOnThePageThatIsSeenDuringTheCheckIsTold)
{
    auto thumbnail = sample;
    thumbnail.image_url = url("https://img.board.example/a-small.jpg");
    ASSERT_TRUE(database.add_occurrence(place.id, thumbnail));
    begin(hour);
    EXPECT_FALSE(only_open().has_other_size_up);
    ASSERT_TRUE(checks.note_look(thumbnail.image_url, {at(hour + 1), 200, Sight::match, {reference}}));
    EXPECT_TRUE(only_open().has_other_size_up);
}

// Else nothing would be found down before that time came.
TEST_F(StillUpChecksTest, AnotherSizeThatAClockSawThatWasAheadIsNotUp)
{
    auto thumbnail = sample;
    thumbnail.image_url = url("https://img.board.example/a-small.jpg");
    (void)database.add_occurrence(place.id, thumbnail).value();
    constexpr std::int64_t ahead = 60 * 24 * hour;
    ASSERT_TRUE(checks.note_look(thumbnail.image_url, {at(ahead), 200, Sight::match, {reference}}));
    begin(hour);
    EXPECT_FALSE(only_open(2 * hour).has_other_size_up);
    thumbnail.last_seen = at(hour + 1); // seen by a visit that was not made for a check
    (void)database.add_occurrence(place.id, thumbnail).value();
    EXPECT_TRUE(only_open(2 * hour).has_other_size_up);
}

TEST_F(StillUpChecksTest, IsWhollyDownWhereEveryPlaceIs)
{
    auto elsewhere = sample;
    elsewhere.page_url = url("https://board.example/t/2");
    const auto other = database.add_occurrence(place.id, elsewhere).value().occurrence;
    const GoneRun run{at(hour), 2};
    begin(hour);
    ASSERT_TRUE(checks.end({{only_open().check.id, place.occurrence, StillUp::gone, run, true, at(0)}},
                           at(9 * hour)));
    EXPECT_FALSE(is_wholly_down());
    ASSERT_TRUE(checks.begin(other, at(hour), at(hour)));
    ASSERT_TRUE(checks.end({{only_open().check.id, other, StillUp::gone, run, true, at(0)}}, at(9 * hour)));
    EXPECT_TRUE(is_wholly_down());
    ASSERT_TRUE(database.touch_occurrence(other, at(10 * hour), {})); // seen there by the crawl
    EXPECT_FALSE(is_wholly_down());
    EXPECT_EQ(checks.of(place.id, 10).size(), 2U);
}

TEST_F(StillUpChecksTest, AreErasedWithTheirCase)
{
    begin(hour);
    ASSERT_TRUE(database.withdraw(case_id, actor()));
    EXPECT_TRUE(checks.under_way(at(10 * hour), 10).empty());
    EXPECT_TRUE(checks.counts().empty());
    EXPECT_TRUE(checks.end({{1, place.occurrence}}, at(hour))); // a round that was under way
    EXPECT_EQ(database.integrity(), "ok");
}

TEST_F(StillUpChecksTest, TurnsAreTheStepsToAndFromBeingDownOfOneCaseOrOfAll)
{
    const auto step = [&](FindingId id, std::int64_t when, const char* event, FindingState from,
                          FindingState to) {
        const FindingStep made{{id, at(when), "anna", event, from, to, "", 1}};
        ASSERT_TRUE(database.change_findings({made}, actor(), "finding.mark", "F"));
    };
    const auto other_case = database.open_case(sample_case("C-OTHER"), actor()).value();
    const auto other_reference = database.add_reference(sample_reference(other_case), actor()).value();
    const auto other =
        database.record_finding(confirmed(sample_finding(other_case, other_reference)), {}, actor()).value();
    step(other.id, 20, "down", FindingState::confirmed, FindingState::down);
    step(place.id, 21, "noticed", FindingState::confirmed, FindingState::noticed);
    step(place.id, 22, "down", FindingState::noticed, FindingState::down);
    step(place.id, 23, "undo", FindingState::down, FindingState::noticed);

    const auto turns = checks.turns({});
    ASSERT_EQ(turns.size(), 3U);
    EXPECT_EQ(turns[0].finding, place.id);
    EXPECT_EQ(turns[0].event, "down");
    EXPECT_EQ(turns[1].at, at(23));
    EXPECT_EQ(turns[1].from, FindingState::down);
    EXPECT_EQ(turns[2].finding, other.id);
    ASSERT_EQ(checks.turns(other_case).size(), 1U);
    EXPECT_EQ(checks.turns(other_case)[0].actor, "anna");
}

} // namespace
} // namespace stillwatch::store
