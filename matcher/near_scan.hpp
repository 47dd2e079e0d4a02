#pragma once

#include "core/fingerprint.hpp"

#include <array>
#include <span>
#include <vector>

namespace stillwatch::matcher {

// One frame of a reference, as it is scanned: 40 bytes.
struct StoredFrame {
    Fingerprint fingerprint; // in the original orientation; the query brings all eight
    std::uint32_t owner = 0; // index of its reference
    std::int32_t quality_percent = 0;
};

// A stored frame close to the query.
struct NearHit {
    std::size_t index = 0;                    // into the stored ones
    int distance_bits = 0;                    // the smallest over turns and inversion
    Orientation turn = Orientation::original; // of the query that gave it
    bool inverted = false;
};

using Turns = std::array<Fingerprint, orientation_count>;

// Every stored frame within max_distance_bits (below 128) of one of the query's eight fingerprints or their
// complements: an inverted picture turns every bit, so its distance is 256 less the plain one. Looks at all.
std::vector<NearHit> near_frames(const Turns& query, std::span<const StoredFrame> stored,
                                 int max_distance_bits);

} // namespace stillwatch::matcher
