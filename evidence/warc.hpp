#pragma once

#include "core/captured_record.hpp"
#include "core/digest.hpp"
#include "core/fetch.hpp"
#include "evidence/cdxj.hpp"

#include <optional>
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

// One request with its answer. `via` is the address that led here, empty at the start. `same`: its payload is
// that of the record named, so the answer becomes a record of type "revisit" and is written without it.
struct WarcExchange {
    const Fetched* fetched = nullptr;
    std::string via{};
    const CapturedRecord* same = nullptr;
};

// The record of an answer.
struct WarcAnswer {
    std::string record;            // its id
    std::optional<Sha256> payload; // digest of Fetched::payload(); none where that is an error
};

// A WARC file, and where in it the records lie that an index names.
struct WarcFile {
    Bytes bytes;
    std::vector<CdxRecord> index;
    std::vector<WarcAnswer> answers; // in the order of the exchanges
};

// A WARC 1.1 file (ISO 28500:2017), one gzip member a record: warcinfo, then for each exchange request,
// response (the bytes as received after TLS), the certificate chain as resource, and metadata. HTTP/2 heads
// stand in HTTP/1.1 syntax with WARC-Protocol h2; values that are secrets are replaced in heads and named
// (evidence/redact.hpp). Record ids derive from the content: equal input gives equal bytes.
// docs/formats/evidence.md lists the fields.
WarcFile write_warc(const WarcInfo& info, std::span<const WarcExchange> exchanges);

// WARC 1.1, section 6.7.2.
constexpr std::string_view revisit_profile =
    "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";
constexpr std::string_view revisit_mime = "warc/revisit"; // as indexes call such records

// The field of a record that names the headers whose values were replaced in its block.
constexpr std::string_view redacted_field = "X-Stillwatch-Redacted";

// The id of a record: of its number in the file (from 1), its type and its other fields, line by line with
// CRLF.
std::string warc_record_id(std::size_t number, std::string_view type, std::string_view fields);

// "sha256:" and base32, as WARC digests are written here.
std::string warc_digest(ByteView bytes);

} // namespace stillwatch::evidence
