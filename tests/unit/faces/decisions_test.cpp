#include "faces/decisions.hpp"

#include <gmock/gmock.h>

namespace stillwatch::faces {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

const Sha256 model = Sha256::of(as_bytes("models"));

// Marks of different numbers are far apart.
Fingerprint mark_of(std::uint64_t number)
{
    const auto digest = Sha256::of(as_bytes("face " + std::to_string(number)));
    Fingerprint mark;
    std::memcpy(mark.words.data(), digest.bytes.data(), digest.bytes.size());
    return mark;
}

DecidedLead lead(std::uint64_t face, int hundredths, Decided decided, std::int64_t of_case = 1)
{
    return {CaseId{of_case}, mark_of(face), {model, hundredths, 1, 1}, decided};
}

TEST(FaceDecisions, OneFaceThatWasPostedOftenWasJudgedOnce)
{
    std::vector<DecidedLead> leads;
    for (int i = 0; i < 50; ++i)
        leads.push_back(lead(7, 60 + i % 3, Decided::another_person));
    leads.push_back(lead(8, 61, Decided::another_person));
    leads.push_back(lead(7, 61, Decided::another_person, 2)); // of another case: judged for itself
    leads.push_back(lead(7, 61, Decided::open));
    const auto tallies = tallies_of(leads);
    EXPECT_THAT(tallies, ElementsAre(LeadTally{1, 1, 61, 0, 2, 1}, LeadTally{1, 1, 62, 0, 1, 0}));
}

TEST(FaceDecisions, FewDecisionsGiveAWideInterval)
{
    EXPECT_EQ(share_of(0, 0).low, 0);
    EXPECT_EQ(share_of(0, 0).high, 1);
    const auto three_of_four = share_of(3, 4);
    EXPECT_NEAR(three_of_four.low, 0.301, 0.001); // Wilson's, as tables give it
    EXPECT_NEAR(three_of_four.high, 0.954, 0.001);
    EXPECT_GT(share_of(300, 400).low, 0.70);
}

// The exact bounds are quantiles of the gamma distribution: 0.0513, 5.425, 84.14.
TEST(FaceDecisions, HowManyAreExpectedAtLeastWhereSoManyWereSeen)
{
    EXPECT_EQ(least_expected(0), 0);
    EXPECT_NEAR(least_expected(1), 0.0513, 0.02);
    EXPECT_NEAR(least_expected(10), 5.425, 0.03);
    EXPECT_NEAR(least_expected(100), 84.14, 0.05);
}

class Tighter : public ::testing::Test {
protected:
    const ThresholdTable table{{{1, 1, {{1e-4, 0.4}, {1e-6, 0.6}}}}};
    const Budget budget{5, 100'000, 10}; // of one person: leads from 1e-6, so from .6
    static std::vector<LeadTally> false_leads(std::size_t at_60, std::size_t at_66)
    {
        return {{1, 1, 60, 0, at_60, 0}, {1, 1, 66, 0, at_66, 0}};
    }
};

TEST_F(Tighter, FewFalseLeadsChangeNothing)
{
    const auto few = tightening_for(table, budget, 1, false_leads(9, 0), 1);
    EXPECT_EQ(few.factor, 1);
    EXPECT_EQ(few.false_leads, 9U);
    // More, but over so long a time that the budget may well be kept.
    EXPECT_EQ(tightening_for(table, budget, 1, false_leads(30, 10), 7).factor, 1);
    // What nobody decided and what is right count as right.
    const std::vector<LeadTally> open{{1, 1, 60, 100, 0, 100}};
    EXPECT_EQ(tightening_for(table, budget, 1, open, 1).factor, 1);
}

TEST_F(Tighter, ManyFalseLeadsRaiseTheThresholdAsFarAsTheyContradictTheBudgetAndNoFurther)
{
    const auto many = tightening_for(table, budget, 1, false_leads(40, 4), 1);
    EXPECT_EQ(many.false_leads, 44U);
    EXPECT_GT(many.least_a_week, 30);
    EXPECT_LE(many.left_a_week, budget.false_leads_a_week);
    const auto stricter = tightened(table, many.factor);
    EXPECT_GT(stricter.similarity(1, 1, 1e-6), 0.61);
    EXPECT_LT(stricter.similarity(1, 1, 1e-6), 0.66);
    // The same decisions again: they are answered.
    EXPECT_EQ(tightening_for(stricter, budget, 1, false_leads(40, 4), 1).factor, 1);
}

TEST_F(Tighter, NothingRaisesItWithoutBound)
{
    const std::vector<LeadTally> absurd{{1, 1, 100, 0, 5'000, 0}};
    const auto most = tightening_for(table, budget, 1, absurd, 1);
    EXPECT_TRUE(most.is_at_bound);
    EXPECT_NEAR(most.factor, most_at_once, 1e-6);
}

TEST_F(Tighter, ATableIsOnlyEverStricter)
{
    for (const double factor : {0.01, 1.0, 3.0, 100.0}) {
        const auto changed = tightened(table, factor);
        for (const double rate : {1e-4, 1e-5, 1e-6, 1e-7})
            EXPECT_GE(changed.similarity(1, 1, rate) + 1e-9, table.similarity(1, 1, rate))
                << factor << ", " << rate;
    }
    // Rates that come to one and above are dropped, or held below it.
    const ThresholdTable coarse({{1, 1, {{1e-2, 0.3}, {1e-3, 0.4}, {1e-4, 0.5}}}});
    EXPECT_THAT(tightened(coarse, 100).rows().front().points, SizeIs(2));
    EXPECT_NEAR(tightened(coarse, 100).similarity(1, 1, 1e-2), 0.5, 1e-9);
    EXPECT_GE(tightened(ThresholdTable({{1, 1, {{0.5, 0.3}, {0.4, 0.4}}}}), 100).similarity(1, 1, 0.1), 0.4);
}

} // namespace
} // namespace stillwatch::faces
