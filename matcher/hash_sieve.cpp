#include "matcher/hash_sieve.hpp"

#include <algorithm>
#include <bit>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace stillwatch::matcher {

namespace {

using Hits = std::vector<HashHit>;
using Places = std::span<const std::uint32_t>;
using Fingerprints = std::span<const Fingerprint>;

[[gnu::always_inline]] inline void sift_entries(HashSieve& sieve, const std::uint16_t* sketches)
{
    for (; !sieve.done(); ++sieve.probe) {
        auto& probe = sieve.probes[sieve.probe];
        while (probe.begin < probe.end) {
            if (sieve.full()) return;
            const auto end = std::min(probe.end, probe.begin + HashSieve::step);
            for (auto entry = probe.begin; entry < end; ++entry) {
                const auto difference = static_cast<std::uint32_t>(sketches[entry] ^ probe.sketch);
                sieve.candidates[sieve.candidate_count] = {entry, probe.table};
                sieve.candidate_count += std::popcount(difference) <= probe.max_bits ? 1 : 0; // no branch
            }
            probe.begin = end;
        }
    }
}

[[gnu::always_inline]] inline void measure_places(const Fingerprint* fingerprints, Places places,
                                                  const Fingerprint& query, int* distances)
{
    for (std::size_t i = 0; i < places.size(); ++i)
        distances[i] = hamming(fingerprints[places[i]], query);
}

[[gnu::always_inline]] inline void scan_all(Fingerprints fingerprints, const std::uint32_t* owners,
                                            const Fingerprint& query, int radius, Hits& out)
{
    for (std::size_t place = 0; place < fingerprints.size(); ++place) {
        const int distance = hamming(fingerprints[place], query);
        if (distance <= radius) out.push_back({owners[place], distance});
    }
}

void sift_plain(HashSieve& sieve, const std::uint16_t* sketches)
{
    sift_entries(sieve, sketches);
}

void measure_plain(const Fingerprint* fingerprints, Places places, const Fingerprint& query, int* distances)
{
    measure_places(fingerprints, places, query, distances);
}

void scan_plain(Fingerprints fingerprints, const std::uint32_t* owners, const Fingerprint& query, int radius,
                Hits& out)
{
    scan_all(fingerprints, owners, query, radius, out);
}

constexpr HashLoops plain{sift_plain, measure_plain, scan_plain};

#if defined(__x86_64__)

// Plain x86-64 counts bits by table; every processor since 2008 has an instruction for it.
[[gnu::target("popcnt")]] void sift_popcnt(HashSieve& sieve, const std::uint16_t* sketches)
{
    sift_entries(sieve, sketches);
}

[[gnu::target("popcnt")]] void measure_popcnt(const Fingerprint* fingerprints, Places places,
                                              const Fingerprint& query, int* distances)
{
    measure_places(fingerprints, places, query, distances);
}

[[gnu::target("popcnt")]] void scan_popcnt(Fingerprints fingerprints, const std::uint32_t* owners,
                                           const Fingerprint& query, int radius, Hits& out)
{
    scan_all(fingerprints, owners, query, radius, out);
}

// A bucket in one go. From Ice Lake (2019) and Zen 4 on.
[[gnu::target("avx512f,avx512bw,avx512bitalg")]] void sift_avx512(HashSieve& sieve,
                                                                  const std::uint16_t* sketches)
{
    for (; !sieve.done(); ++sieve.probe) {
        auto& probe = sieve.probes[sieve.probe];
        const auto sketch = _mm512_set1_epi16(static_cast<short>(probe.sketch));
        const auto max_bits = _mm512_set1_epi16(probe.max_bits);
        while (probe.begin < probe.end) {
            if (sieve.full()) return;
            const auto count = std::min(HashSieve::step, probe.end - probe.begin);
            const __mmask32 host_queues = ~0U >> (HashSieve::step - count);
            const auto entries = _mm512_maskz_loadu_epi16(host_queues, sketches + probe.begin);
            const auto bits = _mm512_popcnt_epi16(_mm512_xor_si512(entries, sketch));
            auto passed = _mm512_mask_cmple_epu16_mask(host_queues, bits, max_bits);
            for (; passed != 0; passed &= passed - 1) {
                const auto host_queue = static_cast<std::uint32_t>(std::countr_zero(passed));
                sieve.candidates[sieve.candidate_count++] = {probe.begin + host_queue, probe.table};
            }
            probe.begin += count;
        }
    }
}

constexpr HashLoops all_loops[]{
    {sift_avx512, measure_popcnt, scan_popcnt}, {sift_popcnt, measure_popcnt, scan_popcnt}, plain};

#else

constexpr HashLoops all_loops[]{plain};

#endif

} // namespace

std::span<const HashLoops> hash_loops() noexcept
{
    const std::span<const HashLoops> loops(all_loops);
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("popcnt")) return loops.subspan(2);
    if (!__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512bitalg"))
        return loops.subspan(1);
#endif
    return loops;
}

} // namespace stillwatch::matcher
