#include "followup/route.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace stillwatch::followup {
namespace {

using namespace std::chrono_literals;

Timestamp at(std::string_view text)
{
    return parse_utc(text).value();
}

TEST(Route, EachHasItsNameItsElementsAndAWarning)
{
    for (std::size_t i = 0; i < routes; ++i) {
        const auto route = static_cast<Route>(i);
        EXPECT_EQ(route_from_name(name_of(route)), route);
        const auto& rule = rule_of(route);
        EXPECT_EQ(rule.route, route);
        EXPECT_GE(rule.elements.size(), 4U) << name_of(route);
        EXPECT_FALSE(rule.privacy.empty());
        std::set<std::string_view> names;
        for (const auto& element : rule.elements) {
            EXPECT_TRUE(names.insert(element.name).second) << element.name;
            EXPECT_FALSE(element.source.empty());
            EXPECT_TRUE(parse_utc(element.as_of)) << element.as_of;
        }
    }
    EXPECT_EQ(route_from_name("carrier-pigeon"), std::nullopt);
}

TEST(Route, TheTwoLawsWithFortyEightHoursEndAfterFortyEightHours)
{
    const auto sent = at("2026-11-30T10:00:00Z");
    EXPECT_EQ(deadline_of(Route::take_it_down, sent, 7 * 24h), sent + 48h);
    EXPECT_EQ(deadline_of(Route::osa, sent, {}), sent + 48h);
}

TEST(Route, AMonthIsOneOfTheCalendar)
{
    EXPECT_EQ(deadline_of(Route::gdpr17, at("2026-11-30T10:00:00Z"), {}), at("2026-12-30T10:00:00Z"));
    EXPECT_EQ(deadline_of(Route::gdpr17, at("2027-01-31T10:00:00Z"), {}), at("2027-02-28T10:00:00Z"));
    EXPECT_EQ(deadline_of(Route::gdpr17, at("2028-01-31T10:00:00Z"), {}), at("2028-02-29T10:00:00Z"));
    EXPECT_EQ(deadline_of(Route::gdpr17, at("2026-12-15T10:00:00Z"), {}), at("2027-01-15T10:00:00Z"));
}

TEST(Route, WithoutALawTheCustomaryTimeCountsWhereThereIsOne)
{
    const auto sent = at("2026-11-30T10:00:00Z");
    EXPECT_EQ(deadline_of(Route::host, sent, 7 * 24h), sent + 7 * 24h);
    EXPECT_EQ(deadline_of(Route::host, sent, {}), std::nullopt);
}

TEST(Route, TheDocumentIsMadeOfTheTable)
{
    std::ifstream file(STILLWATCH_SOURCE_DIR "/docs/notices.md");
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), elements_document()) << "stillwatch notice elements > docs/notices.md";
}

} // namespace
} // namespace stillwatch::followup
