#pragma once

#include "core/bytes.hpp"

#include <cstdint>

namespace stillwatch {

// What stands inside a chunked body (RFC 9112 section 7.1).
struct Unchunked {
    enum class End : std::uint8_t {
        complete, // the last chunk came
        early,    // the body ends before it
        broken,   // something that is no chunk stands where one should
    };
    Bytes payload{}; // up to there
    End end = End::complete;

    friend bool operator==(const Unchunked&, const Unchunked&) = default;
};

// Takes the chunk lines out, as forgiving as libcurl 7.88 (lib/http_chunks.c), by which the transfer ended:
// up to 16 hexadecimal digits, then anything up to a line feed, with or without a carriage return; trailers
// are dropped.
Unchunked unchunk(ByteView body);

} // namespace stillwatch
