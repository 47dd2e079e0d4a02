#pragma once

#include "core/fetch.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::evidence {

// What an index says of one record of a WARC file: what replays look it up by, and where it lies.
struct CdxRecord {
    std::string url;
    Timestamp date{};
    std::string mime{};   // without parameters; empty where the answer named none
    int status = 0;       // 0: no answer to a request
    std::string digest{}; // of the payload, base32; empty where the record has none
    std::uint64_t offset = 0;
    std::uint64_t length = 0; // of the gzip member

    friend bool operator==(const CdxRecord&, const CdxRecord&) = default;
};

// The media type that an answer names, without parameters and in ASCII, doubled headers joined as they mean
// it (RFC 9110, section 5.3); empty where it names none.
std::string mime_of(const std::vector<HeaderField>& headers);

// Of an answer; `payload_digest` as the record has it, "sha256:…" or empty. Where it lies is the caller's.
CdxRecord cdx_of_answer(const Fetched& fetched, std::string_view payload_digest);
// Of the certificates that the server of `fetched` showed.
CdxRecord cdx_of_certificates(const Fetched& fetched);

// The address of the record with the certificates of an answer: one of its own, so that no replay shows them
// in place of the page.
std::string certificates_address(std::string_view url);

// The sort key of an address (SURT): "https://www.img.board.example:8443/B.jpg?b&a" is
// "example,board,img:8443)/b.jpg?a&b". What is no web address is its own key.
std::string surt_of(std::string_view url);

// An index in the format CDXJ (WACZ 1.1.1, section "indexes"): a line a record, sorted by bytes; `filename`
// is that of the WARC file without its folder.
std::string render_cdxj(std::span<const CdxRecord> records, std::string_view filename);

} // namespace stillwatch::evidence
