#include "crawler/frontier/url_frontier.hpp"
#include "store/case_database.hpp"
#include "store/guard_tombstones.hpp"
#include "tests/support/files.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;
using testing::ElementsAre;
using testing::IsEmpty;

struct Backup : testing::Test {
    // A case with so many references of 20 KB each.
    CaseId fill(const std::string& pseudonym, int references)
    {
        const auto id = cases.open_case(sample_case(pseudonym), actor()).value();
        for (int i = 0; i < references; ++i) {
            auto draft = sample_reference(id, "R-" + std::to_string(i));
            draft.sealed = to_bytes("canary of " + pseudonym + std::string(20'000, 'x'));
            EXPECT_TRUE(cases.add_reference(draft, actor()));
        }
        return id;
    }
    void finish(DatabaseCopy& copy)
    {
        for (int i = 0; i < 10'000; ++i)
            if (copy.step(16).value()) return;
        FAIL() << "the copy does not end";
    }
    TemporaryDirectory directory;
    std::filesystem::path target = directory / "copy.db";
    CaseDatabase cases{directory / "cases.db"};
};

TEST_F(Backup, OfAnOpenDatabaseIsWholeAndPrivate)
{
    fill("C-7F3K", 20);
    auto copy = cases.begin_copy(target).value();
    finish(copy);
    struct stat status {};
    ASSERT_EQ(::stat(target.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    const CaseDatabase other(target);
    EXPECT_EQ(other.integrity(), "ok");
    EXPECT_EQ(other.references().size(), 20U);
    EXPECT_EQ(other.first_broken_audit_line(), std::nullopt);
}

TEST_F(Backup, HoldsWhatIsChangedWhileItIsMade)
{
    fill("C-7F3K", 20);
    auto copy = cases.begin_copy(target).value();
    ASSERT_FALSE(copy.step(16).value());
    fill("C-22AA", 5);
    finish(copy);
    const CaseDatabase other(target);
    EXPECT_EQ(other.integrity(), "ok");
    EXPECT_TRUE(other.find_case("C-22AA"));
    EXPECT_EQ(other.references().size(), 25U);
}

TEST_F(Backup, HoldsNoByteOfACaseThatIsWithdrawnWhileItIsMade)
{
    const auto gone = fill("C-7F3K", 40);
    fill("C-22AA", 3);
    auto copy = cases.begin_copy(target).value();
    ASSERT_FALSE(copy.step(100).value());
    ASSERT_TRUE(cases.withdraw(gone, actor()));
    finish(copy);
    EXPECT_FALSE(contains(read_file(target), as_bytes("canary of C-7F3K")));
    const CaseDatabase other(target);
    EXPECT_EQ(other.integrity(), "ok");
    EXPECT_EQ(other.references().size(), 3U);
}

TEST_F(Backup, ThatIsGivenUpLeavesNoFile)
{
    fill("C-7F3K", 20);
    {
        auto copy = cases.begin_copy(target).value();
        ASSERT_FALSE(copy.step(1).value());
    }
    EXPECT_FALSE(std::filesystem::exists(target));
    fill("C-22AA", 1); // and the database goes on
}

TEST_F(Backup, NeverReplacesAFile)
{
    write_file(target, as_bytes("something"));
    const auto copy = cases.begin_copy(target);
    ASSERT_FALSE(copy);
    EXPECT_EQ(copy.error().code, Errc::exists);
    EXPECT_EQ(read_file(target), to_bytes("something"));
}

TEST_F(Backup, OfTheFrontierTellsItsNewestGeneration)
{
    crawler::UrlFrontier frontier(frontier_in_file(directory / "frontier.db"));
    EXPECT_EQ(frontier.newest_generation(), 0);
    Verdict verdict;
    verdict.content = Sha256::of(as_bytes("picture"));
    verdict.generation = 7;
    ASSERT_TRUE(frontier.set_verdict(verdict));
    EXPECT_EQ(frontier.newest_generation(), 7);
    auto copy = frontier.begin_copy(target).value();
    finish(copy);
    EXPECT_EQ(frontier_in_file(target)->newest_generation(), 7);
}

// A store made from a copy, as restoring does, beside the one that went on.
struct Restored : Backup {
    CaseDatabase restored()
    {
        auto copy = cases.begin_copy(target).value();
        finish(copy);
        return CaseDatabase(target);
    }
};

TEST_F(Restored, CasesWithdrawnSinceAreWithdrawnInIt)
{
    const auto gone = fill("C-7F3K", 2);
    fill("C-22AA", 2);
    auto old = restored();
    ASSERT_TRUE(cases.withdraw(gone, actor()));
    const auto buried = old.bury(cases.tombstones(), actor()).value();
    EXPECT_THAT(buried.cases, ElementsAre("C-7F3K"));
    EXPECT_EQ(old.find_case("C-7F3K")->state, CaseState::withdrawn);
    EXPECT_EQ(old.references().size(), 2U);
    EXPECT_FALSE(contains(read_file(target), as_bytes("canary of C-7F3K")));
}

TEST_F(Restored, ReferencesRemovedSinceAreRemovedInIt)
{
    const auto id = fill("C-7F3K", 2);
    auto old = restored();
    ASSERT_TRUE(cases.remove_reference(cases.references_of(id).front().id, actor()));
    EXPECT_EQ(old.bury(cases.tombstones(), actor()).value().references, 1U);
    EXPECT_EQ(old.references().size(), 1U);
}

TEST_F(Restored, HostsStoppedSinceStayStopped)
{
    auto old = restored();
    ASSERT_TRUE(cases.stop_host({"board.example", at(0), "anna", "they asked"}, actor()));
    EXPECT_EQ(old.bury(cases.tombstones(), actor()).value().hosts, 1U);
    ASSERT_EQ(old.stopped_hosts().size(), 1U);
    EXPECT_EQ(old.stopped_hosts().front().reason, "they asked");
}

TEST_F(Restored, WhatMayShowAPersonUnder18StaysErasedInIt)
{
    const auto id = fill("C-7F3K", 1);
    const auto reference = cases.references_of(id).front().id;
    const auto record = [&](const std::string& page, const std::string& image) {
        return cases.record_finding(sample_finding(id, reference, page, image), {}, actor()).value().id;
    };
    const auto erased = record("https://board.example/t/1", "https://img.board.example/canary.jpg");
    const auto beside = record("https://board.example/t/1", "https://img.board.example/b.jpg");
    auto old = restored();
    ASSERT_TRUE(cases.erase_finding(erased, "may_be_under_18", {}, actor()));
    const auto again = guard_again(old, all_guard_hits(cases), actor()).value();
    EXPECT_EQ(again.hits, 2U); // the picture, and the page
    EXPECT_THAT(again.findings, ElementsAre(erased));
    EXPECT_FALSE(old.standing(erased));
    EXPECT_TRUE(old.standing(beside)); // another picture on that page
    EXPECT_EQ(old.count_guard_hits(), 1);
    EXPECT_EQ(old.integrity(), "ok");
    EXPECT_EQ(old.first_broken_audit_line(), std::nullopt);
    // Once more changes nothing.
    EXPECT_THAT(guard_again(old, all_guard_hits(cases), actor()).value().findings, IsEmpty());
}

TEST_F(Restored, CasesOpenInBothStayOpen)
{
    fill("C-7F3K", 2);
    auto old = restored();
    EXPECT_THAT(old.bury(cases.tombstones(), actor()).value().cases, IsEmpty());
    EXPECT_EQ(old.references().size(), 2U);
}

TEST_F(Restored, VerdictsOfTheStoreItReplacesAreStaleForIt)
{
    fill("C-7F3K", 2);
    auto old = restored();
    fill("C-22AA", 8);
    const auto raised = old.raise_generation_above(cases.generation(), actor()).value();
    EXPECT_GT(raised, cases.generation());
    EXPECT_EQ(old.generation(), raised);
    // A reference that is added now gets a number that no verdict has.
    ASSERT_TRUE(old.add_reference(sample_reference(old.find_case("C-7F3K")->id, "R-new"), actor()));
    EXPECT_GT(old.references().back().generation, raised);
}

} // namespace
} // namespace stillwatch::store
