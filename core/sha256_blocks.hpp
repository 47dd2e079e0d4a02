#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

// SHA-256's compression (FIPS 180-4 section 6.2.2) with the processor's own instructions, where it has them:
// most of the crawler's time went into libsodium's portable code (250 MB/s against 1,800).
namespace stillwatch {

bool has_sha256_instructions() noexcept;

// Mixes `count` blocks of 64 bytes into `state`. Only where has_sha256_instructions().
void mix_sha256_blocks(std::array<std::uint32_t, 8>& state, const std::byte* blocks,
                       std::size_t count) noexcept;

} // namespace stillwatch
