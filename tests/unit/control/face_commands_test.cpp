#include "commands_fixture.hpp"

#include <gtest/gtest.h>

namespace stillwatch::control {
namespace {

class FaceCommands : public testing::Test, public test::Desk {
protected:
    FaceCommands()
    {
        settings.require_second_approver = false;
        store::SiteRow site;
        site.name = "board";
        settings.sites = {site};
        alone.emplace(cases, frontier, installation.public_key, settings, clock);
        clock.time = parse_utc("2026-10-01").value();
        pseudonym = std::string(ask("case.open", consent()).value().at("case").as_string());
    }
    Result<json::value> ask(const std::string& name, json::object arguments)
    {
        auto outcome = alone->run({name, std::move(arguments)}, {"anna", true});
        EXPECT_TRUE(alone->finish());
        if (!outcome) return outcome.error();
        return std::move(outcome->result);
    }
    vault::KeyPair installation = vault::make_key_pair();
    std::optional<Commands> alone;
    std::string pseudonym;
};

TEST_F(FaceCommands, APersonIsLookedForEverywhereUntilSitesAreNamed)
{
    const auto before = ask("case.face-sites", {{"case", pseudonym}}).value();
    EXPECT_TRUE(before.at("everywhere").as_bool());
    const json::array sites{"board"};
    EXPECT_FALSE(
        ask("case.face-sites", {{"case", pseudonym}, {"sites", sites}}).value().at("everywhere").as_bool());
    EXPECT_EQ(ask("case.face-sites", {{"case", pseudonym}}).value().at("sites").as_array(), sites);
    (void)ask("case.face-sites", {{"case", pseudonym}, {"sites", json::array()}}).value();
    EXPECT_TRUE(ask("case.face-sites", {{"case", pseudonym}}).value().at("everywhere").as_bool());
}

TEST_F(FaceCommands, ASiteThatIsNotWatchedIsRefusedAndNothingChanges)
{
    const auto refused =
        ask("case.face-sites", {{"case", pseudonym}, {"sites", json::array{"board", "other"}}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::not_found);
    EXPECT_TRUE(ask("case.face-sites", {{"case", pseudonym}}).value().at("everywhere").as_bool());
}

} // namespace
} // namespace stillwatch::control
