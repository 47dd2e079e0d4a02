#include "matcher/near_scan.hpp"

#include <algorithm>

namespace stillwatch::matcher {

namespace {

using Hits = std::vector<NearHit>;

[[gnu::always_inline]] inline void scan(const Turns& query, std::span<const StoredFrame> stored,
                                        int max_distance_bits, Hits& hits)
{
    for (std::size_t index = 0; index < stored.size(); ++index) {
        NearHit best{index, max_distance_bits + 1};
        for (std::size_t turn = 0; turn < orientation_count; ++turn) {
            const int plain = hamming(query[turn], stored[index].fingerprint);
            const int distance = std::min(plain, 256 - plain);
            if (distance < best.distance_bits)
                best = {index, distance, static_cast<Orientation>(turn), plain > 128};
        }
        if (best.distance_bits <= max_distance_bits) hits.push_back(best);
    }
}

#if defined(__x86_64__)

// Plain x86-64 counts bits by table; every processor since 2008 has an instruction for it (six times faster).
[[gnu::target("popcnt")]] void scan_with_popcnt(const Turns& query, std::span<const StoredFrame> stored,
                                                int max_distance_bits, Hits& hits)
{
    scan(query, stored, max_distance_bits, hits);
}

#endif

} // namespace

Hits near_frames(const Turns& query, std::span<const StoredFrame> stored, int max_distance_bits)
{
    Hits hits;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("popcnt")) {
        scan_with_popcnt(query, stored, max_distance_bits, hits);
        return hits;
    }
#endif
    scan(query, stored, max_distance_bits, hits);
    return hits;
}

} // namespace stillwatch::matcher
