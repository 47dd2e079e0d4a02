#include "matcher/hash_index.hpp"

#include "matcher/hash_sieve.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <numeric>

// How it finds. A fingerprint is a ring of 16 words of 16 bits; say a stored one differs from the query by
// d[0..15] bits in them, r or fewer together. Then from some word t on, going round, every run of l words
// differs by at most l * r / 16 bits (start behind the place where the sum of d[i] - r/16 is highest: from
// there on it never rises above that). So for some t
//     d[t] <= r / 16   and   d[t] + d[t + 1] <= 2 * r / 16,
// for r = 31: at most 1 and at most 3 bits, which of unrelated fingerprints one pair in 100 000 fulfils a
// word. There is a table for each t: buckets by (the upper bits of) word t, a query looks into its own bucket
// and those one bit away. An entry carries word t + 1, so that the second condition is tested without
// touching the fingerprint: the 15 entries of a bucket are 30 bytes next to each other.
namespace stillwatch::matcher {

namespace {

constexpr std::size_t word_count = 16;
constexpr int word_bits = 16;

// Smaller segments have no tables: scanning takes as long (measured: crossover near 500).
constexpr std::size_t min_indexed = 512;
// Larger ones would be faster to ask and slower to make anew when a picture is taken out.
constexpr std::size_t max_segment = 1U << 20U;
// A segment is merged when what it merges with has at least one part in so many of its size.
constexpr std::size_t merge_factor = 8;

inline std::uint16_t word(const Fingerprint& fingerprint, std::size_t index) noexcept
{
    return static_cast<std::uint16_t>(fingerprint.words[index / 4] >> (16 * (index % 4)));
}

// Bits by which runs of `words` words may differ.
inline int allowed(int words, int radius) noexcept
{
    return words * radius / static_cast<int>(word_count);
}

using Hits = std::vector<HashHit>;

} // namespace

// Some of the fingerprints, with tables when they are many: the 16 tables one after the other, each with
// 2^key_bits buckets.
class HashIndex::Segment {
public:
    Segment(std::size_t capacity, std::pmr::memory_resource& memory)
        : fingerprints_(&memory), owners_(&memory), buckets_(&memory), sketches_(&memory), places_(&memory)
    {
        // At once, so that no outgrown copy is left behind.
        fingerprints_.reserve(capacity);
        owners_.reserve(capacity);
    }

    void add(const StoredHash& hash)
    {
        fingerprints_.push_back(hash.fingerprint);
        owners_.push_back(hash.owner);
    }
    void build_tables();
    void within(const Fingerprint& query, int radius, Hits& out) const;

    std::size_t size() const noexcept { return fingerprints_.size(); }
    bool has_tables() const noexcept { return !buckets_.empty(); }
    StoredHash at(std::size_t place) const noexcept { return {fingerprints_[place], owners_[place]}; }
    std::span<const std::uint32_t> owners() const noexcept { return owners_; }
    std::size_t bytes() const noexcept
    {
        return fingerprints_.capacity() * sizeof(Fingerprint) + sketches_.capacity() * sizeof(std::uint16_t) +
               (owners_.capacity() + buckets_.capacity() + places_.capacity()) * sizeof(std::uint32_t);
    }

private:
    std::size_t key(const Fingerprint& fingerprint, std::size_t table) const noexcept
    {
        return word(fingerprint, table) >> (word_bits - key_bits_);
    }
    bool passes(const Fingerprint& difference, std::size_t table, int radius) const noexcept;
    std::size_t plan(HashSieve& sieve, const Fingerprint& query, int radius) const noexcept;
    void scan(const Fingerprint& query, int radius, Hits& out) const
    {
        hash_loops().front().scan(fingerprints_, owners_.data(), query, radius, out);
    }
    void compare(const HashSieve& sieve, const Fingerprint& query, int radius, Hits& out) const;

