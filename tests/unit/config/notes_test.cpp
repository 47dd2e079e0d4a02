#include "config/checks.hpp"
#include "loading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace stillwatch::config {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

LoadOutcome checked(const std::string& more)
{
    const LoadOptions options{FileChecks::where_allowed, {}, parse_utc("2026-11-29")};
    return parse_config(minimal + more, "/etc/stillwatch/stillwatch.toml", options);
}

std::string ignoring_robots_until(const std::string& day)
{
    return "[[site]]\nname = \"s\"\nseeds = [\"https://b.example/\"]\nhosts = [\"b.example\"]\nrobots = "
           "\"ignore\"\n"
           "robots_reason = \"agreed\"\nrobots_decided_by = \"the board\"\nrobots_until = \"" +
           day + "\"\n";
}

TEST(ConfigNotes, ACredentialOfTheServiceIsNotedAndIsNoProblem)
{
    unsetenv("CREDENTIALS_DIRECTORY");
    const auto outcome =
        checked("[[channel]]\nname = \"w\"\nkind = \"webhook\"\nurl = \"https://hooks.example/\"\n"
                "secret_file = \"credential:hook\"\n");
    EXPECT_TRUE(outcome.config);
    ASSERT_THAT(outcome.notes, SizeIs(1));
    EXPECT_THAT(to_string(outcome.notes[0]),
                HasSubstr("stillwatch.toml:10: channel.secret_file: credential:hook"));
}

TEST(ConfigNotes, AMissingSecretIsAProblemStill)
{
    const auto outcome =
        checked("[[channel]]\nname = \"w\"\nkind = \"webhook\"\nurl = \"https://hooks.example/\"\n"
                "secret_file = \"/nowhere/secret\"\n");
    EXPECT_FALSE(outcome.config);
    EXPECT_THAT(outcome.notes, IsEmpty());
}

TEST(ConfigNotes, AnOverrideOfRobotsThatHasPassedIsTold)
{
    const auto outcome = checked(ignoring_robots_until("2026-11-20"));
    EXPECT_TRUE(outcome.config);
    ASSERT_THAT(outcome.notes, SizeIs(1));
    EXPECT_THAT(outcome.notes[0].message, HasSubstr("has passed: robots.txt is obeyed"));
}

TEST(ConfigNotes, AnOverrideOfRobotsForYearsIsTold)
{
    const auto outcome = checked(ignoring_robots_until("2036-01-01"));
    ASSERT_THAT(outcome.notes, SizeIs(1));
    EXPECT_THAT(outcome.notes[0].message, HasSubstr("more than a year away"));
}

TEST(ConfigNotes, AnOverrideThatIsInForceIsNotTold)
{
    EXPECT_THAT(checked(ignoring_robots_until("2027-03-01")).notes, IsEmpty());
}

TEST(ConfigNotes, TheDaemonIsToldNone)
{
    const LoadOptions options{FileChecks::no};
    EXPECT_THAT(parse_config(minimal + ignoring_robots_until("2020-01-01"), "x.toml", options).notes,
                IsEmpty());
}

TEST(Contact, IsAWebOrAMailAddress)
{
    for (const auto* good :
         {"https://helpline.example/monitoring", "http://helpline.example/", "desk@helpline.example"})
        EXPECT_FALSE(contact_problem(good)) << good;
    for (const auto* bad :
         {"", "helpline", "ftp://helpline.example/", "desk@", "+49 30 1234", "mailto:desk@helpline.example"})
        EXPECT_TRUE(contact_problem(bad)) << bad;
}

} // namespace
} // namespace stillwatch::config
