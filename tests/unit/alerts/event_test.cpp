#include "tests/unit/alerts/fakes.hpp"

#include <gtest/gtest.h>

#include <set>

namespace stillwatch::alerts {
namespace {

TEST(AlertId, IsAPureFunctionOfItsParts)
{
    const auto id = alert_id("C-7F3K", ReferenceId{4}, "picture", "address", 1);
    // Receivers keep ids for years: this one, computed apart with Python, must never change.
    EXPECT_EQ(id, "alt_32duzdsgh6poihdnmazfzinhn4");
    EXPECT_EQ(alert_id("C-7F3K", ReferenceId{4}, "picture", "address", 1), id);
}

TEST(AlertId, ChangesWithEveryPart)
{
    const std::set<std::string> ids{alert_id("C-7F3K", ReferenceId{4}, "picture", "address", 1),
                                    alert_id("C-7F3L", ReferenceId{4}, "picture", "address", 1),
                                    alert_id("C-7F3K", ReferenceId{5}, "picture", "address", 1),
                                    alert_id("C-7F3K", ReferenceId{4}, "picturea", "ddress", 1),
                                    alert_id("C-7F3K", ReferenceId{4}, "picture", "addres", 1),
                                    alert_id("C-7F3K", ReferenceId{4}, "picture", "address", 2)};
    EXPECT_EQ(ids.size(), 6U);
}

TEST(AlertEvent, ComesBackAsItWasWritten)
{
    auto event = sample_event();
    EXPECT_EQ(read_event(write_event(event)).value(), event);
    event.finding = 12;
    event.is_evidence_pending = true;
    EXPECT_EQ(read_event(write_event(event)).value(), event);
    const auto test = test_event("desk", at("2026-11-23T00:10:00.123Z"), "");
    EXPECT_EQ(read_event(write_event(test)).value(), test);
}

Heartbeat sample_heartbeat()
{
    Heartbeat beat;
    beat.since = at("2026-11-22T07:00:00Z");
    beat.sites = 4;
    beat.checked = 3;
    beat.blocked = 1;
    beat.compared = 5'120;
    beat.last_match = at("2026-11-20T01:02:03Z");
    beat.key = "a2V5";
    beat.signature = "c2lnbmF0dXJl";
    return beat;
}

TEST(AlertEvent, AHeartbeatAndAMessageAboutSeveralComeBackAsTheyWereWritten)
{
    const auto beat = heartbeat_event(sample_heartbeat(), at("2026-11-23T07:00:00Z"), "");
    EXPECT_EQ(read_event(write_event(beat)).value(), beat);
    auto digest = sample_event();
    digest.type = "match.grouped";
    digest.bundle = "digest";
    digest.cases = 2;
    digest.case_pseudonym.clear();
    EXPECT_EQ(read_event(write_event(digest)).value(), digest);
}

// Receivers check signatures over these bytes: they must never change.
TEST(AlertEvent, TheSignedLinesOfAHeartbeatAreThese)
{
    EXPECT_EQ(
        signed_text(sample_heartbeat(), at("2026-11-23T07:00:00Z")),
        "stillwatch heartbeat 1\nat: 2026-11-23T07:00:00.000Z\nsince: 2026-11-22T07:00:00.000Z\nsites: 4\n"
        "checked: 3\nblocked: 1\nfailed: 0\ncompared: 5120\npictures_waiting: 0\nalerts_waiting: 0\n"
        "oldest_alert_seconds: 0\nproblems: 0\nlast_match: 2026-11-20T01:02:03.000Z\n");
}

TEST(AlertEvent, AHeartbeatWithoutNumbersIsRefused)
{
    auto beat = heartbeat_event(sample_heartbeat(), at("2026-11-23T07:00:00Z"), "");
    beat.heartbeat->signature = "no base64: https://leak.example";
    EXPECT_FALSE(read_event(write_event(beat)).has_value());
    beat.heartbeat.reset();
    EXPECT_FALSE(read_event(write_event(beat)).has_value());
}

TEST(AlertEvent, DamagedTextIsRefused)
{
    EXPECT_EQ(read_event("").error().code, Errc::malformed);
    EXPECT_EQ(read_event("[]").error().code, Errc::malformed);
    EXPECT_EQ(read_event("{\"alert\":\"alt_a\"}").error().code, Errc::malformed);
    auto event = sample_event();
    event.case_pseudonym = "Jane Doe\r\nBcc: x@y";
    EXPECT_EQ(read_event(write_event(event)).error().code, Errc::malformed);
}

TEST(AlertEvent, FieldsHoldOnlyWhatTheirKindAllows)
{
    EXPECT_TRUE(is_well_formed(sample_event()));
    auto event = sample_event();
    event.link = "https://desk.example/\"><img src=x>";
    EXPECT_FALSE(is_well_formed(event));
    event = sample_event();
    event.link = "javascript:alert(1)";
    EXPECT_FALSE(is_well_formed(event));
    event = sample_event();
    event.alert_id = "alt.x";
    EXPECT_FALSE(is_well_formed(event));
}

TEST(AlertLink, PutsTheIdIntoTheMark)
{
    EXPECT_EQ(alert_link("https://desk.example/a/{alert}?x=1", "alt_q"), "https://desk.example/a/alt_q?x=1");
    EXPECT_EQ(alert_link("https://desk.example/", "alt_q"), "https://desk.example/");
    EXPECT_EQ(alert_link("", "alt_q"), "");
}

TEST(ProblemEvent, SurvivesTheOutboxAndHoldsAConfiguredNameOnly)
{
    const auto event = problem_event({"site", "board", "", 3, true}, at("2026-11-23T00:10:00Z"), "");
    EXPECT_TRUE(is_well_formed(event));
    EXPECT_EQ(read_event(write_event(event)).value(), event);
    EXPECT_EQ(problem_event({"site", "board.example", "", 3, true}, event.at, "").subject, "");
    auto wrong = event;
    wrong.subject = "board.example";
    EXPECT_FALSE(is_well_formed(wrong));
    wrong = sample_event();
    wrong.problem = "site"; // a match tells nothing of the installation
    EXPECT_FALSE(is_well_formed(wrong));
    EXPECT_NE(problem_event({"site", "board", "", 3, false}, event.at, "").alert_id, event.alert_id);
}

TEST(TestEvent, HasItsOwnIdEachTime)
{
    const auto first = test_event("desk", at("2026-11-23T00:10:00.123Z"), "");
    const auto second = test_event("desk", at("2026-11-23T00:10:00.124Z"), "");
    EXPECT_NE(first.alert_id, second.alert_id);
    EXPECT_EQ(first.type, "test");
    EXPECT_TRUE(is_well_formed(first));
}

} // namespace
} // namespace stillwatch::alerts
