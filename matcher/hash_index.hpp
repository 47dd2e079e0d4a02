#pragma once

#include "core/fingerprint.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <vector>

namespace stillwatch::matcher {

// A fingerprint to be found, and whose it is: a number the caller gives, the same for all of one picture.
struct StoredHash {
    Fingerprint fingerprint;
    std::uint32_t owner = 0;

    friend bool operator==(const StoredHash&, const StoredHash&) = default;
};

// A stored fingerprint close to the query: one hit each, so an owner may come several times.
struct HashHit {
    std::uint32_t owner = 0;
    int distance_bits = 0;

    friend bool operator==(const HashHit&, const HashHit&) = default;
};

// Every stored fingerprint within a radius of a query, exactly: what a flat scan would answer, in about the
// time that scan takes for ten thousand (measured with a million stored: bench/hash_index_bench.cpp). An
// immutable value that shares its parts with the values it was made from: copies are cheap, any number of
// threads may ask, and a change is a new value beside the old one.
//
// Everything about fingerprints lives in memory of the resource given, which must outlive every value and be
// usable from each thread that makes or drops one. Once the last value holding a fingerprint is gone, so is
// its memory; wiping it is the resource's part.
class HashIndex {
public:
    // Up to here tables answer; larger radii are exact too, but everything is scanned for them.
    static constexpr int max_radius_bits = 31;

    explicit HashIndex(std::pmr::memory_resource& memory, std::span<const StoredHash> hashes = {});

    // This and `hashes`. Now and then merges parts: up to about the time of indexing a million.
    [[nodiscard]] HashIndex with(std::span<const StoredHash> hashes) const;
    // This without everything of `owners`. Makes the parts that hold any anew, up to a million each.
    [[nodiscard]] HashIndex without(std::span<const std::uint32_t> owners) const;

    // Appends what is at most max_distance_bits from the query, in no order. An inverted picture is another
    // query: inverted(query).
    void within(const Fingerprint& query, int max_distance_bits, std::vector<HashHit>& out) const;

    std::size_t size() const noexcept;
    std::size_t bytes() const noexcept; // taken from the resource, shared parts included

private:
    class Segment;
    using Segments = std::vector<std::shared_ptr<const Segment>>;
    using Fresh = std::vector<std::shared_ptr<Segment>>; // seen by nobody else yet

    HashIndex(std::pmr::memory_resource& memory, Segments segments);
    Segments arranged(Segments kept, Fresh fresh) const;

    std::pmr::memory_resource* memory_;
    Segments segments_;
};

} // namespace stillwatch::matcher
