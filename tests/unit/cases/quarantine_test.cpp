#include "cases/quarantine.hpp"

#include <gtest/gtest.h>

namespace stillwatch::cases {
namespace {

TEST(Quarantine, BeginsAboveTheBoundOfAnHourOrADay)
{
    EXPECT_FALSE(why_quarantine({most_findings_an_hour, most_findings_a_day}));
    EXPECT_TRUE(why_quarantine({most_findings_an_hour + 1, most_findings_an_hour + 1}));
    EXPECT_TRUE(why_quarantine({1, most_findings_a_day + 1}));
}

TEST(Quarantine, APictureThatAPersonConfirmedMaySpreadFaster)
{
    EXPECT_FALSE(why_quarantine({5 * most_findings_an_hour, 5 * most_findings_an_hour, true}));
    EXPECT_TRUE(why_quarantine({5 * most_findings_an_hour + 1, 5 * most_findings_an_hour + 1, true}));
    EXPECT_TRUE(why_quarantine({0, 5 * most_findings_a_day + 1, true}));
}

} // namespace
} // namespace stillwatch::cases
