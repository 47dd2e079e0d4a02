#include "commands_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::control {
namespace {

using testing::HasSubstr;

class CommandsTest : public testing::Test, protected test::Desk {
protected:
    Finding record_finding(const std::string& page, Tier tier = Tier::near)
    {
        if (cases.references().empty()) (void)result_of("reference.add", reference(open_case()));
        const auto row = cases.references().at(0);
        auto draft = stillwatch::test::sample_finding(row.case_id, row.id, page);
        draft.match.tier = tier;
        draft.alert_id = "alt_" + page.substr(page.rfind('/') + 1);
        draft.case_pseudonym = cases.cases().at(0).pseudonym;
        (void)cases.record_finding(draft, {}, {"anna", clock.time}).value();
        return draft;
    }
};

json::object without(json::object arguments, std::string_view name)
{
    arguments.erase(name);
    return arguments;
}

json::object with(json::object arguments, std::string_view name, json::value value)
{
    arguments[name] = std::move(value);
    return arguments;
}

TEST_F(CommandsTest, AnUnknownCommandIsNamed)
{
    EXPECT_EQ(error_of("case.delete"), (Error{Errc::invalid_argument, "unknown command \"case.delete\""}));
    EXPECT_EQ(error_of("").code, Errc::invalid_argument);
}

TEST_F(CommandsTest, EveryNameIsKnown)
{
    const auto names = Commands::names();
    EXPECT_EQ(names.size(), 77U);
    for (const auto name : names) {
        const auto outcome = run(std::string(name));
        if (!outcome) {
            EXPECT_THAT(outcome.error().detail, testing::Not(HasSubstr("unknown command"))) << name;
            EXPECT_EQ(outcome.error().code, Errc::invalid_argument) << name;
        }
    }
}

TEST_F(CommandsTest, AMissingOrWrongArgumentIsNamed)
{
    struct Wrong {
        std::string command;
        json::object right;
        std::string argument;
        json::value wrong;
    };
    const auto pseudonym = open_case();
    const json::object of_case{{"case", pseudonym}};
    const auto renewal = with(consent(), "case", json::value(pseudonym));
    const std::vector<Wrong> all{
        {"case.open", consent(), "expires_at", "tomorrow"},
        {"case.show", of_case, "case", 7},
        {"case.renew", renewal, "case", nullptr},
        {"case.renew", renewal, "expires_at", 2027},
        {"case.withdraw", of_case, "case", json::array{}},
        {"reference.add", reference(pseudonym), "case", 1},
        {"reference.add", reference(pseudonym), "name", 1},
        {"reference.add", reference(pseudonym), "sealed", "c0ffe"},
        {"reference.list", of_case, "case", false},
        {"place.add", {{"case", pseudonym}, {"place", "shop.example"}}, "place", 1},
        {"place.list", of_case, "case", 1},
        {"place.remove", {{"case", pseudonym}, {"number", 1}}, "number", "one"},
        {"reference.release", {{"case", pseudonym}, {"name", "R-01"}}, "name", 1},
        {"reference.forget", {{"case", pseudonym}, {"list", "partner"}}, "list", 1},
        {"reference.import",
         {{"case", pseudonym}, {"list", "partner"}, {"records", json::array{}}},
         "records",
         1},
        {"reference.names", {{"case", pseudonym}, {"list", "partner"}}, "list", 1},
        {"reference.remove", {{"case", pseudonym}, {"name", "R-01"}}, "case", 1},
        {"reference.remove", {{"case", pseudonym}, {"name", "R-01"}}, "name", 1},
        {"findings.show", {{"id", 1}}, "id", "one"},
        {"findings.confirm", {{"ids", {1}}}, "ids", "F-1"},
        {"findings.dismiss", {{"ids", {1}}, {"reason", "lawful"}}, "reason", "because"},
        {"findings.mark", {{"ids", {1}}, {"as", "down"}}, "as", "up"},
        {"findings.assign", {{"ids", {1}}, {"to", "anna"}}, "to", 1},
        {"findings.note", {{"ids", {1}}, {"text", "a note"}}, "text", 1},
        {"findings.under-18", {{"id", 1}}, "id", "one"},
        {"notice.draft", {{"ids", {1}}, {"route", "host"}}, "route", "pigeon"},
        {"notice.show", {{"id", 1}}, "id", "one"},
        {"contacts.show", {{"host", "board.example"}}, "host", "board.example/path"},
        {"outbox.replay", {{"id", 1}}, "id", 1.5},
        {"alert-test", {{"channel", "desk"}}, "channel", 1},
    };
    for (const auto& [command, right, argument, wrong] : all) {
        for (const auto& arguments : {without(right, argument), with(right, argument, wrong)}) {
            const auto error = error_of(command, arguments);
            EXPECT_EQ(error.code, Errc::invalid_argument) << command << ' ' << argument;
            EXPECT_THAT(error.detail, HasSubstr("\"" + argument + "\"")) << command;
        }
    }
    EXPECT_THAT(error_of("case.open", with(consent(), "given_at", "then")).detail, HasSubstr("\"given_at\""));
    EXPECT_THAT(error_of("findings.list", {{"case", 1}}).detail, HasSubstr("\"case\""));
    EXPECT_EQ(cases.cases().size(), 1U);
}

TEST_F(CommandsTest, ConsentFieldsThatAreMissingAreNamed)
{
    for (const auto* field : {"given_by", "text_version"})
        EXPECT_THAT(error_of("case.open", without(consent(), field)).detail, HasSubstr(field));
}

TEST_F(CommandsTest, ACaseIsOpenedShownAndListed)
{
    const auto pseudonym = open_case();
    const auto shown = result_of("case.show", {{"case", pseudonym}});
    EXPECT_EQ(shown.at("consent"), "valid");
    EXPECT_EQ(shown.at("consent_record").at("approved_by"), "anna");
    EXPECT_EQ(shown.at("public_key").as_string().size(), 64U);
    EXPECT_EQ(shown.as_object().contains("sealed_secret_key"), false);
    const auto listed = result_of("case.list");
    ASSERT_EQ(listed.as_array().size(), 1U);
    EXPECT_EQ(listed.at(0).at("case"), json::value(pseudonym));
    EXPECT_EQ(cases.audit(0, 10).at(0).actor, "anna");
    EXPECT_EQ(error_of("case.show", {{"case", "C-0000"}}).code, Errc::not_found);
}

TEST_F(CommandsTest, ConsentIsGivenNowUnlessToldOtherwise)
{
    const auto pseudonym = result_of("case.open", without(consent(), "given_at")).at("case");
    EXPECT_EQ(result_of("case.show", {{"case", pseudonym}}).at("consent_record").at("given_at"),
              json::value(format_utc(clock.time)));
}

TEST_F(CommandsTest, WhatChangesReferencesSaysSo)
{
    const auto pseudonym = open_case();
    EXPECT_TRUE(run("reference.add", reference(pseudonym)).value().effects.references);
    EXPECT_TRUE(
        run("case.renew", with(consent(), "case", json::value(pseudonym))).value().effects.references);
    EXPECT_TRUE(run("reference.remove", {{"case", pseudonym}, {"name", "R-01"}}).value().effects.references);
    EXPECT_TRUE(run("case.withdraw", {{"case", pseudonym}}).value().effects.references);
    for (const auto* reading : {"case.list", "findings.list", "outbox.list", "audit.list", "audit.verify",
                                "site.list", "site.plan", "site.health", "status"}) {
        EXPECT_FALSE(run(reading).value().effects.references) << reading;
        EXPECT_FALSE(run(reading).value().effects.alerts) << reading;
    }
}

TEST_F(CommandsTest, ReferencesAreAddedListedAndRemoved)
{
    const auto pseudonym = open_case();
    EXPECT_EQ(result_of("reference.add", reference(pseudonym)).at("generation"), 1);
    EXPECT_EQ(error_of("reference.add", reference(pseudonym)).code, Errc::exists);
    const auto listed = result_of("reference.list", {{"case", pseudonym}});
    ASSERT_EQ(listed.as_array().size(), 1U);
    EXPECT_EQ(listed.at(0).at("name"), "R-01");
    EXPECT_EQ(listed.at(0).at("quality_percent"), 90);
    EXPECT_EQ(listed.at(0).at("current"), true);
    EXPECT_EQ(listed.at(0).as_object().contains("sealed"), false);
    EXPECT_EQ(cases.references().at(0).sealed, (Bytes{std::byte{0xc0}, std::byte{0xff}, std::byte{0xee}}));
    (void)result_of("reference.remove", {{"case", pseudonym}, {"name", "R-01"}});
    EXPECT_TRUE(cases.references().empty());
}

TEST_F(CommandsTest, AReferenceOfAnotherExtractorIsRefused)
{
    const auto pseudonym = open_case();
    // The last of them is ours in the lower 32 bits.
    for (const json::value& version :
         {json::value(0), json::value(extractor_version - 1), json::value(extractor_version + 1),
          json::value(std::to_string(extractor_version)), json::value(4'294'967'296 + extractor_version)}) {
        const auto error =
            error_of("reference.add", with(reference(pseudonym), "extractor_version", version));
        EXPECT_EQ(error.code, Errc::refused) << version;
        EXPECT_THAT(error.detail, HasSubstr("add the picture again"));
    }
    EXPECT_TRUE(cases.references().empty());
}

TEST_F(CommandsTest, AQualityThatIsNoneIsRefused)
{
    const auto pseudonym = open_case();
    for (const json::value& quality : {json::value(-1), json::value(101), json::value(4'294'967'346)})
        EXPECT_THAT(error_of("reference.add", with(reference(pseudonym), "quality_percent", quality)).detail,
                    HasSubstr("\"quality_percent\""));
}

TEST_F(CommandsTest, AnExpiredCaseTakesNoReference)
{
    const auto pseudonym = open_case();
    clock.time = *parse_utc("2027-09-01");
    EXPECT_EQ(error_of("reference.add", reference(pseudonym)).code, Errc::refused);
    EXPECT_EQ(result_of("case.show", {{"case", pseudonym}}).at("consent"), "expired");
}

TEST_F(CommandsTest, FindingsAreListedForAllOrOneCase)
{
    const auto first = open_case();
    const auto second = open_case();
    (void)result_of("reference.add", reference(first));
    (void)result_of("reference.add", reference(second));
    for (const auto& row : cases.references())
        ASSERT_TRUE(cases.record_finding(stillwatch::test::sample_finding(row.case_id, row.id), {},
                                         {"anna", clock.time}));
    EXPECT_EQ(result_of("findings.list").as_array().size(), 2U);
    const auto listed = result_of("findings.list", {{"case", second}});
    ASSERT_EQ(listed.as_array().size(), 1U);
    EXPECT_EQ(listed.at(0).at("case"), json::value(second));
    EXPECT_EQ(listed.at(0).at("reference"), "R-01");
    EXPECT_EQ(listed.at(0).at("tier"), "near");
    EXPECT_EQ(listed.at(0).at("page_state"), "not_named");
    EXPECT_EQ(listed.at(0).at("occurrence_count"), 1);
    auto shown = result_of("findings.show", {{"id", listed.at(0).at("id")}});
    EXPECT_EQ(shown.as_object().erase("history"), 1U);
    EXPECT_EQ(shown.as_object().erase("earlier_evidence"), 1U);
    EXPECT_EQ(shown.as_object().erase("checks"), 1U);
    EXPECT_EQ(shown, listed.at(0));
    EXPECT_EQ(error_of("findings.show", {{"id", 99}}).code, Errc::not_found);
    EXPECT_EQ(error_of("findings.list", {{"case", "C-0000"}}).code, Errc::not_found);
}

TEST_F(CommandsTest, AFindingIsNamedByItsNumberOrByItsAlert)
{
    const auto draft = record_finding("https://board.example/t/1");
    for (const json::value& id :
         {json::value(1), json::value("1"), json::value("F-1"), json::value(draft.alert_id)})
        EXPECT_EQ(result_of("findings.show", {{"id", id}}).at("id"), 1) << id;
    EXPECT_EQ(result_of("findings.list").at(0).at("alert"), json::value(draft.alert_id));
    EXPECT_EQ(error_of("findings.show", {{"id", "alt_unknown"}}).code, Errc::not_found);
    EXPECT_EQ(error_of("findings.show", {{"id", "C-1"}}).code, Errc::invalid_argument);
}

TEST_F(CommandsTest, LooksAtFindingsStandInTheAuditLogWithoutAddresses)
{
    const auto draft = record_finding("https://board.example/t/1");
    const auto before = cases.audit(0, 100).size();
    (void)result_of("findings.list");
    (void)result_of("findings.list", {{"case", draft.case_pseudonym}});
    (void)result_of("findings.show", {{"id", draft.alert_id}});
    const auto lines = cases.audit(static_cast<std::int64_t>(before), 100);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].action + " " + lines[0].object, "findings.list all cases");
    EXPECT_EQ(lines[1].object, draft.case_pseudonym);
    EXPECT_EQ(lines[2].action + " " + lines[2].object, "findings.show F-1");
    EXPECT_EQ(lines[2].actor, "anna");
}

TEST_F(CommandsTest, FindingsAreListedInPages)
{
    for (const auto* page : {"1", "2", "3"})
        (void)record_finding(std::string("https://board.example/") + page);
    EXPECT_EQ(result_of("findings.list", {{"limit", 2}}).as_array().size(), 2U);
    const auto rest = result_of("findings.list", {{"limit", 2}, {"after", 2}});
    ASSERT_EQ(rest.as_array().size(), 1U);
    EXPECT_EQ(rest.at(0).at("id"), 3);
}

TEST_F(CommandsTest, PartsOfAPictureHaveNoDistance)
{
    (void)record_finding("https://board.example/1", Tier::derived);
    (void)record_finding("https://board.example/2", Tier::near);
    const auto rows = result_of("findings.list");
    EXPECT_TRUE(rows.at(0).at("distance_bits").is_null());
    EXPECT_EQ(rows.at(1).at("distance_bits"), 17);
}

TEST_F(CommandsTest, AFindingStillSaysOfWhichReferenceItIsWhenThatIsRemoved)
{
    const auto draft = record_finding("https://board.example/1");
    (void)result_of("reference.remove", {{"case", draft.case_pseudonym}, {"name", "R-01"}});
    EXPECT_EQ(result_of("findings.show", {{"id", 1}}).at("reference"), "R-01");
}

TEST_F(CommandsTest, ACheckAsksForALookAtEachOfTheBestPictures)
{
    const auto draft = record_finding("https://board.example/1");
    const auto outcome = run("findings.check", {{"id", draft.alert_id}}).value();
    EXPECT_EQ(outcome.effects.looks, std::vector<Url>{draft.image_url});
    EXPECT_EQ(cases.audit(0, 100).back().action, "findings.check");
}

TEST_F(CommandsTest, ATestAlertGoesToAKnownChannelOnly)
{
    const auto refused = error_of("alert-test", {{"channel", "desc"}});
    EXPECT_EQ(refused.code, Errc::not_found);
    EXPECT_THAT(refused.detail, HasSubstr("desk"));
    const auto outcome = run("alert-test", {{"channel", "desk"}}).value();
    EXPECT_TRUE(outcome.effects.alerts);
    const auto rows = result_of("outbox.list");
    ASSERT_EQ(rows.as_array().size(), 1U);
    EXPECT_EQ(rows.at(0).at("alert"), "alt_test");
    EXPECT_EQ(rows.at(0).at("state"), "queued");
    EXPECT_EQ(rows.at(0).as_object().contains("sent_at"), false);
}

TEST_F(CommandsTest, WithoutAnyChannelThatIsWhatIsSaid)
{
    settings.channels.clear();
    Commands without{cases, frontier, vault::make_key_pair().public_key, settings, clock};
    const auto refused = without.run({"alert-test", {{"channel", "desk"}}}, {"anna", true});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), (Error{Errc::not_found, "no channel \"desk\": no channel is configured"}));
}

TEST_F(CommandsTest, AnAlertThatWasNotSentIsReplayed)
{
    (void)result_of("alert-test", {{"channel", "desk"}});
    const auto id = result_of("outbox.list").at(0).at("id");
    ASSERT_TRUE(cases.alert_retry(id.as_int64(), clock.time + std::chrono::hours(14), {"no such host", {}})
                    .has_value());
    (void)result_of("outbox.replay", {{"id", id}});
    EXPECT_EQ(result_of("outbox.list").at(0).at("next_attempt_at"), json::value(format_utc(clock.time)));
    EXPECT_EQ(result_of("outbox.list").at(0).at("attempts"), 0);
    ASSERT_TRUE(cases.alert_dead(id.as_int64(), {"no such host", {}}).has_value());
    EXPECT_EQ(result_of("status").at("alerts_dead"), 1);
    EXPECT_TRUE(run("outbox.replay", {{"id", id}}).value().effects.alerts);
    EXPECT_EQ(result_of("outbox.list").at(0).at("state"), "queued");
    ASSERT_TRUE(cases.alert_sent(id.as_int64(), clock.time).has_value());
    EXPECT_EQ(error_of("outbox.replay", {{"id", id}}).code, Errc::not_found);
}

TEST_F(CommandsTest, AllAlertsOfAChannelAreReplayed)
{
    (void)result_of("alert-test", {{"channel", "desk"}});
    const auto id = result_of("outbox.list").at(0).at("id").as_int64();
    ASSERT_TRUE(cases.alert_dead(id, {"no such host", {}}).has_value());
    EXPECT_EQ(error_of("outbox.replay", {{"channel", "desc"}}).code, Errc::not_found);
    EXPECT_EQ(error_of("outbox.replay", {{"all", false}}).code, Errc::invalid_argument);
    EXPECT_EQ(result_of("outbox.replay", {{"channel", "desk"}}).at("queued"), 1);
    ASSERT_TRUE(cases.alert_dead(id, {"no such host", {}}).has_value());
    EXPECT_EQ(result_of("outbox.replay", {{"all", true}}).at("queued"), 1);
    EXPECT_EQ(result_of("outbox.show", {{"alert", "alt_test"}, {"channel", "desk"}}).at("state"), "queued");
    EXPECT_EQ(error_of("outbox.show", {{"alert", "alt_none"}, {"channel", "desk"}}).code, Errc::not_found);
}

TEST_F(CommandsTest, AnAlertOfARemovedChannelSaysWhyItWaits)
{
    ASSERT_TRUE(cases.queue_alert({"alt_old", "old", "{}"}, {"anna", clock.time}));
    EXPECT_THAT(result_of("outbox.list").at(0).at("last_error").as_string().c_str(),
                HasSubstr("not in the configuration"));
}

TEST_F(CommandsTest, LimitsStayInBounds)
{
    for (int i = 0; i < 3; ++i)
        (void)open_case(); // two lines each: the case and its PIN
    for (const auto& [limit, lines] :
         {std::pair<json::value, std::size_t>{0, 1}, {-7, 1}, {2, 2}, {1'000'000'000, 6}, {"2", 6}})
        EXPECT_EQ(result_of("audit.list", {{"limit", limit}}).as_array().size(), lines) << limit;
    EXPECT_EQ(result_of("audit.list", {{"after", 2}}).as_array().size(), 4U);
}

TEST_F(CommandsTest, TheAuditLogIsWhole)
{
    (void)open_case();
    EXPECT_EQ(result_of("audit.verify").at("audit"), "whole");
    const auto lines = result_of("audit.list");
    EXPECT_EQ(lines.at(0).at("action"), "case.open");
    EXPECT_EQ(lines.at(0).at("own").as_string().size(), 64U);
}

TEST_F(CommandsTest, StatusCountsWhatThereIs)
{
    const auto pseudonym = open_case();
    (void)result_of("reference.add", reference(pseudonym));
    const auto status = result_of("status");
    EXPECT_EQ(status.at("sites"), 1);
    EXPECT_EQ(status.at("cases"), 1);
    EXPECT_EQ(status.at("generation"), 1);
    EXPECT_EQ(status.at("alerts_queued"), 0);
    EXPECT_EQ(status.at("coverage").at("images"), 0);
    const auto sites = result_of("site.list");
    EXPECT_EQ(sites.at(0).at("site"), "board");
    EXPECT_EQ(sites.at(0).at("hosts").as_array().size(), 2U);
}

TEST_F(CommandsTest, AHostIsStoppedAndResumed)
{
    EXPECT_EQ(error_of("site.stop", {{"host", "other.example"}, {"reason", "x"}}).code, Errc::not_found);
    EXPECT_EQ(error_of("site.stop", {{"host", "board.example"}}).code, Errc::invalid_argument);
    EXPECT_TRUE(
        run("site.stop", {{"host", "board.example"}, {"reason", "they asked"}}).value().effects.hosts);
    EXPECT_EQ(cases.stopped_hosts().at(0).reason, "they asked");
    EXPECT_EQ(result_of("site.health").at(0).at("stopped_hosts").as_array().size(), 1U);
    EXPECT_TRUE(run("site.resume", {{"host", "board.example"}}).value().effects.hosts);
    EXPECT_TRUE(cases.stopped_hosts().empty());
    EXPECT_EQ(error_of("site.resume", {{"host", "board.example"}}).code, Errc::not_found);
    const auto lines = cases.audit(0, 10);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].action, "host.stopped");
    EXPECT_EQ(lines[1].action, "host.resumed");
}

TEST_F(CommandsTest, HealthHasAStateForEachSite)
{
    EXPECT_EQ(result_of("site.health").at(0).at("state"), "not_visited");
    ASSERT_TRUE(frontier.set_sites({stillwatch::test::sample_site()}));
    const auto seed = frontier.next_visits("board", clock.time, 0, 1).at(0);
    store::VisitResult result{
        .id = seed.id, .host = seed.host, .at = clock.time, .outcome = store::Outcome::unreachable};
    result.http_status = 403;
    result.due = clock.time;
    ASSERT_TRUE(frontier.apply({result}));
    EXPECT_EQ(result_of("site.health").at(0).at("state"), "blocked");
    result.outcome = store::Outcome::page;
    result.at += std::chrono::seconds(1);
    ASSERT_TRUE(frontier.apply({result}));
    EXPECT_EQ(result_of("site.health").at(0).at("state"), "fine");
    EXPECT_EQ(result_of("site.plan").at(0).at("pages_known"), 1);
}

TEST_F(CommandsTest, HealthSaysWhatIsInTheWay)
{
    ASSERT_TRUE(frontier.set_sites({stillwatch::test::sample_site()}));
    const auto seed = frontier.next_visits("board", clock.time, 0, 1).at(0);
    store::VisitResult result{
        .id = seed.id, .host = seed.host, .at = clock.time, .outcome = store::Outcome::page};
    const auto state_after = [&](std::optional<Wall> wall, store::Outcome outcome = store::Outcome::page) {
        result.wall = wall;
        result.outcome = outcome;
        result.at += std::chrono::seconds(1);
        EXPECT_TRUE(frontier.apply({result}));
        return std::string(result_of("site.health").at(0).at("state").as_string());
    };
    EXPECT_EQ(state_after(Wall::login), "walled");
    EXPECT_EQ(result_of("site.health").at(0).at("wall"), "login");
    EXPECT_EQ(state_after(Wall::none), "fine") << "one of two is not most of them";
    EXPECT_FALSE(result_of("site.health").at(0).as_object().contains("wall"));
    EXPECT_EQ(state_after(Wall::age), "walled");
    EXPECT_EQ(result_of("site.health").at(0).at("wall"), "age");
    EXPECT_EQ(state_after(Wall::challenge, store::Outcome::unreachable), "blocked") << "the gravest first";
    EXPECT_EQ(result_of("site.health").at(0).at("challenged").at(0), "https://board.example");
    EXPECT_EQ(state_after(Wall::none), "fine");
    EXPECT_TRUE(result_of("site.health").at(0).at("challenged").as_array().empty());
}

} // namespace
} // namespace stillwatch::control
