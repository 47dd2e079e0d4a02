#include "followup/regulator.hpp"

#include "tests/support/store_samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::followup {
namespace {

using namespace std::chrono_literals;
using stillwatch::test::at;
using testing::HasSubstr;

store::NoticeRow sent()
{
    store::NoticeRow notice;
    notice.id = store::NoticeId{3};
    notice.route = "take-it-down";
    notice.host = "board.example";
    notice.state = store::NoticeState::sent;
    notice.sent_at = at(0);
    notice.deadline_at = at(0) + 48h;
    notice.recipient = "abuse@board.example";
    return notice;
}

TEST(Regulator, EachRouteOfALawLeadsToItsOwn)
{
    EXPECT_EQ(regulator_of("take-it-down"), Regulator::ftc);
    EXPECT_EQ(regulator_of("osa"), Regulator::ofcom);
    EXPECT_EQ(regulator_of("dsa16"), Regulator::dsc);
    EXPECT_EQ(regulator_of("dsa"), std::nullopt);
    EXPECT_EQ(regulator_of("host"), std::nullopt);
    EXPECT_EQ(regulator_of(""), std::nullopt);
    for (const auto* name : {"ftc", "ofcom", "esafety", "dsc"})
        EXPECT_EQ(name_of(regulator_from_name(name).value()), name);
}

TEST(Regulator, NothingIsEscalatedBeforeTheTimeIsOverOrRefused)
{
    auto notice = sent();
    EXPECT_THAT(why_not_escalated(notice, 1, at(0) + 47h).value(), HasSubstr("has time until"));
    EXPECT_FALSE(why_not_escalated(notice, 1, at(0) + 48h));
    EXPECT_THAT(why_not_escalated(notice, 0, at(0) + 48h).value(), HasSubstr("down or dismissed"));
    notice.state = store::NoticeState::refused;
    EXPECT_FALSE(why_not_escalated(notice, 1, at(0) + 1h));
    notice.state = store::NoticeState::draft;
    notice.sent_at.reset();
    EXPECT_TRUE(why_not_escalated(notice, 1, at(0) + 99h));
    notice = sent();
    notice.deadline_at.reset();
    EXPECT_THAT(why_not_escalated(notice, 1, at(0) + 99h).value(), HasSubstr("no time runs"));
}

TEST(Regulator, APackHoldsNoticeAnswerTimedProofAndEvidence)
{
    RegulatorPack pack;
    pack.notice = sent();
    pack.notice.state = store::NoticeState::acknowledged;
    pack.notice.ticket = "Case #4711";
    pack.notice.answered_at = at(60);
    pack.text = "the notice\n";
    pack.looks = {
        {FindingId{1}, "https://board.example/t/1", "https://img.example/a.jpg", at(0) + 49h, 200, "up"}};
    pack.witnesses = {{FindingId{1}, "F-1.age", std::string(64, 'a')}};
    pack.organisation = "Example Helpline";
    pack.now = at(0) + 50h;
    const auto text = text_of(pack);
    for (const auto* part : {"For: Federal Trade Commission", "47 U.S.C. 223a", "To: abuse@board.example",
                             "2 hours ago", "under the number Case #4711",
                             "F-1  HTTP 200  up\n    https://img.example/a.jpg\n    on https://board",
                             "F-1: F-1.age\n    SHA-256 aaaa", "----\nthe notice\n----"})
        EXPECT_THAT(text, HasSubstr(part));
}

TEST(Regulator, OfANoticeThatWasRefusedEarlyNoTimeIsSaidToHaveEnded)
{
    RegulatorPack pack;
    pack.notice = sent();
    pack.notice.state = store::NoticeState::refused;
    pack.notice.answered_at = at(60);
    pack.now = at(0) + 3h;
    EXPECT_THAT(text_of(pack), testing::Not(HasSubstr("Time ended")));
    EXPECT_THAT(text_of(pack), HasSubstr("it was refused before"));
    pack.now = at(0) + 48h;
    EXPECT_THAT(text_of(pack), HasSubstr("Time ended"));
}

} // namespace
} // namespace stillwatch::followup
