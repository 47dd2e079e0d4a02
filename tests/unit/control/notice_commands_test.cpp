#include "commands_fixture.hpp"

#include "followup/sealed_notice.hpp"
#include "store/still_up_checks.hpp"
#include "vault/case_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::control {
namespace {

using testing::HasSubstr;
using testing::Not;

// A desk whose installation has its keys, so that notices open.
class NoticeWork : public testing::Test, public test::Desk {
protected:
    NoticeWork()
    {
        (void)result_of("reference.add", reference(pseudonym));
        row = cases.references().at(0);
        for (const auto* page :
             {"https://board.example/1", "https://board.example/2", "https://other.example/1"})
            (void)cases
                .record_finding(stillwatch::test::sample_finding(row.case_id, row.id, page), {},
                                {"stillwatchd", clock.time})
                .value();
    }
    json::value with_keys(const std::string& name, json::object arguments = {})
    {
        const auto outcome = keyed.run({name, std::move(arguments)}, {"anna", true});
        if (!outcome) return json::object{{"error", outcome.error().detail}};
        return outcome->result;
    }
    std::string error(const std::string& name, json::object arguments = {})
    {
        const auto value = with_keys(name, std::move(arguments));
        const auto* said = value.is_object() ? value.get_object().if_contains("error") : nullptr;
        return said ? std::string(said->as_string()) : "no error at all";
    }
    static json::object draft(std::initializer_list<const char*> ids, std::string_view route = "take-it-down")
    {
        json::array all;
        for (const auto* id : ids)
            all.emplace_back(id);
        return {{"ids", std::move(all)}, {"route", route}};
    }
    std::string state(int id) { return std::string(name_of(cases.standing(FindingId{id})->state)); }
    CommandSettings keyed_settings()
    {
        auto made = settings;
        made.notices.sender = {"Example Helpline", "https://helpline.example/", "1 Harbour Street",
                               "A. Signatory", "notices@helpline.example"};
        made.open_notice = [this](const Case& c, store::NoticeId id, ByteView sealed) {
            return followup::open_notice(c, installation, id, sealed);
        };
        return made;
    }
    std::string open_keyed() { return std::string(with_keys("case.open", consent()).at("case").as_string()); }

