#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"

namespace stillwatch::evidence {

// `clear` (less than 4 GiB) as one gzip member (RFC 1952) without name or time: equal bytes give equal
// members.
Bytes gzip_member(ByteView clear);

// Inflates the gzip member at the beginning of `rest` and moves `rest` behind it. Errors: corrupt, too_large
// (more than `max_bytes` clear).
Result<Bytes> gunzip_member(ByteView& rest, std::size_t max_bytes);

} // namespace stillwatch::evidence
