#include "store/notice_table.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;
using testing::ElementsAre;
using testing::IsEmpty;

struct Notices : testing::Test {
    FindingId record(const std::string& page)
    {
        return cases.record_finding(sample_finding(owner, reference, page), {}, actor(12)).value().id;
    }
    Result<NoticeId> draft(std::vector<FindingId> findings, const std::string& host = "board.example")
    {
        NoticeRow notice;
        notice.case_id = owner;
        notice.route = "osa";
        notice.language = "en";
        notice.host = host;
        notice.findings = std::move(findings);
        return notices.add(
            notice, [](NoticeId id) { return Result<Bytes>(to_bytes("sealed " + std::to_string(id.value))); },
            actor(20));
    }
    Result<void> send(NoticeId id, std::optional<Timestamp> deadline = at(100),
                      std::vector<FindingStep> steps = {})
    {
        auto notice = notices.find(id).value();
        notice.sent_at = at(30);
        notice.deadline_at = deadline;
        notice.recipient = "abuse@board.example";
        return notices.sent(notice, steps, actor(30));
    }
    FindingStep step(FindingId id, FindingState from, FindingState to)
    {
        return {{id, at(30), "anna", "noticed", from, to, "N-1"}};
    }

    TemporaryDirectory directory;
    CaseDatabase cases{directory / "cases.db"};
    NoticeTable notices{cases};
    CaseId owner = cases.open_case(sample_case(), actor()).value();
    ReferenceId reference = cases.add_reference(sample_reference(owner), actor()).value();
    FindingId one = record("https://board.example/t/1");
    FindingId other = record("https://board.example/t/2");
};

TEST_F(Notices, ADraftIsKeptWithItsFindingsAndItsTextUnderItsNumber)
{
    const auto id = draft({other, one}).value();
    const auto notice = notices.find(id).value();
    EXPECT_EQ(notice.state, NoticeState::draft);
    EXPECT_EQ(notice.drafted_by, "worker-1");
    EXPECT_EQ(notice.sealed, to_bytes("sealed 1"));
    EXPECT_THAT(notice.findings, ElementsAre(one, other));
    EXPECT_EQ(notice.case_pseudonym, "C-7F3K");
    EXPECT_EQ(cases.audit(0, 100).back().object, "N-1 C-7F3K osa findings=2");
    EXPECT_FALSE(notices.find(NoticeId{7}));
}

TEST_F(Notices, TheLastOnesOfAHostOrOfAllOthersAreListed)
{
    for (const auto* host :
         {"board.example", "other.example", "board.example", "third.example", "board.example"})
        (void)draft({one}, host).value();
    NoticeTable::Query query;
    query.is_newest_first = true;
    query.limit = 2;
    const auto numbers = [&] {
        std::vector<std::int64_t> all;
        for (const auto& notice : notices.list(query))
            all.push_back(notice.id.value);
        return all;
    };
    EXPECT_THAT(numbers(), ElementsAre(5, 4));
    query.host = "board.example";
    EXPECT_THAT(numbers(), ElementsAre(5, 3));
    query.host.clear();
    query.other_host = "board.example";
    EXPECT_THAT(numbers(), ElementsAre(4, 2));
    query.is_newest_first = false;
    EXPECT_THAT(numbers(), ElementsAre(2, 4));
}

TEST_F(Notices, WhatCannotBeSealedLeavesNothing)
{
    NoticeRow notice;
    notice.case_id = owner;
    const auto added = notices.add(
        notice,
        [](NoticeId) {
            return Result<Bytes>(Error{Errc::refused, "no key"});
        },
        actor());
    EXPECT_EQ(added.error().code, Errc::refused);
    EXPECT_THAT(notices.list({}), IsEmpty());
}

TEST_F(Notices, AreListedByCaseFindingAndState)
{
    const auto first = draft({one}).value();
    const auto second = draft({other}).value();
    ASSERT_TRUE(send(second));
    const auto numbers = [&](const NoticeTable::Query& query) {
        std::vector<NoticeId> ids;
        for (const auto& notice : notices.list(query))
            ids.push_back(notice.id);
        return ids;
    };
    EXPECT_THAT(numbers({}), ElementsAre(first, second));
    EXPECT_THAT(numbers({.case_id = owner, .finding = one}), ElementsAre(first));
    EXPECT_THAT(numbers({.states = {NoticeState::sent}}), ElementsAre(second));
    EXPECT_THAT(numbers({.case_id = CaseId{9}}), IsEmpty());
    EXPECT_THAT(numbers({.after = first, .limit = 1}), ElementsAre(second));
}

