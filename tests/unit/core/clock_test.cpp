#include "core/clock.hpp"

#include <gtest/gtest.h>

namespace stillwatch {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp sample{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 2h + 17min + 5s + 40ms};

TEST(Clock, UtcIsWrittenWithMilliseconds)
{
    EXPECT_EQ(format_utc(sample), "2026-11-23T02:17:05.040Z");
    EXPECT_EQ(format_utc(Timestamp{-1ms}), "1969-12-31T23:59:59.999Z");
}

TEST(Clock, UtcIsReadWithAndWithoutFractionAndAsADate)
{
    EXPECT_EQ(parse_utc("2026-11-23T02:17:05.040Z"), sample);
    EXPECT_EQ(parse_utc("2026-11-23T02:17:05.04Z"), sample);
    EXPECT_EQ(parse_utc("2026-11-23T02:17:05Z"), sample - 40ms);
    EXPECT_EQ(parse_utc("2026-11-23"), sample - 2h - 17min - 5s - 40ms);
}

TEST(Clock, UtcRefusesOtherZonesAndImpossibleDays)
{
    for (const auto* text : {"", "2026-11-23T02:17:05", "2026-11-23T02:17:05+01:00", "2026-02-30",
                             "2026-13-01", "2026-11-23T24:00:00Z", "2026-11-23 x", "23 Nov 2026"})
        EXPECT_EQ(parse_utc(text), std::nullopt) << text;
}

TEST(Clock, HttpDatesAreReadInTheThreeForms)
{
    EXPECT_EQ(format_http_date(sample), "Mon, 23 Nov 2026 02:17:05 GMT");
    for (const auto* text :
         {"Mon, 23 Nov 2026 02:17:05 GMT", "Monday, 23-Nov-26 02:17:05 GMT", "Mon Nov 23 02:17:05 2026"})
        EXPECT_EQ(parse_http_date(text), sample - 40ms) << text;
    EXPECT_EQ(parse_http_date("120"), std::nullopt);
    EXPECT_EQ(parse_http_date("Mon, 31 Feb 2026 02:17:05 GMT"), std::nullopt);
}

TEST(Clock, DurationsHaveAUnit)
{
    EXPECT_EQ(parse_duration("90ms"), 90ms);
    EXPECT_EQ(parse_duration("2s"), 2000ms);
    EXPECT_EQ(parse_duration("7d"), 168h);
    for (const auto* text :
         {"", "2", "s", "-1s", "1.5s", "2 s", "2S", "9223372036854775807d", "99999999999999999999s"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Clock, DurationsAreWrittenInTheShortestExactForm)
{
    EXPECT_EQ(format_duration(0ms), "0s");
    EXPECT_EQ(format_duration(90s), "90s");
    EXPECT_EQ(format_duration(120s), "2m");
    EXPECT_EQ(format_duration(48h), "2d");
    EXPECT_EQ(format_duration(1500ms), "1500ms");
}

} // namespace
} // namespace stillwatch
