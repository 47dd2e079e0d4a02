#include "config/laws.hpp"
#include "loading.hpp"
#include "tests/support/files.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> names_of(const LawsOutcome& outcome)
{
    std::vector<std::string> names;
    for (const auto& law : outcome.laws)
        names.push_back(law.name);
    return names;
}

constexpr std::string_view own =
    "country = \"eu\"\nname = \"Elsewhere\"\n"
    "[[law]]\ntitle = \"a\"\nsays = \"b\"\nsource = \"c\"\nas_of = \"2026-01-02\"\n"
    "[preservation]\ntitle = \"a\"\nsays = \"b\"\nsource = \"c\"\nas_of = "
    "\"2026-01-02\"\n";

TEST(Laws, FourCountriesShipWithSourceAndDay)
{
    const auto outcome = load_laws({});
    EXPECT_THAT(outcome.problems, IsEmpty());
    EXPECT_THAT(names_of(outcome),
                ElementsAre("England and Wales", "European Union", "Scotland", "United States (federal)"));
}

TEST(Laws, AFileOfOnesOwnTakesThePlaceOfTheOneThatShips)
{
    stillwatch::test::TemporaryDirectory directory;
    stillwatch::test::write_file(directory / "mine.toml", as_bytes(own));
    stillwatch::test::write_file(directory / "readme.txt", as_bytes(std::string_view("no law")));
    const auto outcome = load_laws(directory.path());
    EXPECT_THAT(outcome.problems, IsEmpty());
    EXPECT_THAT(names_of(outcome),
                ElementsAre("England and Wales", "Elsewhere", "Scotland", "United States (federal)"));
}

TEST(Laws, WhatIsWrongIsToldWithFileAndLine)
{
    const auto outcome = parse_law("country = \"e u\"\nname = \"x\"\n[[law]]\ntitle = \"a\"\nsays = \"b\"\n"
                                   "as_of = \"soon\"\nsorce = \"c\"\n",
                                   "mine.toml");
    EXPECT_FALSE(outcome.law);
    std::vector<std::string> told;
    for (const auto& problem : outcome.problems)
        told.push_back(to_string(problem));
    EXPECT_THAT(told, testing::Contains("mine.toml:1: country.country: a word such as \"england-wales\""));
    EXPECT_THAT(told, testing::Contains("mine.toml:3: law.source: is required"));
    EXPECT_THAT(told, testing::Contains(testing::HasSubstr("mine.toml:7: unknown key \"sorce\"")));
    EXPECT_THAT(told, testing::Contains("mine.toml:1: preservation.title: is required"));
    EXPECT_FALSE(parse_law("country = ", "mine.toml").problems.empty());
}

TEST(Laws, AFolderThatIsNotThereIsAProblem)
{
    EXPECT_EQ(load_laws("/nowhere/at/all").problems.size(), 1U);
}

} // namespace
} // namespace stillwatch::config
