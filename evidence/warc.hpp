#pragma once

#include "core/fetch.hpp"

#include <span>
#include <string>

namespace stillwatch::evidence {

// First record of a file: who made it and how (WARC 1.1, section "warcinfo").
struct WarcInfo {
    std::string filename;
    std::string software;
    std::string organisation;
    std::string user_agent;
    std::string robots;
    Timestamp created_at{};
};

// One request with its answer. `via` is the address that led here, empty at the start.
struct WarcExchange {
    const Fetched* fetched = nullptr;
    std::string via{};
};

// A WARC 1.1 file (ISO 28500:2017), one gzip member a record: warcinfo, then for each exchange request,
// response (the bytes as received after TLS), the certificate chain as resource, and metadata. HTTP/2 heads
// stand in HTTP/1.1 syntax with WARC-Protocol h2; values of Cookie and Authorization that we sent are
// replaced. Record ids derive from the content: equal input gives equal bytes. docs/formats/evidence.md lists
// the fields.
Bytes write_warc(const WarcInfo& info, std::span<const WarcExchange> exchanges);

// "sha256:" and base32, as WARC digests are written here.
std::string warc_digest(ByteView bytes);

} // namespace stillwatch::evidence
