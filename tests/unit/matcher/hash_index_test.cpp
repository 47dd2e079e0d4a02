#include "matcher/hash_index.hpp"

#include "matcher/hash_sieve.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <random>
#include <tuple>

namespace stillwatch::matcher {
namespace {

using Random = std::mt19937_64;
using Hashes = std::vector<StoredHash>;

Fingerprint any_fingerprint(Random& random)
{
    Fingerprint result;
    for (auto& word : result.words)
        word = random();
    return result;
}

void flip(Fingerprint& fingerprint, std::size_t bit)
{
    fingerprint.words[bit / 64] ^= std::uint64_t{1} << (bit % 64);
}

// With `bits` different bits turned.
Fingerprint turned(Fingerprint fingerprint, int bits, Random& random)
{
    std::array<std::uint8_t, 256> order;
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = static_cast<std::uint8_t>(i);
    for (std::size_t i = 0; i < static_cast<std::size_t>(bits); ++i) {
        std::swap(order[i], order[i + random() % (order.size() - i)]);
        flip(fingerprint, order[i]);
    }
    return fingerprint;
}

Hashes random_hashes(std::size_t count, Random& random)
{
    Hashes hashes;
    for (std::uint32_t owner = 0; owner < count; ++owner)
        hashes.push_back({any_fingerprint(random), owner});
    return hashes;
}

// Families of near copies, which share most words.
Hashes correlated_hashes(std::size_t count, Random& random)
{
    Hashes hashes;
    for (std::uint32_t owner = 0; owner < count; ++owner) {
        const auto base = owner % 40 == 0 ? any_fingerprint(random) : hashes[owner - owner % 40].fingerprint;
        hashes.push_back({turned(base, static_cast<int>(random() % 50), random), owner});
    }
    return hashes;
}

std::vector<HashHit> sorted(std::vector<HashHit> hits)
{
    std::ranges::sort(hits, {}, [](const HashHit& hit) { return std::tuple(hit.owner, hit.distance_bits); });
    return hits;
}

std::vector<HashHit> scanned(const Hashes& hashes, const Fingerprint& query, int radius)
{
    std::vector<HashHit> hits;
    for (const auto& hash : hashes)
        if (const int distance = hamming(hash.fingerprint, query); distance <= radius)
            hits.push_back({hash.owner, distance});
    return sorted(hits);
}

std::vector<HashHit> asked(const HashIndex& index, const Fingerprint& query, int radius)
{
    std::vector<HashHit> hits;
    index.within(query, radius, hits);
    return sorted(hits);
}

// Queries far and near, among them ones just inside and outside every radius.
void expect_like_a_scan(const HashIndex& index, const Hashes& hashes, Random& random, int queries = 70)
{
    ASSERT_EQ(index.size(), hashes.size());
    for (int i = 0; i < queries; ++i) {
        const int radius =
            queries < 32 ? HashIndex::max_radius_bits - i : i % (HashIndex::max_radius_bits + 1);
        auto query = any_fingerprint(random);
        if (!hashes.empty() && i % 8 != 0)
            query =
                turned(hashes[random() % hashes.size()].fingerprint, radius + (i % 7 == 1 ? 1 : 0), random);
        ASSERT_EQ(asked(index, query, radius), scanned(hashes, query, radius)) << "radius " << radius;
    }
}

// Remembers its blocks, fills them when they are given back, and can look into them.
class WatchedMemory : public std::pmr::memory_resource {
public:
    std::size_t bytes_held() const
    {
        std::size_t sum = 0;
        for (const auto& [block, bytes] : blocks_)
            sum += bytes;
        return sum;
    }
    bool holds(const Fingerprint& fingerprint) const
    {
        return std::ranges::any_of(blocks_, [&](const auto& block) {
            return memmem(block.first, block.second, &fingerprint, sizeof fingerprint) != nullptr;
        });
    }

private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override
    {
        void* block = std::pmr::new_delete_resource()->allocate(bytes, alignment);
        std::memset(block, 0xA5, bytes);
        blocks_.emplace(block, bytes);
        return block;
    }
    void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override
    {
        EXPECT_EQ(blocks_.at(block), bytes);
        blocks_.erase(block);
        std::memset(block, 0x5A, bytes);
        std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
    }
    bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

    std::map<void*, std::size_t> blocks_;
};

struct HashIndexes : testing::Test {
    Random random{20};
    WatchedMemory memory;