    std::pmr::vector<Fingerprint> fingerprints_;
    std::pmr::vector<std::uint32_t> owners_;
    int key_bits_ = 0;
    std::pmr::vector<std::uint32_t> buckets_;  // where each begins, and the end of the last
    std::pmr::vector<std::uint16_t> sketches_; // of each entry: the word after the table's
    std::pmr::vector<std::uint32_t> places_;   // of each entry: of the fingerprint
};

void HashIndex::Segment::build_tables()
{
    if (size() < min_indexed) return;
    // About 16 entries a bucket: a cache line of sketches, and buckets_ stays small beside the entries.
    key_bits_ = std::min(word_bits, static_cast<int>(std::bit_width(size() / 16)));
    const auto bucket_count = std::size_t{1} << key_bits_;
    buckets_.resize(word_count * bucket_count + 1);
    sketches_.resize(word_count * size());
    places_.resize(word_count * size());
    // One word of all fingerprints, and the next one: going over the fingerprints is what takes time.
    std::pmr::vector<std::uint16_t> words(size(), buckets_.get_allocator());
    std::pmr::vector<std::uint16_t> next_words(words, buckets_.get_allocator());
    const auto take = [&](std::size_t index) {
        for (std::size_t place = 0; place < size(); ++place)
            next_words[place] = word(fingerprints_[place], index);
    };
    take(0);
    for (std::size_t table = 0; table < word_count; ++table) {
        words.swap(next_words);
        take((table + 1) % word_count);
        auto* const buckets = buckets_.data() + table * bucket_count;
        const int shift = word_bits - key_bits_;
        for (const auto value : words)
            ++buckets[value >> shift];
        auto end = static_cast<std::uint32_t>(table * size());
        for (std::size_t bucket = 0; bucket < bucket_count; ++bucket)
            buckets[bucket] = end += buckets[bucket];
        // Filled from behind: when all are in, each number is where its bucket begins.
        for (std::size_t place = size(); place-- > 0;) {
            const auto entry = --buckets[words[place] >> shift];
            sketches_[entry] = next_words[place];
            places_[entry] = static_cast<std::uint32_t>(place);
        }
    }
    buckets_.back() = static_cast<std::uint32_t>(places_.size());
}

// Whether a fingerprint that differs so is among the candidates of a table.
bool HashIndex::Segment::passes(const Fingerprint& difference, std::size_t table, int radius) const noexcept
{
    const int bits = std::popcount(key(difference, table));
    const auto next = static_cast<unsigned>(word(difference, (table + 1) % word_count));
    return bits <= allowed(1, radius) && bits + std::popcount(next) <= allowed(2, radius);
}

// Lists the buckets to look into and sets their memory on the way. Gives the number of entries in them.
std::size_t HashIndex::Segment::plan(HashSieve& sieve, const Fingerprint& query, int radius) const noexcept
{
    std::size_t entries = 0;
    for (std::size_t table = 0; table < word_count; ++table) {
        const auto* const buckets = buckets_.data() + (table << key_bits_);
        const auto next_word = word(query, (table + 1) % word_count);
        const auto look = [&](std::size_t bucket, int key_distance) {
            const auto begin = buckets[bucket];
            const auto end = buckets[bucket + 1];
            __builtin_prefetch(sketches_.data() + begin);
            __builtin_prefetch(sketches_.data() + (end > begin ? end - 1 : begin)); // may be the next line
            entries += end - begin;
            sieve.probes[sieve.probe_count++] = {begin, end, next_word,
                                                 static_cast<std::uint8_t>(allowed(2, radius) - key_distance),
                                                 static_cast<std::uint8_t>(table)};
        };
        const auto own = key(query, table);
        look(own, 0);
        for (int bit = 0; bit < key_bits_ && allowed(1, radius) > 0; ++bit)
            look(own ^ (std::size_t{1} << bit), 1);
    }
    return entries;
}

void HashIndex::Segment::compare(const HashSieve& sieve, const Fingerprint& query, int radius,
                                 Hits& out) const
{
    std::array<std::uint32_t, HashSieve::room> places;
    std::array<int, HashSieve::room> distances;
    for (std::size_t i = 0; i < sieve.candidate_count; ++i) {
        places[i] = places_[sieve.candidates[i].entry];
        __builtin_prefetch(&fingerprints_[places[i]]);
    }
    hash_loops().front().measure(fingerprints_.data(), std::span(places).first(sieve.candidate_count), query,
                                 distances.data());
    for (std::size_t i = 0; i < sieve.candidate_count; ++i) {
        if (distances[i] > radius) continue;
        Fingerprint difference;
        for (std::size_t w = 0; w < difference.words.size(); ++w)
            difference.words[w] = fingerprints_[places[i]].words[w] ^ query.words[w];
        // Told once: by the first table that has it as a candidate.
        bool told = false;
        for (std::size_t table = 0; table < sieve.candidates[i].table && !told; ++table)
            told = passes(difference, table, radius);
        if (!told) out.push_back({owners_[places[i]], distances[i]});
    }
}

void HashIndex::Segment::within(const Fingerprint& query, int radius, Hits& out) const
{
    if (!has_tables() || radius > max_radius_bits) return scan(query, radius, out);
    HashSieve sieve;
    // Where fingerprints crowd, one scan costs less than going through them table by table.
    if (plan(sieve, query, radius) > 2 * size()) return scan(query, radius, out);
    const auto hits_before = out.size();
    for (std::size_t compared = 0; !sieve.done(); compared += sieve.candidate_count) {
        if (compared > size() / 4) {
            out.resize(hits_before);
            return scan(query, radius, out);
        }
        sieve.candidate_count = 0;
        hash_loops().front().sift(sieve, sketches_.data());
        compare(sieve, query, radius, out);
    }
}

HashIndex::HashIndex(std::pmr::memory_resource& memory, std::span<const StoredHash> hashes) : memory_(&memory)
{
    *this = with(hashes);
}

HashIndex::HashIndex(std::pmr::memory_resource& memory, Segments segments)
    : memory_(&memory), segments_(std::move(segments))
{
}

HashIndex HashIndex::with(std::span<const StoredHash> hashes) const
{
    Fresh fresh;
    while (!hashes.empty()) {
        const auto part = hashes.first(std::min(hashes.size(), max_segment));
        hashes = hashes.subspan(part.size());
        auto& segment = *fresh.emplace_back(std::make_shared<Segment>(part.size(), *memory_));
        for (const auto& hash : part)
            segment.add(hash);
    }
    return {*memory_, arranged(segments_, std::move(fresh))};
}

HashIndex HashIndex::without(std::span<const std::uint32_t> owners) const
{
    std::vector<std::uint32_t> sorted(owners.begin(), owners.end());
    std::ranges::sort(sorted);
    const auto goes = [&](std::uint32_t owner) { return std::ranges::binary_search(sorted, owner); };

    Segments kept;
    Fresh fresh;
    for (const auto& segment : segments_) {
        const auto gone = static_cast<std::size_t>(std::ranges::count_if(segment->owners(), goes));
        if (gone == 0) {
            kept.push_back(segment);
            continue;
        }
        auto& rest = *fresh.emplace_back(std::make_shared<Segment>(segment->size() - gone, *memory_));
        for (std::size_t place = 0; place < segment->size(); ++place)
            if (const auto hash = segment->at(place); !goes(hash.owner)) rest.add(hash);
    }
    return {*memory_, arranged(std::move(kept), std::move(fresh))};
}

// `kept` and `fresh`, which have no tables yet, small ones merged: the sizes then fall geometrically, and one
// without tables at the end takes what is added until it is large enough for them.
HashIndex::Segments HashIndex::arranged(Segments kept, Fresh fresh) const
{
    for (auto& segment : fresh) {
        if (segment->size() == 0) continue;
        std::ranges::sort(kept, std::ranges::greater{}, [](const auto& one) { return one->size(); });
        auto total = segment->size();
        Segments small;
        while (!kept.empty()) {
            const auto size = kept.back()->size();
            const bool worth_it = size < min_indexed || (total >= min_indexed && size < merge_factor * total);
            if (!worth_it || total + size > max_segment) break;
            total += size;
            small.push_back(std::move(kept.back()));
            kept.pop_back();
        }
        if (!small.empty()) {
            small.push_back(std::move(segment));
            segment = std::make_shared<Segment>(total, *memory_);
            for (const auto& old : small)
                for (std::size_t place = 0; place < old->size(); ++place)
                    segment->add(old->at(place));
        }
        segment->build_tables();
        kept.push_back(std::move(segment));
    }
    return kept;
}

void HashIndex::within(const Fingerprint& query, int max_distance_bits, std::vector<HashHit>& out) const
{
    for (const auto& segment : segments_)
        segment->within(query, max_distance_bits, out);
}

std::size_t HashIndex::size() const noexcept
{
    return std::transform_reduce(segments_.begin(), segments_.end(), std::size_t{0}, std::plus{},
                                 [](const auto& segment) { return segment->size(); });
}

std::size_t HashIndex::bytes() const noexcept
{
    return std::transform_reduce(segments_.begin(), segments_.end(), std::size_t{0}, std::plus{},
                                 [](const auto& segment) { return segment->bytes(); });
}

} // namespace stillwatch::matcher