    vault::KeyPair installation = vault::make_key_pair();
    Commands keyed{cases, frontier, installation.public_key, keyed_settings(), clock};
    std::string pseudonym = open_keyed();
    Reference row;
};

TEST_F(NoticeWork, GoesFromDraftToAcknowledgedWithItsFindings)
{
    (void)with_keys("findings.confirm", {{"ids", {"F-1", "F-2"}}});
    const auto made = with_keys("notice.draft", draft({"F-1", "F-2"}));
    ASSERT_FALSE(made.as_object().contains("error")) << json::serialize(made);
    EXPECT_EQ(made.at("host"), "board.example");
    EXPECT_EQ(made.at("picture_hosts"), (json::array{"img.board.example"})); // it can do nothing there
    EXPECT_EQ(made.at("state"), "draft");
    EXPECT_THAT(std::string(made.at("text").as_string()), HasSubstr("(https://board.example/2)"));
    EXPECT_THAT(std::string(made.at("privacy").as_string()), HasSubstr("The person is not named"));
    EXPECT_EQ(state(1), "confirmed");

    clock.time += std::chrono::hours(1);
    const auto sent = with_keys("notice.sent", {{"id", "N-1"}, {"to", "abuse@board.example"}});
    EXPECT_EQ(sent.at("deadline_at").as_string(), format_utc(clock.time + std::chrono::hours(48)));
    EXPECT_EQ(state(1), "noticed");
    EXPECT_EQ(state(2), "noticed");
    EXPECT_EQ(state(3), "new");
    EXPECT_EQ(cases.history(FindingId{1}).back().reason, "N-1");

    (void)with_keys("notice.acknowledged", {{"id", 1}, {"ticket", "Case #4711/A"}});
    EXPECT_EQ(state(2), "acknowledged");
    const auto shown = with_keys("notice.show", {{"id", "1"}});
    EXPECT_EQ(shown.at("ticket"), "Case #4711/A");
    EXPECT_EQ(shown.at("text"), made.at("text"));
    EXPECT_EQ(with_keys("notice.list", {{"about", "F-2"}}).as_array().size(), 1U);
    EXPECT_EQ(with_keys("notice.list", {{"about", pseudonym}}).as_array().size(), 1U);
    EXPECT_EQ(with_keys("notice.list", {{"about", "F-3"}}).as_array().size(), 0U);
    EXPECT_EQ(with_keys("notice.list", {{"state", "draft"}}).as_array().size(), 0U);
}

TEST_F(NoticeWork, EveryLookAndChangeIsALineWithoutAddress)
{
    (void)with_keys("findings.confirm", {{"ids", {"F-1"}}});
    (void)with_keys("notice.draft", draft({"F-1"}));
    (void)with_keys("notice.sent", {{"id", 1}, {"to", "abuse@board.example"}});
    (void)with_keys("notice.refused", {{"id", 1}, {"reason", "not ours"}});
    (void)with_keys("notice.show", {{"id", 1}});
    (void)with_keys("notice.list");
    (void)with_keys("notice.withdraw", {{"id", 1}});
    std::vector<std::string> actions;
    for (const auto& line : cases.audit(0, 1'000)) {
        if (line.action.starts_with("notice.")) actions.push_back(line.action);
        EXPECT_THAT(line.object, Not(HasSubstr("board.example")));
    }
    EXPECT_THAT(actions, testing::ElementsAre("notice.draft", "notice.sent", "notice.refused", "notice.show",
                                              "notice.list", "notice.withdrawn"));
}

TEST_F(NoticeWork, WhatCannotBeOneNoticeIsRefusedAndLeavesNone)
{
    EXPECT_THAT(error("notice.draft", draft({"F-1"})), HasSubstr("F-1 is new; a notice needs a confirmed"));
    (void)with_keys("findings.confirm", {{"ids", {"F-1", "F-3"}}});
    EXPECT_THAT(error("notice.draft", draft({"F-1", "F-3"})), HasSubstr("draft one notice for each host"));
    EXPECT_THAT(error("notice.draft", draft({"F-1"}, "gdpr17")),
                HasSubstr("missing: person (--set person=…"));
    auto wrong = draft({"F-1"});
    wrong["set"] = json::object{{"facts", "a\x1b[2J"}};
    EXPECT_THAT(error("notice.draft", wrong), HasSubstr("without control characters"));
    wrong = draft({"F-1"});
    wrong["language"] = "tlh";
    EXPECT_THAT(error("notice.draft", wrong), HasSubstr("languages: de, en"));
    EXPECT_EQ(with_keys("notice.list").as_array().size(), 0U);
}

TEST_F(NoticeWork, OnlyADraftIsSentAndOnlyWhatWasSentIsAnswered)
{
    (void)with_keys("findings.confirm", {{"ids", {"F-1"}}});
    (void)with_keys("notice.draft", draft({"F-1"}));
    EXPECT_THAT(error("notice.acknowledged", {{"id", 1}, {"ticket", "7"}}), HasSubstr("is draft"));
    EXPECT_THAT(error("notice.sent", {{"id", 1}, {"at", "2030-01-01T00:00:00Z"}}), HasSubstr("and now"));
    EXPECT_THAT(error("notice.sent", {{"id", 1}, {"to", "a\nb"}}), HasSubstr("one line"));
    (void)with_keys("notice.sent", {{"id", 1}});
    EXPECT_THAT(error("notice.sent", {{"id", 1}}), HasSubstr("is sent, no draft"));
    EXPECT_THAT(error("notice.sent", {{"id", 9}}), HasSubstr("no notice N-9"));
    (void)with_keys("notice.withdraw", {{"id", 1}});
    EXPECT_THAT(error("notice.refused", {{"id", 1}}), HasSubstr("only what was sent is answered"));
}

TEST_F(NoticeWork, ASecondWayLeavesWhatIsNoticedAsItIs)
{
    (void)with_keys("findings.confirm", {{"ids", {"F-1"}}});
    (void)with_keys("notice.draft", draft({"F-1"}));
    (void)with_keys("notice.sent", {{"id", 1}});
    ASSERT_FALSE(with_keys("notice.draft", draft({"F-1"}, "host")).as_object().contains("error"));
    const auto sent = with_keys("notice.sent", {{"id", 2}});
    EXPECT_EQ(sent.at("deadline_at").as_string(), format_utc(clock.time + std::chrono::hours(7 * 24)));
    EXPECT_EQ(state(1), "noticed");
}

TEST_F(NoticeWork, WaysAreRankedByWhatWorkedAtThatHost)
{
    (void)with_keys("findings.confirm", {{"ids", {"F-1", "F-2"}}});
    const auto before = with_keys("notice.routes", {{"ids", {"F-1"}}});
    EXPECT_EQ(before.at("host"), "board.example");
    EXPECT_EQ(before.at("routes").at(0).at("route"), "take-it-down"); // nothing is known yet
    EXPECT_EQ(before.at("routes").at(0).at("time_ends").as_string(),
              format_utc(clock.time + std::chrono::hours(48)));
    (void)with_keys("notice.draft", draft({"F-1"}));
    (void)with_keys("notice.sent", {{"id", 1}});
    (void)with_keys("notice.draft", draft({"F-2"}, "host"));
    (void)with_keys("notice.sent", {{"id", 2}});
    clock.time += std::chrono::hours(49);
    (void)with_keys("findings.mark", {{"ids", {"F-2"}}, {"as", "down"}});
    const auto after = with_keys("notice.routes", {{"ids", {"F-1"}}});
    EXPECT_EQ(after.at("routes").at(0).at("route"), "host");
    EXPECT_EQ(after.at("routes").at(0).at("here").at("removed"), 1);
    EXPECT_EQ(after.at("routes").as_array().back().at("route"), "take-it-down");
    EXPECT_THAT(error("notice.routes", {{"ids", {"F-1", "F-3"}}}), HasSubstr("several hosts"));
    EXPECT_THAT(error("notice.routes", {{"ids", {"F-77"}}}), HasSubstr("F-77"));
}

TEST_F(NoticeWork, IsEscalatedOnceItsTimeIsOverAndNotBefore)
{
    (void)with_keys("findings.confirm", {{"ids", {"F-1"}}});
    (void)with_keys("notice.draft", draft({"F-1"}));
    (void)with_keys("notice.sent", {{"id", 1}, {"to", "abuse@board.example"}});
    EXPECT_THAT(error("notice.escalate", {{"id", 1}}), HasSubstr("has time until"));
    clock.time += std::chrono::hours(47);
    const auto picture = cases.find_finding(FindingId{1})->image_url;
    ASSERT_TRUE(cases.touch_occurrence(OccurrenceId{1}, clock.time));
    EXPECT_EQ(with_keys("status").at("notices_overdue"), 0);
    EXPECT_EQ(with_keys("status").at("notices_running"), 1);
    clock.time += std::chrono::hours(1);
    EXPECT_EQ(with_keys("status").at("notices_overdue"), 1);
    const auto pack = with_keys("notice.escalate", {{"id", "N-1"}});
    ASSERT_FALSE(pack.as_object().contains("error")) << json::serialize(pack);
    EXPECT_EQ(pack.at("regulator"), "ftc");
    const std::string text(pack.at("text").as_string());
    EXPECT_THAT(text, HasSubstr("F-1  seen, and it matches\n    " + std::string(picture.text())));
    EXPECT_THAT(text, HasSubstr("SHA-256 " + cases.find_finding(FindingId{1})->evidence_digest.hex()));
    EXPECT_THAT(text, HasSubstr("Signed electronically by A. Signatory"));
    EXPECT_EQ(cases.audit(0, 1'000).back().action, "notice.escalate");
    EXPECT_THAT(error("notice.escalate", {{"id", 1}, {"regulator", "nobody"}}), HasSubstr("ftc, ofcom"));
}

// A busy finding has more checks than a list of it shows: those of its first days are in the pack, too.
TEST_F(NoticeWork, ThePackForARegulatorHasEveryCheckSinceTheNotice)
{
    (void)with_keys("findings.confirm", {{"ids", {"F-1"}}});
    (void)with_keys("notice.draft", draft({"F-1"}));
    (void)with_keys("notice.sent", {{"id", 1}, {"to", "abuse@board.example"}});
    store::StillUpChecks checks(cases);
    constexpr int so_many = 501;
    auto second = cases.find_finding(FindingId{1}).value();
    second.image_url = Url::parse("https://img.board.example/other-size.jpg").value();
    const auto place = cases.record_finding(second, {}, {"stillwatchd", clock.time}).value();
    ASSERT_EQ(place.id, FindingId{1});
    for (int i = 0; i < so_many; ++i) {
        clock.time += std::chrono::minutes(10);
        for (const auto occurrence : {OccurrenceId{1}, place.occurrence}) {
            ASSERT_TRUE(checks.begin(occurrence, clock.time, clock.time));
            const auto open = checks.under_way(clock.time, 1).at(0);
            ASSERT_TRUE(checks.end({{open.check.id, occurrence, store::StillUp::up, {}, false, clock.time}},
                                   clock.time));
        }
    }
    const auto pack = with_keys("notice.escalate", {{"id", "N-1"}});
    ASSERT_FALSE(pack.as_object().contains("error")) << json::serialize(pack);
    EXPECT_EQ(pack.at("looks"), 2 * so_many);
    EXPECT_EQ(pack.at("places_left_out"), 0);
}

TEST_F(NoticeWork, WhomToWriteToIsAskedOnceAWeekAndProposed)
{
    const auto asked = keyed.run({"contacts.show", {{"host", "Board.Example"}}}, {"anna", true}).value();
    EXPECT_EQ(asked.effects.contacts_of, "board.example");
    const auto* told =
        R"({"host":"board.example","contacts":[{"kind":"registrar","address":"abuse@names.test",
        "route":"registrar"},{"kind":"site","address":"admin@board.test","route":null}]})";
    ASSERT_TRUE(store::NoticeTable(cases).keep_contact({"board.example", clock.time, told}));
    clock.time += std::chrono::hours(24 * 6);
    const auto known = keyed.run({"contacts.show", {{"host", "board.example"}}}, {"anna", true}).value();
    EXPECT_EQ(known.effects.contacts_of, "");
    EXPECT_EQ(known.result.at("cached"), true);
    (void)with_keys("findings.confirm", {{"ids", {"F-1"}}});
    const auto by_law = with_keys("notice.draft", draft({"F-1"})).at("recipients").as_array();
    ASSERT_EQ(by_law.size(), 1U);
    EXPECT_EQ(by_law[0].at("address"), "admin@board.test");
    EXPECT_EQ(std::string(by_law[0].at("looked_at").as_string()),
              format_utc(clock.time - std::chrono::hours(24 * 6)));
    EXPECT_EQ(with_keys("notice.draft", draft({"F-1"}, "registrar"))
                  .at("recipients")
                  .as_array()
                  .at(0)
                  .at("address"),
              "abuse@names.test");
    clock.time += std::chrono::hours(24 * 2);
    EXPECT_EQ(
        keyed.run({"contacts.show", {{"host", "board.example"}}}, {"anna", true}).value().effects.contacts_of,
        "board.example");
    EXPECT_THAT(error("contacts.show", {{"host", "user@board.example"}}), HasSubstr("the name of a host"));
}

