#include "commands_fixture.hpp"

#include <gtest/gtest.h>

namespace stillwatch::control {
namespace {

class PlaceCommands : public testing::Test, public test::Desk {
protected:
    PlaceCommands()
    {
        settings.require_second_approver = false;
        settings.open_place = [this](const Case& c, ByteView sealed) -> Result<std::string> {
            const auto place = cases::open_place(c, installation, sealed);
            if (!place) return place.error();
            return place->text();
        };
        alone.emplace(cases, frontier, installation.public_key, settings, clock);
        clock.time = parse_utc("2026-10-01").value();
        pseudonym = std::string(ask("case.open", consent()).value().at("case").as_string());
        (void)ask("reference.add", reference(pseudonym)).value();
        const auto row = this->cases.references().at(0);
        const auto finding = stillwatch::test::sample_finding(row.case_id, row.id);
        page = finding.page_url;
        (void)this->cases.record_finding(finding, {}, {"stillwatchd", clock.time}).value();
    }
    Result<json::value> ask(const std::string& name, json::object arguments)
    {
        auto outcome = alone->run({name, std::move(arguments)}, {"anna", true});
        EXPECT_TRUE(alone->finish());
        if (!outcome) return outcome.error();
        effects = std::move(outcome->effects);
        return std::move(outcome->result);
    }
    FindingState state() const { return cases.find_finding(FindingId{1})->state; }

    vault::KeyPair installation = vault::make_key_pair();
    std::optional<Commands> alone;
    std::string pseudonym;
    Url page = Url::parse("https://none.example/").value();
    Effects effects;
};

TEST_F(PlaceCommands, APlaceIsSealedShownAndDismissesWhatStandsThereOnly)
{
    const auto added = ask("place.add", {{"case", pseudonym}, {"place", page.host_port()}}).value();
    EXPECT_TRUE(effects.references);
    EXPECT_EQ(added.at("dismissed"), 1);
    EXPECT_EQ(state(), FindingState::dismissed);
    EXPECT_EQ(cases.find_finding(FindingId{1})->reason, "consented_place");
    const auto rows = ask("place.list", {{"case", pseudonym}}).value().as_array();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].at("place"), json::string(page.host_port()));
    const auto again = ask("place.add", {{"case", pseudonym}, {"place", page.host_port()}});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::exists);
    for (const auto& line : cases.audit(0, 100))
        EXPECT_EQ(line.object.find(page.host_port()), std::string::npos);
    EXPECT_TRUE(ask("place.remove", {{"case", pseudonym}, {"number", rows[0].at("number")}}));
    EXPECT_TRUE(ask("place.list", {{"case", pseudonym}}).value().as_array().empty());
    EXPECT_FALSE(ask("place.remove", {{"case", pseudonym}, {"number", 1}}));
}

TEST_F(PlaceCommands, WhatStandsElsewhereIsLeftAlone)
{
    EXPECT_EQ(ask("place.add", {{"case", pseudonym}, {"place", "shop.example"}}).value().at("dismissed"), 0);
    EXPECT_EQ(state(), FindingState::fresh);
    EXPECT_FALSE(ask("place.add", {{"case", pseudonym}, {"place", "*.example"}}));
}

TEST_F(PlaceCommands, PlacesGoWithTheCase)
{
    (void)ask("place.add", {{"case", pseudonym}, {"place", "shop.example"}}).value();
    const auto id = cases.find_case(pseudonym)->id;
    (void)ask("case.withdraw", {{"case", pseudonym}}).value();
    EXPECT_TRUE(cases.places_of(id).empty());
    EXPECT_FALSE(ask("place.add", {{"case", pseudonym}, {"place", "shop.example"}}));
}

} // namespace
} // namespace stillwatch::control
