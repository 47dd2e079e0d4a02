#include "commands_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::control {
namespace {

using testing::HasSubstr;

class ImportCommandsTest : public testing::Test, public test::Desk {
protected:
    ImportCommandsTest()
    {
        settings.require_second_approver = false;
        alone.emplace(cases, frontier, vault::make_key_pair().public_key, settings, clock);
        clock.time = parse_utc("2026-10-01").value();
        pseudonym = std::string(ask("case.open", consent()).at("case").as_string());
    }
    json::value ask(const std::string& name, json::object arguments)
    {
        const auto outcome = alone->run({name, std::move(arguments)}, {"anna", true});
        EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().detail);
        EXPECT_TRUE(alone->finish());
        effects = outcome ? outcome->effects : Effects{};
        return outcome ? outcome->result : json::value(json::object{});
    }
    static json::array record(std::string_view kind, char digit, bool is_withdrawn = false)
    {
        return {kind, std::string(kind == "md5" ? 32 : 64, digit), is_withdrawn};
    }
    json::object import(json::array records, const std::string& list = "partner")
    {
        return ask("reference.import", {{"case", pseudonym}, {"list", list}, {"records", std::move(records)}})
            .as_object();
    }
    json::array list() { return ask("reference.list", {{"case", pseudonym}}).as_array(); }

    std::optional<Commands> alone;
    std::string pseudonym;
    Effects effects;
};

TEST_F(ImportCommandsTest, AListIsTakenOnceAndShownAsOneRow)
{
    auto told = import({record("pdq", '5'), record("md5", 'a')});
    EXPECT_EQ(told.at("added"), 2);
    EXPECT_EQ(told.at("names").as_array().size(), 2u);
    EXPECT_TRUE(effects.references);
    told = import({record("pdq", '5'), record("md5", 'a')});
    EXPECT_EQ(told.at("added"), 0);
    EXPECT_EQ(told.at("known"), 2);
    EXPECT_FALSE(effects.references);
    const auto rows = list();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].at("hash_only"), true);
    EXPECT_EQ(rows[0].at("references"), 2);
    const auto names = ask("reference.names", {{"case", pseudonym}, {"list", "partner"}}).as_array();
    EXPECT_EQ(names.size(), 2u);
}

TEST_F(ImportCommandsTest, WhatIsWithdrawnOrForgottenIsGone)
{
    (void)import({record("pdq", '5'), record("md5", 'a')});
    EXPECT_EQ(import({record("pdq", '5', true)}).at("erased"), 1);
    EXPECT_TRUE(effects.references);
    EXPECT_EQ(cases.hash_only_references(cases.find_case(pseudonym)->id), 1);
    (void)import({record("pdq", '6')}, "other");
    EXPECT_EQ(ask("reference.forget", {{"case", pseudonym}, {"list", "partner"}}).at("erased"), 1);
    ASSERT_EQ(list().size(), 1u);
    EXPECT_EQ(list()[0].at("name"), "other");
    const auto again =
        alone->run({"reference.forget", {{"case", pseudonym}, {"list", "partner"}}}, {"anna", true});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::not_found);
}

TEST_F(ImportCommandsTest, WhatIsNoHashIsRefusedAsAWhole)
{
    for (const auto& wrong : {json::array{"pdq", "55", false}, json::array{"sha512", "aa", false},
                              json::array{"md5", std::string(32, 'a')}, json::array{5, "a", false}}) {
        const auto outcome = alone->run(
            {"reference.import",
             {{"case", pseudonym}, {"list", "partner"}, {"records", json::array{record("md5", 'a'), wrong}}}},
            {"anna", true});
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code, Errc::invalid_argument);
        EXPECT_THAT(outcome.error().detail, HasSubstr("\"records\""));
    }
    EXPECT_TRUE(list().empty());
    const auto flat =
        alone->run({"reference.import",
                    {{"case", pseudonym}, {"list", "partner"}, {"records", json::array{record("pdq", '0')}}}},
                   {"anna", true});
    ASSERT_FALSE(flat);
    EXPECT_EQ(flat.error().code, Errc::refused);
}

} // namespace
} // namespace stillwatch::control
