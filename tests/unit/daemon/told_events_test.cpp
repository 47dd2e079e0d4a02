#include "daemon/health_judge.hpp"
#include "daemon/problem_teller.hpp"

#include "alerts/event.hpp"
#include "alerts/render.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

// From what is wrong to the event that a channel chose: each is told, under its name, to whoever wants it.
namespace stillwatch::daemon {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct SetClock final : Clock {
    Timestamp time = parse_utc("2026-11-29T04:00:00Z").value();
    Timestamp now() const override { return time; }
};

class ToldEvents : public testing::Test {
protected:
    ToldEvents()
    {
        settings_.site_grace = 0ms;
        settings_.compare_within = 24h * 365;
        settings_.approve_within = 1h;
        settings_.min_free_bytes = 1;
        settings_.folders = {{"storage", directory_.path()}, {"evidence", directory_ / "evidence"}};
        settings_.sites = {"board"};
        settings_.channels = {"desk"};
    }
    // The payloads that a channel gets that chose this event only, beside one that chose tests only.
    std::vector<std::string> told(const std::string& event)
    {
        judge_.use(settings_);
        judge_.judge(store_, loop_);
        judge_.judge(store_, loop_);
        alerts::ChannelRules desk{"desk"};
        desk.events = {event};
        alerts::ChannelRules other{"other"};
        other.events = {"test"};
        ProblemTeller teller({});
        const TellingSettings telling{0ms, 0ms, {desk, other}, {"board"}, ""};
        std::vector<std::string> payloads;
        for (const auto& one : teller.due(problems_.current(), clock_.time, telling))
            for (const auto& alert : one.alerts) {
                if (alert.channel != "desk") continue;
                payloads.push_back(alerts::payload_of(alerts::read_event(alert.event).value()));
            }
        return payloads;
    }
    void expect_told(const std::string& event)
    {
        const auto payloads = told(event);
        ASSERT_FALSE(payloads.empty()) << event << " is told to nobody";
        for (const auto& payload : payloads)
            EXPECT_THAT(payload, HasSubstr("\"event\":\"" + event + "\""));
    }

    test::TemporaryDirectory directory_;
    SetClock clock_;
    Problems problems_{clock_};
    HealthJudge judge_{problems_, clock_};
    HealthSettings settings_;
    StoreFacts store_;
    LoopFacts loop_;
};

TEST_F(ToldEvents, ASiteThatIsBlockedWalledUnreachableOrWithoutPictures)
{
    for (const auto* state : {"blocked", "walled", "unreachable", "no_pictures"}) {
        SiteFacts site;
        site.name = "board";
        site.state = state;
        store_.sites = {site};
        expect_told("crawl.degraded");
    }
}

TEST_F(ToldEvents, AConsentThatEndsSoonOrHasEndedOrWaits)
{
    for (const auto left : {24h * 29, 24h * 6, -1h}) {
        store_.consents = {{"C-7F3K", clock_.time + left}};
        expect_told("consent.expiring");
    }
    store_.consents.clear();
    store_.waiting = {{"C-7F3K", clock_.time - 2h}};
    expect_told("consent.expiring");
}

TEST_F(ToldEvents, AlertsThatWereGivenUpOrHaveNoChannel)
{
    store_.given_up = {{"desk", 3}};
    expect_told("outbox.dead_letter");
    store_.given_up.clear();
    store_.queued = {{"left", 2}};
    expect_told("outbox.dead_letter");
}

TEST_F(ToldEvents, ADiskThatIsFull)
{
    settings_.min_free_bytes = std::uintmax_t{1} << 60U;
    expect_told("storage.low");
}

TEST_F(ToldEvents, WhatHasNoNameOfItsOwn)
{
    loop_.channels = {{"desk", "", "lead@helpline.example: the key has expired"}};
    expect_told("problem");
}

TEST_F(ToldEvents, NothingWhereAllIsWell)
{
    for (const auto event : alerts::event_names())
        EXPECT_TRUE(told(std::string(event)).empty()) << event;
}

} // namespace
} // namespace stillwatch::daemon