TEST_F(Notices, SendingMovesItsFindingsAndAnsweringToo)
{
    const auto id = draft({one}).value();
    ASSERT_TRUE(send(id, at(100), {step(one, FindingState::fresh, FindingState::noticed)}));
    EXPECT_EQ(cases.standing(one)->state, FindingState::noticed);
    auto notice = notices.find(id).value();
    EXPECT_EQ(notice.state, NoticeState::sent);
    EXPECT_EQ(notice.deadline_at, at(100));
    notice.state = NoticeState::acknowledged;
    notice.ticket = "77";
    notice.answered_at = at(40);
    ASSERT_TRUE(
        notices.answered(notice, {step(one, FindingState::noticed, FindingState::acknowledged)}, actor(40)));
    EXPECT_EQ(notices.find(id)->ticket, "77");
    EXPECT_EQ(cases.standing(one)->state, FindingState::acknowledged);
    EXPECT_EQ(cases.audit(0, 100).back().action, "notice.acknowledged");
}

TEST_F(Notices, WhatWasChangedMeanwhileIsLeftAsItIs)
{
    const auto id = draft({one}).value();
    EXPECT_EQ(send(id, at(100), {step(one, FindingState::confirmed, FindingState::noticed)}).error().code,
              Errc::refused);
    EXPECT_EQ(notices.find(id)->state, NoticeState::draft);
    ASSERT_TRUE(notices.withdrawn(id, actor(31)));
    EXPECT_EQ(send(id).error().code, Errc::refused);
    EXPECT_EQ(notices.withdrawn(id, actor(32)).error().code, Errc::refused);
}

TEST_F(Notices, RunAsLongAsOneOfTheirFindingsIsUp)
{
    const auto id = draft({one, other}).value();
    EXPECT_THAT(notices.running(), IsEmpty());
    ASSERT_TRUE(send(id));
    ASSERT_EQ(notices.running().size(), 1U);
    EXPECT_EQ(notices.running()[0].findings, 2);
    ASSERT_TRUE(cases.change_findings({step(one, FindingState::fresh, FindingState::down)}, actor(40),
                                      "finding.mark", "F-1"));
    EXPECT_EQ(notices.running().at(0).first, other);
    ASSERT_TRUE(notices.told(id, false, {sample_alert()}, actor(50)));
    EXPECT_TRUE(notices.running().at(0).is_told_approaching);
    EXPECT_FALSE(notices.running().at(0).is_told_overdue);
    ASSERT_TRUE(notices.told(id, true, {}, actor(51)));
    EXPECT_TRUE(notices.running().at(0).is_told_overdue);
    EXPECT_EQ(cases.alerts(10).at(0).case_id, owner);
    ASSERT_TRUE(cases.change_findings({step(other, FindingState::fresh, FindingState::down)}, actor(60),
                                      "finding.mark", "F-2"));
    EXPECT_THAT(notices.running(), IsEmpty());
    const auto endless = draft({one}).value();
    ASSERT_TRUE(send(endless, std::nullopt));
    EXPECT_THAT(notices.running(), IsEmpty());
}

TEST_F(Notices, GoWithTheirCaseAlsoWhereABackupBringsThemBack)
{
    ASSERT_TRUE(draft({one}));
    Tombstones later;
    later.withdrawn = {"C-7F3K"};
    ASSERT_TRUE(cases.bury(later, actor(90)));
    EXPECT_THAT(notices.list({}), IsEmpty());
    EXPECT_EQ(cases.integrity(), "ok");
}

TEST_F(Notices, GoWithAFindingThatMayShowSomebodyUnder18)
{
    const auto with = draft({one}).value();
    const auto without = draft({other}).value();
    ASSERT_TRUE(cases.erase_finding(one, "may_be_under_18", {}, actor(90)));
    EXPECT_FALSE(notices.find(with));
    EXPECT_TRUE(notices.find(without));
    EXPECT_EQ(cases.integrity(), "ok");
}

} // namespace
} // namespace stillwatch::store
