#include "alerts/event.hpp"
#include "control/commands.hpp"
#include "daemon/watcher.hpp"
#include "followup/notice_clock.hpp"
#include "followup/sealed_notice.hpp"
#include "tests/unit/pipeline/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::daemon {
namespace {

using namespace pipeline::test;
using std::chrono::hours;
using testing::HasSubstr;

// From a finding to the regulator and back: the clock is ours, all else as in the daemon.
class FollowUpStory : public testing::Test, protected World {
protected:
    FollowUpStory()
    {
        settings.record.channels = {{"desk"}};
        use_settings();
        serve(start, "img " + image);
        serve(image, picture_file("sea"));
        (void)enrol(open_case(), picture_file("sea"));
        (void)crawl();
        const auto id = findings().at(0).id;
        const store::FindingStep confirmed{
            {id, clock.now(), "anna", "confirm", FindingState::fresh, FindingState::confirmed, ""},
            false,
            true};
        EXPECT_TRUE(
            stores.cases().change_findings({confirmed}, {"anna", clock.now()}, "finding.confirm", "F-1"));
    }
    control::CommandSettings command_settings()
    {
        control::CommandSettings made{
            directory.path(), directory.path(), false, {}, &signing, {"desk"}, {}, true, {}, {}};
        made.rules = settings.record.channels;
        made.notices.sender = {"Example Helpline", "https://helpline.example/", "1 Harbour Street",
                               "A. Signatory", "notices@helpline.example"};
        made.open_notice = [this](const Case& c, store::NoticeId id, ByteView sealed) {
            return followup::open_notice(c, installation, id, sealed);
        };
        return made;
    }
    json::object command(const std::string& name, json::object arguments)
    {
        const auto outcome = commands.run({name, std::move(arguments)}, {"anna", true});
        if (!outcome) return {{"error", outcome.error().detail}};
        return outcome->result.as_object();
    }
    // What the daemon's loops do, a few times in each stretch.
    void pass(hours duration)
    {
        const auto step = std::max(std::chrono::minutes(30), std::chrono::minutes(duration) / 16);
        for (auto slept = std::chrono::minutes(0); slept < duration; slept += step) {
            clock.pass(step);
            (void)run(watcher.round());
            (void)crawl();
            (void)run(watcher.round());
            ASSERT_TRUE(
                followup::tell_ticks(stores.cases(), settings.record.channels, "", hours(12), clock.now()));
        }
    }
    FindingState state() { return stores.cases().standing(FindingId{1})->state; }
    std::int64_t told(const std::string& type)
    {
        std::int64_t times = 0;
        for (const auto& row : stores.cases().alerts(100))
            if (const auto event = alerts::read_event(row.event)) times += event->type == type ? 1 : 0;
        return times;
    }

    Watcher watcher{services, [this] { return pipeline.settings(); }};
    control::Commands commands{stores.cases(), stores.frontier(), installation.public_key, command_settings(),
                               clock};
};

TEST_F(FollowUpStory, IsToldToItsEndAndBeyond)
{
    const auto draft = command("notice.draft", {{"ids", json::array{"F-1"}}, {"route", "take-it-down"}});
    ASSERT_FALSE(draft.contains("error")) << draft.at("error");
    EXPECT_THAT(std::string(draft.at("text").as_string()), HasSubstr(image));
    const auto sent = command("notice.sent", {{"id", "N-1"}, {"to", "abuse@board.example"}});
    ASSERT_FALSE(sent.contains("error")) << sent.at("error");
    EXPECT_EQ(state(), FindingState::noticed);

    // The page goes, the picture stays: that is up, and its time runs.
    web.pages[start] = ScriptedFetcher::status(404);
    EXPECT_TRUE(command("notice.escalate", {{"id", "N-1"}}).contains("error")); // too early
    pass(hours(37));
    EXPECT_EQ(told("notice.deadline_approaching"), 1);
    EXPECT_EQ(told("notice.overdue"), 0);
    pass(hours(14));
    EXPECT_EQ(told("notice.overdue"), 1);
    EXPECT_EQ(state(), FindingState::noticed);
    const auto pack = command("notice.escalate", {{"id", "N-1"}});
    ASSERT_FALSE(pack.contains("error")) << pack.at("error");
    EXPECT_THAT(std::string(pack.at("text").as_string()), HasSubstr("orphaned"));

    // Now the picture, too.
    web.pages[image] = ScriptedFetcher::status(410);
    pass(hours(24 * 7));
    EXPECT_EQ(state(), FindingState::down);
    EXPECT_EQ(told("item.down"), 1);
    const auto report = command("report.hosts", {});
    const auto& host = report.at("hosts").at(0);
    EXPECT_EQ(host.at("removed"), 1);
    EXPECT_EQ(host.at("routes").at(0).at("within_48_hours"), 0);
    EXPECT_GT(host.at("routes").at(0).at("median_hours").as_double(), 51.0);

    // And it is put up again.
    serve(start, "img " + image);
    serve(image, picture_file("sea"));
    pass(hours(24 * 16));
    EXPECT_EQ(state(), FindingState::reappeared);
    EXPECT_EQ(told("match.reappeared"), 1);
    EXPECT_EQ(command("report.hosts", {}).at("hosts").at(0).at("reappearances"), 1);
}

} // namespace
} // namespace stillwatch::daemon
