#pragma once

#include "core/bytes.hpp"

#include <array>

namespace stillwatch {

// 16 bytes that stand for a longer text. With a secret key nobody outside can make two texts that collide.
using Key128 = std::array<std::byte, 16>;

// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein 2012, and their reference code).
Key128 keyed_hash(const Key128& key, ByteView data) noexcept;

// A new secret key from the operating system's random source.
Key128 random_key();

} // namespace stillwatch
