#include "cases/hash_import.hpp"

#include "cases/case_book.hpp"
#include "cases/references.hpp"
#include "tests/support/sample_features.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <memory_resource>

namespace stillwatch::cases {
namespace {

using test::actor;
using test::at;

ListedRecord record(HashKind kind, char digit, bool is_withdrawn = false)
{
    const std::string hex(2 * bytes_of(kind), digit);
    return {ListedHash::from_hex(kind, hex).value(), is_withdrawn, 1};
}

class HashImportTest : public testing::Test {
protected:
    Case open()
    {
        auto consent = test::sample_consent();
        consent.given_at = at(0);
        consent.expires_at = at(86'400);
        return book.open(consent, ApprovalRule::one_person, actor(0)).value();
    }
    ImportOutcome import(const Case& c, const std::vector<ListedRecord>& records, std::int64_t seconds = 10)
    {
        const auto outcome = import_hashes(database, c, "list", records, as_bytes("key"), actor(seconds));
        EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().detail);
        return outcome ? *outcome : ImportOutcome{};
    }
    std::vector<std::shared_ptr<const matcher::StoredReference>> opened()
    {
        const auto plan = plan_references(database, ConsentTime(at(20), database.time_seen()), {});
        auto result = open_references(plan, installation, memory);
        EXPECT_TRUE(result.refused.empty());
        return std::move(result.references);
    }

    test::TemporaryDirectory directory;
    std::pmr::unsynchronized_pool_resource memory;
    vault::KeyPair installation = vault::make_key_pair();
    store::CaseDatabase database{directory / "cases.db"};
    CaseBook book{database, installation.public_key};
};

TEST_F(HashImportTest, EachHashBecomesAReferenceThatOpensWithTheCasesKey)
{
    const auto c = open();
    const auto outcome = import(c, {record(HashKind::pdq, '5'), record(HashKind::md5, 'a')});
    EXPECT_EQ(outcome.added, 2);
    EXPECT_EQ(outcome.names.size(), 2u);
    const auto references = opened();
    ASSERT_EQ(references.size(), 2u);
    ASSERT_TRUE(references[0]->is_hash_only());
    EXPECT_EQ(references[0]->listed.front(), record(HashKind::pdq, '5').hash);
    const auto rows = database.reference_rows(c.id, ReferenceId{}, 10);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].reference.hash_kind, "pdq");
    EXPECT_EQ(rows[0].reference.list, "list");
    EXPECT_EQ(database.hash_only_references(c.id), 2);
    EXPECT_EQ(database.hash_lists(c.id).front().references, 2);
}

TEST_F(HashImportTest, TheSameAgainChangesNothing)
{
    const auto c = open();
    const std::vector<ListedRecord> records{record(HashKind::pdq, '5'), record(HashKind::md5, 'a')};
    (void)import(c, records);
    const auto state = database.references_state();
    const auto lines = database.audit_leaves().size();
    const auto again = import(c, records);
    EXPECT_EQ(again.added, 0);
    EXPECT_EQ(again.known, 2);
    EXPECT_EQ(database.references_state(), state);
    EXPECT_EQ(database.audit_leaves().size(), lines);
}

TEST_F(HashImportTest, WhatIsWithdrawnIsErasedAlsoWithoutConsent)
{
    const auto c = open();
    (void)import(c, {record(HashKind::pdq, '5'), record(HashKind::md5, 'a')});
    const auto outcome = import(c, {record(HashKind::pdq, '5', true)}, 200'000);
    EXPECT_EQ(outcome.erased, 1);
    EXPECT_TRUE(outcome.names.empty());
    EXPECT_EQ(database.hash_only_references(c.id), 1);
    EXPECT_EQ(opened().size(), 1u);
    const auto refused = import_hashes(database, c, "list", std::vector{record(HashKind::sha1, 'b')},
                                       as_bytes("key"), actor(200'000));
    EXPECT_FALSE(refused);
    // Withdrawn once, it may come back: who keeps the list says so.
    EXPECT_EQ(import(c, {record(HashKind::pdq, '5')}).added, 1);
}

TEST_F(HashImportTest, NamesTellNothingWithoutTheKeyAndDifferByCase)
{
    const auto hash = record(HashKind::md5, 'a').hash;
    const auto name = reference_name(as_bytes("key"), "C-7F3K", "list", hash);
    EXPECT_EQ(name, reference_name(as_bytes("key"), "C-7F3K", "list", hash));
    EXPECT_NE(name, reference_name(as_bytes("other"), "C-7F3K", "list", hash));
    EXPECT_NE(name, reference_name(as_bytes("key"), "C-7F3L", "list", hash));
    EXPECT_TRUE(name.starts_with("list."));
}

TEST_F(HashImportTest, AListNeedsAPlainName)
{
    const auto c = open();
    for (const auto& name : {std::string(), std::string("two words"), std::string(41, 'a')})
        EXPECT_FALSE(import_hashes(database, c, name, std::vector{record(HashKind::md5, 'a')},
                                   as_bytes("key"), actor(10)));
}

} // namespace
} // namespace stillwatch::cases
