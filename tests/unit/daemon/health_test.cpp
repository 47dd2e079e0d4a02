#include "daemon/health_judge.hpp"
#include "daemon/health_text.hpp"
#include "daemon/problem_teller.hpp"

#include "alerts/event.hpp"
#include "alerts/leak.hpp"
#include "alerts/render.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::daemon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct SetClock final : Clock {
    Timestamp time = parse_utc("2026-11-29T04:00:00Z").value();
    Timestamp now() const override { return time; }
};

SiteFacts site(std::string name, std::string state)
{
    SiteFacts facts;
    facts.name = std::move(name);
    facts.state = std::move(state);
    return facts;
}

class Judge : public testing::Test {
protected:
    Judge() { judge_.use(settings()); }

    HealthSettings settings() const
    {
        HealthSettings settings;
        settings.site_grace = 1h;
        settings.compare_within = 24h;
        settings.approve_within = 72h;
        settings.min_free_bytes = 1;
        settings.folders = {{"storage", directory_.path()}, {"evidence", directory_ / "evidence"}};
        settings.sites = {"a", "b"};
        settings.channels = {"desk"};
        return settings;
    }
    void look() { judge_.judge(store_, loop_); }
    std::vector<std::string> problems() const
    {
        std::vector<std::string> names;
        for (const auto& problem : problems_.current())
            names.push_back(problem.kind + (problem.subject.empty() ? "" : " " + problem.subject));
        return names;
    }

    stillwatch::test::TemporaryDirectory directory_;
    SetClock clock_;
    Problems problems_{clock_};
    HealthJudge judge_{problems_, clock_};
    StoreFacts store_;
    LoopFacts loop_;
};

TEST_F(Judge, FindsNothingWrongWithAFineInstallation)
{
    store_.sites = {site("a", "fine"), site("b", "fine")};
    look();
    EXPECT_THAT(problems(), ElementsAre());
}

TEST_F(Judge, NamesEachSiteThatIsNotFineAfterTheGracePeriod)
{
    for (const auto* state : {"stopped", "blocked", "walled", "unreachable", "refused", "not_visited",
                              "no_pictures", "failing", "a_state_of_tomorrow"}) {
        store_.sites = {site("a", state), site("b", "fine")};
        look();
        EXPECT_THAT(problems(), ElementsAre()) << state;
        clock_.time += 1h;
        look();
        ASSERT_THAT(problems(), ElementsAre("site a")) << state;
        EXPECT_THAT(problems_.current().front().detail, HasSubstr(state));
        store_.sites[0].state = "fine";
        look();
        EXPECT_THAT(problems(), ElementsAre()) << state;
    }
}

TEST_F(Judge, NamesASiteWhoseHostsAreLeftOutUntilTheyAreListed)
{
    store_.sites = {site("a", "fine"), site("b", "fine")};
    store_.sites[0].left_out = "cdn.example (28 pictures)";
    look();
    EXPECT_THAT(problems(), ElementsAre("hosts_left_out a"));
    EXPECT_THAT(problems_.current().front().detail, testing::HasSubstr("cdn.example (28 pictures)"));
    store_.sites[0].left_out.clear();
    look();
    EXPECT_THAT(problems(), ElementsAre());
}

TEST_F(Judge, FailsWhereNoSiteIsFine)
{
    store_.sites = {site("a", "blocked"), site("b", "walled")};
    look();
    clock_.time += 1h;
    look();
    EXPECT_THAT(problems(), ElementsAre("site a", "site b", "sites"));
    EXPECT_FALSE(health_answer(problems_.current()).is_fine);
}

TEST_F(Judge, ForgetsASiteThatLeftTheWatchList)
{
    store_.sites = {site("a", "blocked"), site("b", "fine")};
    look();
    clock_.time += 1h;
    look();
    auto changed = settings();
    changed.sites = {"b"};
    judge_.use(changed);
    EXPECT_THAT(problems(), ElementsAre());
}

