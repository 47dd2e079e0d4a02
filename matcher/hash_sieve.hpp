#pragma once

#include "matcher/hash_index.hpp"

#include <array>

// What HashIndex does most often, in the way that suits the processor.
namespace stillwatch::matcher {

// A bucket to look into: entries begin..end - 1, whose sketches may differ from this one by max_bits.
struct HashProbe {
    std::uint32_t begin;
    std::uint32_t end;
    std::uint16_t sketch;
    std::uint8_t max_bits;
    std::uint8_t table;
};

// An entry that passed, to be compared as a whole.
struct HashCandidate {
    std::uint32_t entry;
    std::uint32_t table;
};

// The probes of a query, and the candidates found: collected before any is looked at, so that their memory is
// on the way meanwhile.
struct HashSieve {
    static constexpr std::size_t max_probes = 16 * 17;
    static constexpr std::size_t room = 256;
    static constexpr std::uint32_t step = 32; // entries tested at once

    std::array<HashProbe, max_probes> probes;
    std::size_t probe_count = 0;
    std::size_t probe = 0; // the next one to look into
    std::array<HashCandidate, room> candidates;
    std::size_t candidate_count = 0;

    bool done() const noexcept { return probe == probe_count; }
    bool full() const noexcept { return candidate_count + step > room; }
};

struct HashLoops {
    // Collects candidates until all probes are done or the sieve is full.
    void (*sift)(HashSieve& sieve, const std::uint16_t* sketches);
    // Distances of the fingerprints at `places` from the query.
    void (*measure)(const Fingerprint* fingerprints, std::span<const std::uint32_t> places,
                    const Fingerprint& query, int* distances);
    // Appends every fingerprint within the radius; as many owners.
    void (*scan)(std::span<const Fingerprint> fingerprints, const std::uint32_t* owners,
                 const Fingerprint& query, int radius, std::vector<HashHit>& out);
};

// All that this processor can run, the best first; the last runs anywhere.
std::span<const HashLoops> hash_loops() noexcept;

} // namespace stillwatch::matcher
