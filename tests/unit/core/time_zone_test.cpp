#include "core/time_zone.hpp"

#include <gtest/gtest.h>

namespace stillwatch {

namespace {

using namespace std::chrono_literals;

Timestamp at(std::string_view text)
{
    return parse_utc(text).value();
}

std::shared_ptr<const TimeZone> zone(std::string_view name)
{
    return TimeZone::load(name).value();
}

} // namespace

TEST(TimeZone, ClocksOfBerlinAreTwoHoursAheadInSummerAndOneInWinter)
{
    const auto berlin = zone("Europe/Berlin");
    EXPECT_EQ(berlin->offset_at(at("2026-07-01T12:00:00Z")), 2h);
    EXPECT_EQ(berlin->offset_at(at("2026-12-01T12:00:00Z")), 1h);
    EXPECT_EQ(berlin->offset_at(at("2026-03-29T00:59:59Z")), 1h);
    EXPECT_EQ(berlin->offset_at(at("2026-03-29T01:00:00Z")), 2h);
}

TEST(TimeZone, AfterTheLastTransitionItsRuleGoesOn)
{
    EXPECT_EQ(zone("Europe/Berlin")->offset_at(at("2090-07-01T12:00:00Z")), 2h);
    EXPECT_EQ(zone("America/New_York")->offset_at(at("2090-01-01T12:00:00Z")), -5h);
    EXPECT_EQ(zone("Australia/Sydney")->offset_at(at("2090-01-01T12:00:00Z")), 11h); // summer there
    EXPECT_EQ(zone("Asia/Kolkata")->offset_at(at("2090-01-01T12:00:00Z")), 5h + 30min);
}

TEST(TimeZone, TheNextMorningIsTheSameHourOnTheClocksThere)
{
    const auto berlin = zone("Europe/Berlin");
    EXPECT_EQ(berlin->next(at("2026-10-24T12:00:00Z"), 8 * 60), at("2026-10-25T07:00:00Z")); // put back at 3
    EXPECT_EQ(berlin->next(at("2026-10-23T12:00:00Z"), 8 * 60), at("2026-10-24T06:00:00Z"));
    EXPECT_EQ(berlin->next(at("2026-10-24T06:00:00Z"), 8 * 60), at("2026-10-25T07:00:00Z"));
}

TEST(TimeZone, ASkippedMinuteComesLaterAndADoubledOneCountsOnce)
{
    const auto berlin = zone("Europe/Berlin");
    EXPECT_EQ(berlin->next(at("2026-03-28T12:00:00Z"), 2 * 60 + 30), at("2026-03-29T01:30:00Z"));
    EXPECT_EQ(berlin->next(at("2026-10-24T12:00:00Z"), 2 * 60 + 30), at("2026-10-25T00:30:00Z"));
    EXPECT_EQ(berlin->next(at("2026-10-25T00:30:00Z"), 2 * 60 + 30), at("2026-10-26T01:30:00Z"));
}

TEST(TimeZone, TheNextMondayIsAMonday)
{
    EXPECT_EQ(TimeZone::utc()->next(at("2026-11-29T15:00:00Z"), 9 * 60, std::chrono::Monday),
              at("2026-11-30T09:00:00Z"));
    EXPECT_EQ(TimeZone::utc()->next(at("2026-11-30T09:00:00Z"), 9 * 60, std::chrono::Monday),
              at("2026-12-07T09:00:00Z"));
}

TEST(TimeZone, WhatIsNoZoneIsRefused)
{
    EXPECT_FALSE(TimeZone::load("Mars/Olympus").has_value());
    EXPECT_FALSE(TimeZone::load("../../etc/passwd").has_value());
    EXPECT_FALSE(TimeZone::load("").has_value());
    EXPECT_FALSE(TimeZone::parse(as_bytes("TZif")).has_value());
    std::string cut = "TZif2";
    cut.resize(44, '\xff');
    EXPECT_FALSE(TimeZone::parse(as_bytes(cut)).has_value());
}

} // namespace stillwatch