TEST_F(Judge, TellsOfConsentsAMonthAndAWeekBeforeTheyEndAndThatTheyEnded)
{
    store_.consents = {{"C-7F3K", clock_.time + 24h * 31}};
    look();
    EXPECT_THAT(problems(), ElementsAre());
    clock_.time += 24h * 2;
    look();
    EXPECT_THAT(problems(), ElementsAre("consent_ends_in_30_days C-7F3K"));
    clock_.time += 24h * 23;
    look();
    EXPECT_THAT(problems(), ElementsAre("consent_ends_in_7_days C-7F3K"));
    clock_.time += 24h * 6;
    look();
    EXPECT_THAT(problems(), ElementsAre("consent_ended C-7F3K"));
    store_.consents.clear(); // withdrawn
    look();
    EXPECT_THAT(problems(), ElementsAre());
}

TEST_F(Judge, NamesAConsentThatNobodyApprovesForLong)
{
    store_.waiting = {{"C-7F3K", clock_.time - 73h}, {"C-9QXM", clock_.time - 71h}};
    look();
    EXPECT_THAT(problems(), ElementsAre("consent_waits C-7F3K"));
}

TEST_F(Judge, SaysWhichDiskIsLow)
{
    auto scarce = settings();
    scarce.min_free_bytes = std::uintmax_t{1} << 60U;
    judge_.use(scarce);
    look();
    EXPECT_THAT(problems(),
                ElementsAre("disk storage")); // the evidence folder is made with the first package
    EXPECT_FALSE(health_answer(problems_.current()).is_fine);
    judge_.use(settings());
    look();
    EXPECT_THAT(problems(), ElementsAre());
}

TEST_F(Judge, SaysThatAStorageFolderIsGone)
{
    auto moved = settings();
    moved.folders = {{"storage", directory_ / "absent"}};
    judge_.use(moved);
    judge_.judge_machine();
    EXPECT_THAT(problems(), ElementsAre("disk storage"));
}

TEST_F(Judge, SaysWhyAlertsDoNotLeaveUntilTheyDo)
{
    loop_.channels = {{"desk", "mail.example: refused"}};
    judge_.judge_now(loop_);
    EXPECT_THAT(problems(), ElementsAre("channel desk"));
    EXPECT_THAT(health_answer(problems_.current()).text, HasSubstr("mail.example: refused"));
    loop_.channels = {{"desk", ""}};
    judge_.judge_now(loop_);
    EXPECT_THAT(problems(), ElementsAre());
}

TEST_F(Judge, NamesAlertsThatWaitForAChannelThatWasRemoved)
{
    store_.queued = {{"desk", 3}, {"old", 2}};
    look();
    ASSERT_THAT(problems(), ElementsAre("alerts_without_channel"));
    EXPECT_THAT(problems_.current().front().detail, testing::AllOf(HasSubstr("2 alerts"), HasSubstr("old")));
}

TEST_F(Judge, NamesAlertsThatWereGivenUp)
{
    store_.given_up = {{"desk", 3}};
    look();
    EXPECT_THAT(problems(), ElementsAre("alerts_given_up desk"));
}

TEST_F(Judge, SaysThatNobodyWouldBeTold)
{
    auto mute = settings();
    mute.channels.clear();
    judge_.use(mute);
    look();
    EXPECT_THAT(problems(), ElementsAre("channels"));
}

TEST_F(Judge, SaysThatNothingIsComparedForLong)
{
    store_.sites = {site("a", "fine"), site("b", "fine")};
    loop_.references = 2;
    look();
    clock_.time += 23h;
    loop_.compared = 5;
    look();
    clock_.time += 23h;
    look();
    EXPECT_THAT(problems(), ElementsAre());
    clock_.time += 1h;
    look();
    EXPECT_THAT(problems(), ElementsAre("nothing_compared"));
    loop_.compared = 6;
    look();
    EXPECT_THAT(problems(), ElementsAre());
}

TEST_F(Judge, AQuietSiteThatIsLookedAtCountsAsLongAsNoPictureWaits)
{
    store_.sites = {site("a", "fine")};
    store_.sites[0].last_success = clock_.time;
    loop_.references = 1;
    look();
    for (int day = 0; day < 3; ++day) {
        clock_.time += 24h;
        store_.sites[0].last_success = clock_.time;
        look();
        EXPECT_THAT(problems(), ElementsAre());
    }
    store_.pictures_pending = 4;
    clock_.time += 24h;
    store_.sites[0].last_success = clock_.time;
    look();
    EXPECT_THAT(problems(), ElementsAre("nothing_compared"));
}

