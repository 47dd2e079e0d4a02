#pragma once

#include "core/bytes.hpp"

#include <cstddef>
#include <optional>

namespace stillwatch::packages {

// A zlib stream undone, as far as it is sound; nothing where it gives more than `most_bytes` or nothing at
// all.
std::optional<Bytes> inflated(ByteView packed, std::size_t most_bytes);

// Check sum of a PNG chunk.
std::uint32_t crc_32(ByteView bytes);

} // namespace stillwatch::packages