TEST_F(NoticeWork, WhomToWriteToIsAskedAgainWhereItIsNotAllOrOfATimeToComeOrNotReadable)
{
    const auto is_asked_with = [this](const store::ContactRow& contact) {
        EXPECT_TRUE(store::NoticeTable(cases).keep_contact(contact));
        const auto told = keyed.run({"contacts.show", {{"host", "board.example"}}}, {"anna", true}).value();
        return !told.effects.contacts_of.empty();
    };
    EXPECT_FALSE(is_asked_with({"board.example", clock.time, R"({"contacts":[],"complete":true})"}));
    EXPECT_TRUE(is_asked_with({"board.example", clock.time, R"({"contacts":[],"complete":false})"}));
    EXPECT_TRUE(is_asked_with({"board.example", clock.time, "{\"contacts\":["}));
    EXPECT_TRUE(is_asked_with({"board.example", clock.time + std::chrono::hours(1), R"({"contacts":[]})"}));
}

TEST_F(NoticeWork, GoesWithItsCase)
{
    (void)with_keys("findings.confirm", {{"ids", {"F-1"}}});
    (void)with_keys("notice.draft", draft({"F-1"}));
    (void)with_keys("case.withdraw", {{"case", pseudonym}});
    EXPECT_THAT(error("notice.show", {{"id", 1}}), HasSubstr("no notice N-1"));
}

} // namespace
} // namespace stillwatch::control
