#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace stillwatch::evidence {

// How hard to press: what is compressed already (a photograph) gains nothing and costs a fifth of a second
// for two megabytes.
enum class Effort : std::uint8_t { store, press };

// `clear` (less than 4 GiB) as one gzip member (RFC 1952) without name or time: equal bytes and efforts give
// equal members.
Bytes gzip_member(ByteView clear, Effort effort = Effort::press);

// What `parts` are together as one such member of Effort::store, appended to `file`: each byte is copied
// once.
void append_stored_member(Bytes& file, std::span<const ByteView> parts);
// How long that member is.
std::size_t stored_member_size(std::size_t clear) noexcept;

// The checksum of gzip members and ZIP archives (CRC-32, ISO 3309).
std::uint32_t crc32_of(ByteView bytes);

// Inflates the gzip member at the beginning of `rest` and moves `rest` behind it. Errors: corrupt, too_large
// (more than `max_bytes` clear).
Result<Bytes> gunzip_member(ByteView& rest, std::size_t max_bytes);

} // namespace stillwatch::evidence
