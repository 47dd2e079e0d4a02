#include "store/case_database.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;

struct InForce : testing::Test {
    ReferenceId add(const std::string& name)
    {
        return database.add_reference(sample_reference(id, name), actor()).value();
    }
    std::int64_t put(const std::vector<ReferenceId>& references, std::size_t missing = 0)
    {
        return database.put_in_force(references, missing, actor()).value();
    }

    TemporaryDirectory directory;
    CaseDatabase database{directory / "cases.db"};
    CaseId id = database.open_case(sample_case(), actor()).value();
};

TEST_F(InForce, AReferenceThatIsLoadedWithItsOwnGenerationNeedsNoOther)
{
    const auto one = add("R-01");
    EXPECT_EQ(put({one}), 1);
    const auto two = add("R-02");
    EXPECT_EQ(put({one, two}), 2);
    EXPECT_EQ(put({one, two}), 2);
    EXPECT_EQ(database.compared_with_all(id), 2);
}

TEST_F(InForce, OneThatCouldNotBeOpenedMakesOlderVerdictsStaleWhenItComesBack)
{
    const auto one = add("R-01");
    const auto two = add("R-02");
    EXPECT_EQ(put({one}, 1), 2);
    EXPECT_EQ(database.compared_with_all(id), CaseDatabase::never);
    EXPECT_EQ(database.compared_with_all(), CaseDatabase::never);
    EXPECT_EQ(put({one, two}), 3);
    EXPECT_EQ(database.compared_with_all(id), 3);
    EXPECT_EQ(database.compared_with_all(), 3);
}

TEST_F(InForce, OneThatLeavesAndComesBackMakesThemStaleToo)
{
    const auto one = add("R-01");
    EXPECT_EQ(put({one}), 1);
    EXPECT_EQ(put({}), 1);
    EXPECT_EQ(database.compared_with_all(id), CaseDatabase::never);
    EXPECT_EQ(put({one}), 2);
}

TEST_F(InForce, OneThatIsNotLoadedYetIsNotCompared)
{
    (void)add("R-01");
    EXPECT_EQ(database.compared_with_all(id), CaseDatabase::never);
}

TEST_F(InForce, ACaseWithoutReferencesIsComparedWithNothing)
{
    EXPECT_EQ(database.compared_with_all(id), 0);
}

TEST_F(InForce, RaisingTheGenerationRaisesWhatCountsAsComparedWithEachCase)
{
    const auto one = add("R-01");
    (void)put({one});
    EXPECT_EQ(database.raise_generation(actor()).value(), 2);
    EXPECT_EQ(database.compared_with_all(id), 2);
    EXPECT_EQ(database.raise_generation(actor(), 40).value(), 41);
    EXPECT_EQ(database.compared_with_all(id), 41);
}

TEST_F(InForce, ATierMoreRaisesItToo)
{
    const auto one = add("R-01");
    ASSERT_TRUE(database.compare_tiers({Tier::exact}, actor()));
    (void)put({one});
    ASSERT_TRUE(database.compare_tiers({Tier::exact, Tier::near}, actor()));
    EXPECT_EQ(database.compared_with_all(id), database.generation());
}

TEST_F(InForce, TheStateTellsOneSetOfReferencesFromAnother)
{
    std::set<std::int64_t> states{database.references_state()};
    const auto one = add("R-01");
    states.insert(database.references_state());
    (void)put({one});
    states.insert(database.references_state());
    (void)put({one});
    EXPECT_TRUE(states.contains(database.references_state())) << "nothing changed";
    ASSERT_TRUE(database.remove_reference(one, actor()));
    states.insert(database.references_state());
    (void)add("R-02");
    states.insert(database.references_state());
    ASSERT_TRUE(database.withdraw(id, actor()));
    states.insert(database.references_state());
    EXPECT_EQ(states.size(), 6U);
}

TEST_F(InForce, TheTimeSeenNeverFalls)
{
    ASSERT_TRUE(database.note_time(at(100)));
    ASSERT_TRUE(database.note_time(at(50)));
    EXPECT_EQ(database.time_seen(), at(100));
}

TEST_F(InForce, RowsComeInPagesWithoutWhatIsSealed)
{
    std::vector<ReferenceId> added;
    for (int i = 0; i < 5; ++i)
        added.push_back(add("R-" + std::to_string(i)));
    ASSERT_TRUE(database.remove_reference(added[1], actor()));
    (void)put({added[3]});
    const auto first = database.reference_rows(id, {}, 2);
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[1].reference.id, added[2]);
    const auto rest = database.reference_rows(id, first[1].reference.id, 100);
    ASSERT_EQ(rest.size(), 2U);
    EXPECT_EQ(rest[0].reference.name, "R-3");
    EXPECT_EQ(rest[0].reference.quality_percent, 93);
    EXPECT_TRUE(rest[0].in_force);
    EXPECT_FALSE(rest[1].in_force);
    EXPECT_TRUE(rest[0].reference.sealed.empty());
}

} // namespace
} // namespace stillwatch::store