TEST_F(Judge, WithoutReferencesNothingNeedsToBeCompared)
{
    store_.sites = {site("a", "fine")};
    look();
    clock_.time += 24h * 30;
    look();
    EXPECT_THAT(problems(), ElementsAre());
}

TEST_F(Judge, SaysThatWorkersAreLostUntilTheyWorkAgain)
{
    loop_.workers = {10, 0, 0, 0};
    look();
    loop_.workers = {12, 3, 0, 3};
    look();
    EXPECT_THAT(problems(), ElementsAre("workers lost"));
    look(); // nothing was asked of them
    EXPECT_THAT(problems(), ElementsAre("workers lost"));
    loop_.workers = {100, 3, 0, 3};
    look();
    EXPECT_THAT(problems(), ElementsAre());
}

TEST_F(Judge, SaysThatNoWorkerCanStart)
{
    loop_.worker_failure = "permission denied";
    judge_.judge_now(loop_);
    EXPECT_THAT(problems(), ElementsAre("workers start"));
}

TEST_F(Judge, SaysThatTheClockWasSetBack)
{
    look();
    clock_.time -= 1h;
    look();
    EXPECT_THAT(problems(), ElementsAre("clock"));
    clock_.time += 2h;
    look();
    EXPECT_THAT(problems(), ElementsAre());
}

TEST_F(Judge, LeavesWhatOthersRaisedAlone)
{
    problems_.set("workers", "lost", "somebody else knows");
    look();
    EXPECT_THAT(problems(), ElementsAre("workers lost"));
}

TEST(HealthAnswer, IsOneLineAProblemWhateverAServerSaid)
{
    const std::vector<Problem> problems{
        {"channel", "desk", "550 no\r\nfailing forged: x", {}, Severity::warning}};
    const auto answer = health_answer(problems);
    EXPECT_TRUE(answer.is_fine);
    EXPECT_EQ(answer.text, "ok\nwarning channel desk: 550 no  failing forged: x\n");
}

