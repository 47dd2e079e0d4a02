#include "followup/notice_clock.hpp"

#include "alerts/event.hpp"
#include "alerts/leak.hpp"
#include "alerts/render.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::followup {
namespace {

using namespace std::chrono_literals;
using namespace stillwatch::test;
using store::NoticeId;
using store::RunningNotice;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<ClockEvent> events(const RunningNotice& notice, Timestamp now)
{
    std::vector<ClockEvent> told;
    for (const auto& tick : ticks_due(std::vector{notice}, now, 12h))
        told.push_back(tick.event);
    return told;
}

TEST(NoticeClock, WarnsBeforeTheEndAndTellsTheEndEachOnce)
{
    RunningNotice notice{NoticeId{3}, CaseId{1}, "C-7F3K", at(48 * 3600)};
    EXPECT_THAT(events(notice, at(0)), IsEmpty());
    EXPECT_THAT(events(notice, at(36 * 3600 - 1)), IsEmpty());
    EXPECT_THAT(events(notice, at(36 * 3600)), ElementsAre(ClockEvent::approaching));
    notice.is_told_approaching = true;
    EXPECT_THAT(events(notice, at(47 * 3600)), IsEmpty());
    EXPECT_THAT(events(notice, at(48 * 3600)), ElementsAre(ClockEvent::overdue));
    notice.is_told_overdue = true;
    EXPECT_THAT(events(notice, at(100 * 3600)), IsEmpty());
}

TEST(NoticeClock, WhoWakesUpAfterTheEndTellsTheEndAlone)
{
    const RunningNotice notice{NoticeId{3}, CaseId{1}, "C-7F3K", at(48 * 3600)};
    EXPECT_THAT(events(notice, at(72 * 3600)), ElementsAre(ClockEvent::overdue));
}

struct Telling : testing::Test {
    Telling()
    {
        (void)cases.record_finding(sample_finding(owner, reference), {}, actor(12)).value();
        store::NoticeRow notice;
        notice.case_id = owner;
        notice.route = "osa";
        notice.findings = {FindingId{1}};
        notice.id = notices
                        .add(
                            notice, [](NoticeId) { return Result<Bytes>(Bytes{}); }, actor(20))
                        .value();
        notice.sent_at = at(30);
        notice.deadline_at = at(30) + 48h;
        (void)notices.sent(notice, {}, actor(30)).value();
    }
    std::size_t tell(Timestamp now)
    {
        return tell_ticks(cases, {alerts::ChannelRules{"desk"}, quiet}, "https://desk.example/{alert}", 12h,
                          now)
            .value()
            .queued;
    }

    TemporaryDirectory directory;
    store::CaseDatabase cases{directory / "cases.db"};
    store::NoticeTable notices{cases};
    static Case with_consent_until(Timestamp end)
    {
        auto draft = sample_case();
        draft.consent.expires_at = end;
        return draft;
    }
    CaseId owner = cases.open_case(with_consent_until(at(30) + 100h), actor()).value();
    ReferenceId reference = cases.add_reference(sample_reference(owner), actor()).value();
    alerts::ChannelRules quiet = [] {
        alerts::ChannelRules rules{"matches"};
        rules.events = {"match.opened"};
        return rules;
    }();
};

TEST_F(Telling, OneAlertAnEventOverTheChannelsThatAreToldUnderIdsThatRepeat)
{
    EXPECT_EQ(tell(at(31)), 0U);
    EXPECT_EQ(tell(at(30) + 36h), 1U);
    EXPECT_EQ(tell(at(30) + 37h), 0U);
    EXPECT_EQ(tell(at(30) + 48h), 1U);
    EXPECT_EQ(tell(at(30) + 90h), 0U);
    const auto rows = cases.alerts(10);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_NE(rows[0].alert_id, rows[1].alert_id);
    const auto event = alerts::read_event(rows[0].event).value();
    EXPECT_EQ(event.type, "notice.overdue");
    EXPECT_EQ(event.notice, 1);
    EXPECT_EQ(event.deadline, at(30) + 48h);
    EXPECT_EQ(rows[0].case_id, owner);
    EXPECT_EQ(event.alert_id,
              alerts::alert_id("C-7F3K", ReferenceId{1}, "notice.overdue", format_utc(at(30) + 48h), 0));
}

TEST_F(Telling, AChannelThatIsSetUpLaterIsTold)
{
    const auto untold = tell_ticks(cases, {quiet}, "", 12h, at(30) + 36h).value();
    EXPECT_EQ(untold.queued, 0U);
    ASSERT_EQ(untold.untold.size(), 1U);
    EXPECT_EQ(untold.untold[0].event, ClockEvent::approaching);
    EXPECT_EQ(tell(at(30) + 37h), 1U);
    EXPECT_EQ(tell(at(30) + 38h), 0U);
}

TEST_F(Telling, NothingIsToldOfACaseWhoseConsentHasEnded)
{
    EXPECT_EQ(tell(at(30) + 101h), 0U);
    EXPECT_EQ(tell(at(30) + 99h), 1U); // as it would have been
}

TEST_F(Telling, WhatIsSaidHoldsNothingOfWhatWasFound)
{
    ASSERT_EQ(tell(at(30) + 48h), 1U);
    const auto event = alerts::read_event(cases.alerts(10).at(0).event).value();
    EXPECT_EQ(alerts::subject_of(event), "[Desk] The time of a notice is over (C-7F3K)");
    for (const auto& text : {alerts::text_of(event), alerts::html_of(event), alerts::payload_of(event)}) {
        EXPECT_TRUE(alerts::is_content_free(text, event.link)) << text;
        EXPECT_THAT(text, testing::Not(HasSubstr("board.example")));
    }
    EXPECT_THAT(alerts::text_of(event), HasSubstr("Notice: N-1\n"));
    EXPECT_THAT(alerts::payload_of(event), HasSubstr("\"notice\":1"));
}

TEST_F(Telling, WhatIsDownRunsNoMore)
{
    const store::FindingStep down{
        {FindingId{1}, at(40), "anna", "down", FindingState::fresh, FindingState::down, "gone"}};
    ASSERT_TRUE(cases.change_findings({down}, actor(40), "finding.mark", "F-1"));
    EXPECT_EQ(tell(at(30) + 90h), 0U);
}

} // namespace
} // namespace stillwatch::followup
