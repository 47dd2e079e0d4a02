#pragma once

#include "core/fetch.hpp"
#include "evidence/cdxj.hpp"

#include <span>
#include <string>
#include <vector>

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

// A WARC file, and where in it the records lie that an index names.
struct WarcFile {
    Bytes bytes;
    std::vector<CdxRecord> index;
};

// A WARC 1.1 file (ISO 28500:2017), one gzip member a record: warcinfo, then for each exchange request,
// response (the bytes as received after TLS), the certificate chain as resource, and metadata. HTTP/2 heads
// stand in HTTP/1.1 syntax with WARC-Protocol h2; values that are secrets are replaced in heads and named
// (evidence/redact.hpp). Record ids derive from the content: equal input gives equal bytes.
// docs/formats/evidence.md lists the fields.
WarcFile write_warc(const WarcInfo& info, std::span<const WarcExchange> exchanges);

// The field of a record that names the headers whose values were replaced in its block.
constexpr std::string_view redacted_field = "X-Stillwatch-Redacted";

// The id of a record: of its number in the file (from 1), its type and its other fields, line by line with
// CRLF.
std::string warc_record_id(std::size_t number, std::string_view type, std::string_view fields);

// "sha256:" and base32, as WARC digests are written here.
std::string warc_digest(ByteView bytes);

} // namespace stillwatch::evidence