TEST(HealthMetrics, HaveLabelsOfTheConfigurationOnly)
{
    HealthSettings settings;
    settings.sites = {"a"};
    const std::vector<Problem> problems{
        {"site", "a", "x", {}}, {"consent_ended", "C-1", "x", {}}, {"consent_ended", "C-2", "x", {}}};
    const auto text = problem_metrics(problems, settings);
    EXPECT_THAT(text, HasSubstr("stillwatch_problem{kind=\"site\",subject=\"a\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("stillwatch_problem{kind=\"consent_ended\",subject=\"\"} 2\n"));
    EXPECT_THAT(text, Not(HasSubstr("C-1")));
}

TEST(SiteMetrics, TellEachSiteAndTheAgeOfItsLastSuccess)
{
    const SetClock clock;
    auto facts = site("a", "blocked");
    facts.pages = 7;
    facts.last_success = clock.time - 90s;
    const auto text = site_metrics({facts}, clock.time);
    EXPECT_THAT(text, HasSubstr("stillwatch_site_pages{site=\"a\"} 7\n"));
    EXPECT_THAT(text, HasSubstr("stillwatch_site_fine{site=\"a\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("stillwatch_site_state{site=\"a\",state=\"blocked\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("stillwatch_site_last_success_age_seconds{site=\"a\"} 90\n"));
}

class Teller : public testing::Test {
protected:
    std::vector<Telling> due(ProblemTeller& teller)
    {
        auto all = teller.due(problems_, clock_.time, settings_);
        for (const auto& one : all)
            teller.told(one.told);
        return all;
    }
    static alerts::AlertEvent event_of(const Telling& telling)
    {
        return alerts::read_event(telling.alerts.at(0).event).value();
    }

    SetClock clock_;
    TellingSettings settings_{10min,
                              0ms,
                              {alerts::ChannelRules{"desk"}, alerts::ChannelRules{"hook"}},
                              {"board", "board.example"},
                              ""};
    std::vector<Problem> problems_{{"site", "board", "blocked", clock_.time}};
    ProblemTeller teller_{{}};
};

TEST_F(Teller, TellsWhatLastsOverEveryChannelAndOnce)
{
    EXPECT_TRUE(due(teller_).empty());
    clock_.time += 10min;
    const auto told = due(teller_);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].alerts.size(), 2U);
    const auto event = event_of(told[0]);
    EXPECT_EQ(event.type, "problem.began");
    EXPECT_EQ(event.problem, "site");
    EXPECT_EQ(event.subject, "board");
    for (int tick = 0; tick < 100; ++tick) {
        clock_.time += 1min;
        EXPECT_TRUE(due(teller_).empty());
    }
}

TEST_F(Teller, TellsTheEndOnceItIsLasting)
{
    clock_.time += 10min;
    (void)due(teller_);
    const auto problem = problems_;
    problems_.clear();
    EXPECT_TRUE(due(teller_).empty());
    problems_ = problem; // it comes and goes
    EXPECT_TRUE(due(teller_).empty());
    problems_.clear();
    EXPECT_TRUE(due(teller_).empty());
    clock_.time += 10min;
    const auto told = due(teller_);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(event_of(told[0]).type, "problem.ended");
    clock_.time += 10min;
    EXPECT_TRUE(due(teller_).empty());
}

TEST_F(Teller, IsNotMadeToRepeatItselfByARestart)
{
    clock_.time += 10min;
    const auto told = due(teller_);
    ProblemTeller after({told[0].told});
    settings_.settle = 1h;
    problems_.clear(); // nothing is known yet
    for (int minute = 0; minute < 59; ++minute) {
        EXPECT_TRUE(after.due(problems_, clock_.time, settings_).empty());
        clock_.time += 1min;
    }
    problems_ = {{"site", "board", "blocked", clock_.time}};
    clock_.time += 1h;
    EXPECT_TRUE(after.due(problems_, clock_.time, settings_).empty());
}

TEST_F(Teller, GivesEachEpisodeAnIdOfItsOwnAndARepeatTheSame)
{
    clock_.time += 10min;
    ProblemTeller other({});
    const auto first = other.due(problems_, clock_.time, settings_);
    clock_.time += 1s;
    const auto repeat = due(teller_);
    EXPECT_EQ(first[0].alerts[0].alert_id, repeat[0].alerts[0].alert_id);
    auto over = repeat[0].told;
    over.stands = false;
    ProblemTeller again({over});
    const auto second = again.due(problems_, clock_.time, settings_);
    EXPECT_NE(second[0].alerts[0].alert_id, repeat[0].alerts[0].alert_id);
}

TEST_F(Teller, SaysNothingOverTheChannelThatFails)
{
    problems_ = {{"channel", "desk", "refused", clock_.time - 1h}};
    const auto told = due(teller_);
    ASSERT_EQ(told.size(), 1U);
    ASSERT_EQ(told[0].alerts.size(), 1U);
    EXPECT_EQ(told[0].alerts[0].channel, "hook");
}

TEST_F(Teller, HoldsNoDetailAndNoNameThatMayBeAHost)
{
    settings_.sites.insert("www.board.example");
    problems_ = {{"site", "www.board.example", "https://board.example/secret answered 403", clock_.time - 1h},
                 {"disk", "/var/lib", "full", clock_.time - 1h},
                 {"consent_ended", "C-7F3K", "x", clock_.time - 1h}};
    for (const auto& telling : due(teller_)) {
        const auto event = event_of(telling);
        for (const auto& text : {alerts::text_of(event), alerts::html_of(event), alerts::payload_of(event),
                                 alerts::subject_of(event)}) {
            EXPECT_TRUE(alerts::is_content_free(text, "")) << text;
            EXPECT_THAT(text, Not(HasSubstr("board"))) << text;
            EXPECT_THAT(text, Not(HasSubstr("/var/lib"))) << text;
            EXPECT_THAT(text, Not(HasSubstr("403"))) << text;
        }
    }
}

} // namespace
} // namespace stillwatch::daemon