    ~HashIndexes() override { EXPECT_EQ(memory.bytes_held(), 0U); }
};

TEST_F(HashIndexes, AnswerLikeAScanAtEverySize)
{
    for (const std::size_t size : {0U, 1U, 2U, 17U, 511U, 512U, 513U, 1023U, 1024U, 10'000U}) {
        const auto some = random_hashes(size, random);
        expect_like_a_scan(HashIndex(memory, some), some, random);
        const auto similar = correlated_hashes(size, random);
        expect_like_a_scan(HashIndex(memory, similar), similar, random);
    }
}

// The differences that leave the fewest equal words: all as even as can be.
TEST_F(HashIndexes, FindEvenlySpreadDifferences)
{
    const auto hashes = random_hashes(2'000, random);
    const HashIndex index(memory, hashes);
    for (std::size_t spared = 0; spared < 16; ++spared)
        for (int radius = 1; radius <= HashIndex::max_radius_bits; ++radius) {
            const auto& stored = hashes[random() % hashes.size()];
            auto query = stored.fingerprint;
            for (int bit = 0; bit < radius; ++bit) {
                const auto number = static_cast<std::size_t>(bit);
                // Twice round the ring of words; the spared one comes last.
                flip(query, (spared + 1 + number) % 16 * 16 + (number / 16 * 7 + spared) % 16);
            }
            ASSERT_EQ(hamming(query, stored.fingerprint), radius);
            ASSERT_EQ(asked(index, query, radius), scanned(hashes, query, radius));
            ASSERT_TRUE(asked(index, query, radius - 1).empty());
        }
}

TEST_F(HashIndexes, FindTheInvertedByAnotherQuery)
{
    const auto hashes = random_hashes(1'000, random);
    const HashIndex index(memory, hashes);
    const auto query = turned(inverted(hashes[7].fingerprint), 31, random);
    EXPECT_TRUE(asked(index, query, 31).empty());
    EXPECT_EQ(asked(index, inverted(query), 31), (std::vector<HashHit>{{7, 31}}));
}

TEST_F(HashIndexes, AnswerLargerRadiiToo)
{
    const auto hashes = random_hashes(1'000, random);
    const HashIndex index(memory, hashes);
    for (const int radius : {32, 47, 110, 256})
        EXPECT_EQ(asked(index, hashes[3].fingerprint, radius),
                  scanned(hashes, hashes[3].fingerprint, radius));
}

TEST_F(HashIndexes, TellEachOfEqualFingerprintsOnce)
{
    Hashes equal(2'000, {any_fingerprint(random), 0});
    for (std::uint32_t owner = 0; owner < equal.size(); ++owner)
        equal[owner].owner = owner / 2;
    const HashIndex index(memory, equal);
    expect_like_a_scan(index, equal, random, 40);
    EXPECT_LT(index.bytes(), equal.size() * 160);
}

// Crowds of equal words make candidates of everything, none of which need be a hit.
TEST_F(HashIndexes, StayExactWhereFingerprintsShareWords)
{
    for (const std::size_t shared_words : {1U, 2U, 3U})
        for (const std::size_t share : {3U, 20U, 100U}) { // percent of all
            const auto base = any_fingerprint(random);
            auto hashes = random_hashes(3'000, random);
            for (std::size_t i = 0; i < hashes.size() * share / 100; ++i)
                std::copy_n(base.words.begin(), shared_words, hashes[i].fingerprint.words.begin());
            const HashIndex index(memory, hashes);
            expect_like_a_scan(index, hashes, random, 40);
            EXPECT_LT(index.bytes(), hashes.size() * 160);
        }
}

TEST_F(HashIndexes, GrowAndShrinkLikeAList)
{
    Hashes model;
    HashIndex index(memory);
    std::uint32_t next_owner = 0;
    for (int step = 0; step < 48; ++step) {
        if (step % 4 != 3) {
            auto added = correlated_hashes(step % 5 == 0 ? 900 : random() % 200, random);
            for (auto& hash : added)
                hash.owner = next_owner + hash.owner / 3;
            next_owner += 400;
            index = index.with(added);
            model.insert(model.end(), added.begin(), added.end());
        } else {
            std::vector<std::uint32_t> owners{next_owner + 1'000}; // one that is not there
            for (int i = 0; i < (step % 16 == 15 ? 3'000 : 20); ++i)
                owners.push_back(static_cast<std::uint32_t>(random() % next_owner));
            index = index.without(owners);
            std::ranges::sort(owners);
            std::erase_if(model, [&](const StoredHash& hash) {
                return std::ranges::binary_search(owners, hash.owner);
            });
        }
        expect_like_a_scan(index, model, random, 20);
    }
    EXPECT_GT(index.size(), 1'000U);
    EXPECT_LT(index.bytes(), index.size() * 200);
}

TEST_F(HashIndexes, EarlierValuesStayAsTheyWere)
{
    const auto first = random_hashes(2'000, random);
    const HashIndex before(memory, first);
    const auto after = before.with(first).without(std::vector<std::uint32_t>{5, 6, 7});
    expect_like_a_scan(before, first, random);
    EXPECT_EQ(after.size(), 2 * first.size() - 6);
    EXPECT_TRUE(asked(after, first[5].fingerprint, 10).empty());
}

TEST_F(HashIndexes, ShareWhatDidNotChange)
{
    const auto large = random_hashes(20'000, random);
    const HashIndex before(memory, large);
    const auto held = memory.bytes_held();
    auto one = random_hashes(1, random);
    one.front().owner = 30'000;
    const auto after = before.with(one);
    EXPECT_LT(memory.bytes_held() - held, 100U);
    const auto again = after.without(std::vector<std::uint32_t>{30'000});
    EXPECT_LT(memory.bytes_held() - held, 100U);
    EXPECT_EQ(again.bytes(), before.bytes());
}

TEST_F(HashIndexes, WhatIsTakenOutIsNoLongerInMemory)
{
    for (const std::size_t size : {100U, 1'000U, 5'000U}) {
        auto hashes = random_hashes(size, random);
        for (auto& hash : hashes)
            hash.owner /= 2;
        HashIndex index(memory, hashes);
        for (std::uint32_t more = 0; more < 10; ++more)
            index = index.with(Hashes{{any_fingerprint(random), 90'000 + more}});
        for (const std::uint32_t owner : {0U, 20U, 49U}) {
            const auto& gone = hashes[2 * owner].fingerprint;
            const auto& gone_too = hashes[2 * owner + 1].fingerprint;
            EXPECT_TRUE(memory.holds(gone) && memory.holds(gone_too));
            index = index.without(std::vector{owner});
            EXPECT_FALSE(memory.holds(gone) || memory.holds(gone_too));
        }
        EXPECT_TRUE(memory.holds(hashes[5].fingerprint));
        EXPECT_EQ(index.size(), size + 10 - 6);
        EXPECT_LE(index.bytes(), memory.bytes_held());
    }
}

TEST_F(HashIndexes, TakingAllOutLeavesNothing)
{
    const auto hashes = random_hashes(1'500, random);
    HashIndex index(memory, hashes);
    std::vector<std::uint32_t> owners;
    for (const auto& hash : hashes)
        owners.push_back(hash.owner);
    index = index.without(owners);
    EXPECT_EQ(index.size(), 0U);
    EXPECT_EQ(memory.bytes_held(), 0U);
}

// The ways for other processors than this one's best.
TEST(HashLoops, AllGiveTheSame)
{
    Random random{21};
    std::vector<std::uint16_t> sketches(5'000);
    std::vector<Fingerprint> fingerprints(300);
    std::vector<std::uint32_t> owners(fingerprints.size());
    std::ranges::generate(sketches, [&] { return static_cast<std::uint16_t>(random()); });
    const auto query = any_fingerprint(random);
    for (std::size_t i = 0; i < fingerprints.size(); ++i) {
        fingerprints[i] = turned(query, static_cast<int>(i / 5), random);
        owners[i] = static_cast<std::uint32_t>(i);
    }
    HashSieve probes{};
    for (std::uint32_t length = 0; length < 200; ++length) {
        const auto begin = static_cast<std::uint32_t>(random() % (sketches.size() - length + 1));
        probes.probes[probes.probe_count++] = {begin, begin + length, static_cast<std::uint16_t>(random()),
                                               static_cast<std::uint8_t>(length % 17), 3};
    }
    const auto run = [&](const HashLoops& loops) {
        std::vector<std::uint32_t> entries;
        for (auto sieve = probes; !sieve.done();) {
            sieve.candidate_count = 0;
            loops.sift(sieve, sketches.data());
            for (std::size_t i = 0; i < sieve.candidate_count; ++i)
                entries.push_back(sieve.candidates[i].entry);
        }
        std::vector<int> distances(owners.size());
        loops.measure(fingerprints.data(), owners, query, distances.data());
        std::vector<HashHit> hits;
        loops.scan(fingerprints, owners.data(), query, 31, hits);
        return std::tuple(entries, distances, hits);
    };
    ASSERT_FALSE(hash_loops().empty());
    const auto expected = run(hash_loops().back());
    EXPECT_EQ(std::get<2>(expected).size(), 160U);
    for (const auto& loops : hash_loops())
        EXPECT_EQ(run(loops), expected);
}

} // namespace
} // namespace stillwatch::matcher
