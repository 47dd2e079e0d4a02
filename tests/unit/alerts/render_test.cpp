#include "alerts/render.hpp"

#include "alerts/leak.hpp"
#include "core/json.hpp"
#include "tests/unit/alerts/fakes.hpp"

#include <gmock/gmock.h>

namespace stillwatch::alerts {

using testing::HasSubstr;

namespace {

TEST(Render, SubjectHasOneShape)
{
    auto event = sample_event();
    EXPECT_EQ(subject_of(event), "[Desk] 3 items need attention (C-7F3K)");
    event.count = 1;
    EXPECT_EQ(subject_of(event), "[Desk] 1 item needs attention (C-7F3K)");
    event.type = "match.reappeared";
    event.tier = Tier::derived;
    EXPECT_EQ(subject_of(event), "[Desk] 1 item needs attention (C-7F3K)");
}

TEST(Render, AHeartbeatTellsNumbersAndIsContentFree)
{
    Heartbeat beat;
    beat.sites = 4;
    beat.compared = 5'120;
    beat.key = "a2V5";
    beat.signature = "c2lnbmF0dXJl";
    const auto event = heartbeat_event(beat, at("2026-11-23T07:00:00Z"), "");
    const auto text = text_of(event);
    EXPECT_THAT(text, HasSubstr("5120 compared"));
    EXPECT_THAT(text, HasSubstr("-----BEGIN SIGNED HEARTBEAT-----\nstillwatch heartbeat 1\n"));
    EXPECT_THAT(payload_of(event), HasSubstr("\"signature\":\"c2lnbmF0dXJl\""));
    for (const auto& message : {text, html_of(event), payload_of(event)})
        EXPECT_TRUE(is_content_free(message, "")) << message;
}

TEST(Render, ADigestNamesNoCase)
{
    auto event = sample_event();
    event.type = "match.grouped";
    event.bundle = "digest";
    event.count = 5;
    event.cases = 2;
    event.case_pseudonym.clear();
    EXPECT_EQ(subject_of(event), "[Desk] 5 items need attention in 2 cases");
}

TEST(Render, WhatIsDisclosedStandsInTheMessageAndPassesTheLeakCheckOnlyAsSuch)
{
    auto event = sample_event();
    event.disclosed = "https://board.example/t/1?a=12&c=d";
    for (const auto& message : {text_of(event), html_of(event), payload_of(event)}) {
        EXPECT_FALSE(leak_in(message, event.link, event.disclosed)) << message;
        EXPECT_TRUE(leak_in(message, event.link)) << message;
    }
}

TEST(Render, TextSaysWhatCaseworkersNeed)
{
    const auto text = text_of(sample_event());
    for (const auto* part : {"C-7F3K", "Tier: near", "Relation: copy", "Count: 3", "2026-11-23T00:10:00.000Z",
                             "https://desk.helpline.example/a/alt_"})
        EXPECT_THAT(text, HasSubstr(part));
}

TEST(Render, TheFindingsNumberAndPendingEvidenceAreNamed)
{
    auto event = sample_event();
    EXPECT_EQ(text_of(event).find("Finding"), std::string::npos); // of an older program
    event.finding = 12;
    event.is_evidence_pending = true;
    for (const auto& text : {text_of(event), html_of(event)}) {
        EXPECT_THAT(text, HasSubstr("F-12"));
        EXPECT_THAT(text, HasSubstr("pending"));
        EXPECT_FALSE(leak_in(text, event.link));
    }
    EXPECT_THAT(payload_of(event), HasSubstr("\"finding\":12,\"evidence\":\"pending\""));
}

TEST(Render, AFullDayOfFindingsIsSaidInOneLine)
{
    auto event = sample_event();
    event.type = "match.capped";
    event.count = 300;
    EXPECT_EQ(subject_of(event), "[Desk] More matches than are told in a day (C-7F3K)");
    EXPECT_THAT(text_of(event), HasSubstr("300 new findings today"));
}

TEST(Render, TestAlertIsMarkedEverywhere)
{
    const auto event = test_event("desk", at("2026-11-23T00:10:00Z"), "");
    for (const auto& text : {subject_of(event), text_of(event), html_of(event)})
        EXPECT_THAT(text, HasSubstr("Test alert: nothing needs to be done"));
    EXPECT_THAT(payload_of(event), HasSubstr("\"type\":\"test\""));
}

TEST(Render, HtmlLoadsNothingAndEscapes)
{
    auto event = sample_event();
    event.link += "?a=1&b='2'";
    const auto html = html_of(event);
    EXPECT_THAT(html, HasSubstr("?a=1&amp;b=&#39;2&#39;\">"));
    for (const auto* part : {"src=", "<img", "<script", "url(", "@import", "<link"})
        EXPECT_EQ(html.find(part), std::string::npos) << part;
}

TEST(Render, PayloadIsThin)
{
    const auto parsed = parse_json(payload_of(sample_event()));
    ASSERT_TRUE(parsed.has_value());
    const auto& payload = parsed->as_object();
    EXPECT_EQ(text_member(payload, "type"), "match.opened");
    EXPECT_EQ(text_member(payload, "timestamp"), "2026-11-23T00:10:00.000Z");
    const auto& data = payload.at("data").as_object();
    EXPECT_EQ(data.size(), 9U);
    EXPECT_EQ(text_member(data, "case"), "C-7F3K");
    EXPECT_EQ(text_member(data, "tier"), "near");
    EXPECT_EQ(number_member(data, "count"), 3);
    EXPECT_EQ(number_member(data, "epoch"), 1);
}

TEST(Render, EverythingIsContentFree)
{
    for (const auto* type : {"match.opened", "match.reappeared", "test"}) {
        auto event = sample_event();
        event.type = type;
        for (const auto& text : {subject_of(event), text_of(event), html_of(event), payload_of(event)})
            EXPECT_EQ(leak_in(text, event.link), std::nullopt) << text;
    }
}

} // namespace
} // namespace stillwatch::alerts
