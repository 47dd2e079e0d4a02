#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

namespace stillwatch::sandbox {

// Content-Encoding says no more than "as it stands": empty, identity, or a list that holds a name no decoder
// here knows (browsers then take the body as it stands, so a made-up name must not hide a picture from us).
bool leaves_content_alone(std::string_view content_encoding);

// The list in canonical names, "gzip, br"; empty where it leaves the content alone. However long a header is,
// this is not: of more layers than decode_content() undoes one more is named, so that it refuses them.
std::string canonical_encodings(std::string_view content_encoding);

// Whether the first bytes are those of a gzip file (RFC 1952 section 2.3.1).
bool is_gzip(ByteView content) noexcept;

struct DecodedContent {
    Bytes bytes;
    bool truncated = false; // the stream ended, or broke, before its end; bytes holds what came until then
};

// Undoes a Content-Encoding header (RFC 9110 section 8.4): gzip (also x-gzip, with several members), deflate
// (zlib or bare), br, zstd; at most three of them one on another. Bytes after a complete stream are ignored.
// Memory and time are bounded by max_bytes per layer, 8 MB of zstd window (RFC 9659) and 16 MB of brotli
// window. Errors: too_large (a layer gives more than max_bytes), undecodable (a stream that
// is broken from its first byte, more than three layers): browsers show what comes before a stream breaks.
Result<DecodedContent> decode_content(ByteView content, std::string_view content_encoding,
                                      std::size_t max_bytes);

} // namespace stillwatch::sandbox
