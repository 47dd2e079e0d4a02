#include "faces/plan.hpp"
#include "faces/thresholds.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace stillwatch::faces {
namespace {

ThresholdTable table()
{
    return ThresholdTable({{1, 1, {{1e-4, 0.40}, {1e-6, 0.50}}},
                           {5, 1, {{1e-4, 0.45}, {1e-6, 0.55}}},
                           {1, 3, {{1e-4, 0.48}, {1e-6, 0.60}}}});
}

TEST(Thresholds, BetweenTwoPointsTheLogarithmOfTheRateCounts)
{
    EXPECT_NEAR(table().similarity(1, 1, 1e-5), 0.45, 1e-9);
    EXPECT_NEAR(table().similarity(1, 1, 1e-7), 0.55, 1e-9);
    EXPECT_NEAR(table().similarity(1, 1, 1e-2), 0.40, 1e-9) << "nobody measured there";
    EXPECT_DOUBLE_EQ(table().similarity(1, 1, 1e-30), 1.0);
}

TEST(Thresholds, MoreReferencesOrFacesAreNeverJudgedByALooserRow)
{
    EXPECT_NEAR(table().similarity(3, 1, 1e-4), 0.45, 1e-9) << "the next row above";
    EXPECT_NEAR(table().similarity(12, 1, 1e-4), 0.45, 1e-9) << "the last row";
    EXPECT_NEAR(table().similarity(5, 2, 1e-4), 0.48, 1e-9) << "the stricter of the two counts";
}

TEST(Thresholds, RowsThatCannotBeAreRefused)
{
    using Rows = std::vector<ThresholdRow>;
    EXPECT_THROW(ThresholdTable(Rows{{1, 1, {{1e-4, 0.4}}}}), std::invalid_argument);
    EXPECT_THROW(ThresholdTable(Rows{{1, 1, {{1e-6, 0.4}, {1e-4, 0.5}}}}), std::invalid_argument);
    EXPECT_THROW(ThresholdTable(Rows{{1, 1, {{1e-4, 0.5}, {1e-6, 0.4}}}}), std::invalid_argument);
    EXPECT_THROW(ThresholdTable(Rows{{5, 1, {{1e-4, 0.4}, {1e-6, 0.5}}}}), std::invalid_argument);
}

TEST(FacePlan, LeadsKeepTheBudgetWhateverPeopleAndFacesThereAre)
{
    for (const double faces : {1e4, 1e6, 1e8})
        for (const std::size_t people : {std::size_t{1}, std::size_t{100}, std::size_t{10'000}}) {
            Budget budget;
            budget.faces_a_week = faces;
            const auto rates = rates_for(budget, people);
            EXPECT_LE(false_leads_a_week(budget, people, rates.lead), budget.false_leads_a_week * 1.000001);
            EXPECT_LE(rates.lead, 1e-6);
            EXPECT_LT(rates.strong, rates.lead);
            EXPECT_GT(rates.weak, rates.lead);
        }
}

TEST(FacePlan, BandsFollowTheThresholds)
{
    const BandThresholds thresholds{0.4, 0.5, 0.6};
    EXPECT_FALSE(thresholds.band_of(0.39));
    EXPECT_EQ(thresholds.band_of(0.4), Band::weak);
    EXPECT_EQ(thresholds.band_of(0.55), Band::lead);
    EXPECT_EQ(thresholds.band_of(0.6), Band::strong);
}

} // namespace
} // namespace stillwatch::faces
