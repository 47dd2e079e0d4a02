#pragma once

#include "core/bytes.hpp"
#include "core/playlist.hpp"
#include "core/result.hpp"

#include <array>
#include <cstddef>

namespace stillwatch::videos {

inline constexpr std::size_t key_bytes = 16;

// What stands in for the initialisation vector of a segment: its key's, or its media sequence number as 128
// bits, the highest byte first (RFC 8216 section 5.2).
std::array<std::byte, key_bytes> vector_of(const SegmentKey& key, const Segment& segment) noexcept;

// A segment under METHOD=AES-128 in clear: AES-128 in CBC mode, its padding (PKCS #7) taken off. Errors:
// malformed (no whole number of blocks, or a padding that is none: another key).
Result<Bytes> decrypted(ByteView segment, const std::array<std::byte, key_bytes>& key,
                        const std::array<std::byte, key_bytes>& vector);

} // namespace stillwatch::videos
