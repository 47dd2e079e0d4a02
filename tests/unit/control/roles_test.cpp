#include "control/roles.hpp"
#include "tests/unit/control/commands_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace stillwatch::control {
namespace {

using testing::HasSubstr;

class RolesTest : public testing::Test, public test::Desk {
protected:
    static constexpr std::array all_roles{Role::none, Role::auditor, Role::caseworker, Role::lead,
                                          Role::operations};
    // A member of staff of that role, by login.
    cases::Peer peer_of(Role role)
    {
        const std::string name(name_of(role));
        if (role == Role::none) return {name, false};
        EXPECT_TRUE(cases.add_account({name + "-1", role, name, false, {}, "root"}, {"root", clock.now()}));
        return {name, false};
    }
};

TEST_F(RolesTest, EveryCommandHasARule)
{
    for (const auto name : Commands::names())
        EXPECT_NE(rule_of(name), nullptr) << name;
    EXPECT_EQ(rule_of("case.everything"), nullptr);
}

TEST_F(RolesTest, EachRoleIsAllowedWhatTheTableSaysAndRefusedTheRest)
{
    for (const auto role : all_roles) {
        const auto peer = peer_of(role);
        for (const auto& rule : command_rules()) {
            const auto admitted = commands.admit(rule.command, peer);
            EXPECT_EQ(admitted.has_value(), rule.roles.contains(role)) << rule.command << ' ' << peer.user;
            EXPECT_TRUE(admitted || admitted.error().code == Errc::refused);
        }
    }
}

TEST_F(RolesTest, EachCommandGivenByEachRoleIsDoneOrRefusedAsTheTableSays)
{
    for (const auto role : all_roles) {
        const auto peer = peer_of(role);
        for (const auto name : Commands::names()) {
            const auto before = cases.audit(0, 100'000).size();
            const auto outcome = run_as(peer, std::string(name));
            const bool is_refused_by_role =
                !outcome && outcome.error().detail.find("may be given by") != std::string::npos;
            EXPECT_EQ(is_refused_by_role, !rule_of(name)->roles.contains(role)) << name << ' ' << peer.user;
            if (!is_refused_by_role) continue;
            const auto lines = cases.audit(0, 100'000);
            ASSERT_EQ(lines.size(), before + 1) << name;
            EXPECT_EQ(lines.back().object, name);
        }
    }
}

TEST_F(RolesTest, AnAuditorSeesNoAddress)
{
    for (const auto* command : {"findings.list", "findings.show", "case.show", "site.list", "site.health",
                                "evidence.read", "reference.list"})
        EXPECT_FALSE(rule_of(command)->roles.contains(Role::auditor)) << command;
    for (const auto* command : {"audit.list", "audit.verify", "status", "case.list"})
        EXPECT_TRUE(rule_of(command)->roles.contains(Role::auditor)) << command;
}

TEST_F(RolesTest, WithoutAnAccountOnlyTheStatusMayBeRead)
{
    for (const auto& rule : command_rules())
        EXPECT_EQ(rule.roles.contains(Role::none), rule.command == "status") << rule.command;
}

TEST_F(RolesTest, ARefusalChangesNothingAndStandsInTheAuditLog)
{
    const auto auditor = peer_of(Role::auditor);
    const auto refused = run_as(auditor, "case.open", consent());
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().detail, HasSubstr("caseworker, lead or operator"));
    EXPECT_TRUE(cases.cases().empty());
    const auto lines = cases.audit(0, 100);
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines.back().actor, "auditor-1");
    EXPECT_EQ(lines.back().action, "refused");
    EXPECT_EQ(lines.back().object, "case.open");
}

TEST_F(RolesTest, TwoAccountsOpenACase)
{
    const auto worker = peer_of(Role::caseworker);
    const auto lead = peer_of(Role::lead);
    const auto opened = run_as(worker, "case.open", consent()).value().result;
    EXPECT_EQ(opened.at("consent"), "unapproved");
    const json::object arguments{{"case", opened.at("case")}};
    EXPECT_EQ(run_as(worker, "case.approve", arguments).error().code, Errc::refused);
    const auto approved = run_as(lead, "case.approve", arguments).value();
    EXPECT_EQ(approved.result.at("consent"), "valid");
    EXPECT_TRUE(approved.effects.references);
    EXPECT_EQ(run_as(lead, "status").value().result.at("consent_rule"), "a second person approves");
}

TEST_F(RolesTest, OnePersonAloneIsSaid)
{
    const auto opened = result_of("case.open", consent());
    EXPECT_EQ(opened.at("consent"), "valid");
    EXPECT_EQ(opened.at("approval"), "one_person");
    const auto status = result_of("status");
    EXPECT_THAT(std::string(status.at("consent_rule").as_string()), HasSubstr("one person"));
    EXPECT_EQ(status.at("cases_approved_by_one_person"), 1);
}

TEST_F(RolesTest, ForAPersonUnder18TheServicesAreNamed)
{
    auto arguments = consent();
    arguments["under_18"] = true;
    EXPECT_THAT(error_of("case.open", arguments).detail, HasSubstr("a service for the young"));
    EXPECT_TRUE(cases.cases().empty());
}

TEST_F(RolesTest, AccountsAreAddedListedAndDisabled)
{
    const auto added = result_of("account.add", {{"account", "ben"}, {"role", "lead"}, {"unix_user", "b"}});
    EXPECT_EQ(added.at("role"), "lead");
    EXPECT_EQ(error_of("account.add", {{"account", "x"}, {"role", "chief"}}).code, Errc::invalid_argument);
    EXPECT_TRUE(run_as({"b", false}, "case.list").has_value());
    EXPECT_EQ(run_as({"b", false}, "account.add", {{"account", "y"}, {"role", "lead"}}).error().code,
              Errc::refused);
    EXPECT_EQ(result_of("account.disable", {{"account", "ben"}}).at("state"), "disabled");
    EXPECT_EQ(run_as({"b", false}, "case.list").error().code, Errc::refused);
    EXPECT_EQ(result_of("account.list").as_array().size(), 1U);
    EXPECT_EQ(error_of("account.disable", {{"account", "ben"}}).code, Errc::not_found);
}

TEST_F(RolesTest, TheDocumentIsMadeOfTheTable)
{
    std::ifstream file(STILLWATCH_SOURCE_DIR "/docs/roles.md");
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), roles_document()) << "write it anew: stillwatch roles > docs/roles.md";
}

} // namespace
} // namespace stillwatch::control
