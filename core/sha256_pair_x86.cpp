#include "core/sha256_steps.hpp"

#include <cpuid.h>
#include <immintrin.h>

// Two SHA-256 side by side with the SHA instructions of x86 (Intel, "Intel SHA Extensions", 2013: how the
// state lies in two registers, and the order of the message's instructions). FIPS 180-4 names the constants.
namespace stillwatch {

namespace {

alignas(16) constexpr std::array<std::uint32_t, 64> constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr int lanes = 2;
constexpr int quarters = 16; // of four rounds each

} // namespace

bool sha256_pairs_are_quick() noexcept
{
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    constexpr unsigned sha_bit = 1U << 29U; // CPUID leaf 7, EBX
    const bool has_sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & sha_bit) != 0;
    return has_sha && __builtin_cpu_supports("sse4.1") != 0 && __builtin_cpu_supports("ssse3") != 0;
}

__attribute__((target("sha,sse4.1"))) void take_sha256_blocks(std::array<std::uint32_t, 8>& one,
                                                              const std::byte* of_one,
                                                              std::array<std::uint32_t, 8>& other,
                                                              const std::byte* of_other,
                                                              std::size_t blocks) noexcept
{
    const auto as_wide = [](auto* place) { return reinterpret_cast<const __m128i*>(place); };
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const std::byte* text[lanes] = {of_one, of_other};
    std::uint32_t* const state[lanes] = {one.data(), other.data()};
    __m128i abef[lanes];
    __m128i cdgh[lanes];
    for (int lane = 0; lane < lanes; ++lane) {
        const auto cdab = _mm_shuffle_epi32(_mm_load_si128(as_wide(state[lane])), 0xB1);
        const auto efgh = _mm_shuffle_epi32(_mm_load_si128(as_wide(state[lane] + 4)), 0x1B);
        abef[lane] = _mm_alignr_epi8(cdab, efgh, 8);
        cdgh[lane] = _mm_blend_epi16(efgh, cdab, 0xF0);
    }
    for (; blocks > 0; --blocks) {
        __m128i abef_before[lanes];
        __m128i cdgh_before[lanes];
        __m128i message[lanes][4];
        for (int lane = 0; lane < lanes; ++lane) {
            abef_before[lane] = abef[lane];
            cdgh_before[lane] = cdgh[lane];
        }
#pragma GCC unroll 16
        for (int i = 0; i < quarters; ++i) {
#pragma GCC unroll 2
            for (int lane = 0; lane < lanes; ++lane) {
                auto* words = message[lane];
                auto& now = words[i & 3];
                auto& next = words[(i + 1) & 3];
                auto& last = words[(i + 3) & 3];
                if (i < 4) now = _mm_shuffle_epi8(_mm_loadu_si128(as_wide(text[lane] + 16 * i)), big_endian);
                const auto sum = _mm_add_epi32(now, _mm_load_si128(as_wide(constants.data() + 4 * i)));
                cdgh[lane] = _mm_sha256rnds2_epu32(cdgh[lane], abef[lane], sum);
                if (i >= 3 && i < quarters - 1)
                    next = _mm_sha256msg2_epu32(_mm_add_epi32(next, _mm_alignr_epi8(now, last, 4)), now);
                abef[lane] = _mm_sha256rnds2_epu32(abef[lane], cdgh[lane], _mm_shuffle_epi32(sum, 0x0E));
                if (i >= 1 && i < quarters - 3) last = _mm_sha256msg1_epu32(last, now);
            }
        }
        for (int lane = 0; lane < lanes; ++lane) {
            abef[lane] = _mm_add_epi32(abef[lane], abef_before[lane]);
            cdgh[lane] = _mm_add_epi32(cdgh[lane], cdgh_before[lane]);
            text[lane] += 64;
        }
    }
    for (int lane = 0; lane < lanes; ++lane) {
        const auto feba = _mm_shuffle_epi32(abef[lane], 0x1B);
        const auto dchg = _mm_shuffle_epi32(cdgh[lane], 0xB1);
        auto* place = reinterpret_cast<__m128i*>(state[lane]);
        _mm_store_si128(place, _mm_blend_epi16(feba, dchg, 0xF0));
        _mm_store_si128(place + 1, _mm_alignr_epi8(dchg, feba, 8));
    }
}

} // namespace stillwatch
