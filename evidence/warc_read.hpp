#pragma once

#include "core/bytes.hpp"
#include "core/fetch.hpp"
#include "evidence/cdxj.hpp"
#include "evidence/redact.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::evidence {

// Bounds of reading a WARC file back.
struct WarcLimits {
    std::size_t max_record_bytes = 256U << 20U;
    std::size_t max_records = 10'000;
};

// A request with its answer, as the records tell it. Of `fetched` all is filled in but `secrets`, `interim`
// and what HTTP/2 heads looked like.
struct ReadExchange {
    Fetched fetched;
    std::string via;
    RedactedNames redacted;
    std::string record{};         // id of the record of the answer, "<urn:uuid:…>"
    std::string payload_digest{}; // as that record has it, "sha256:…"; empty where it has none
    // Where the record is of type "revisit": which record holds its payload, and the payload's digest.
    // `fetched` has no body then.
    struct Revisit {
        std::string record{};
        std::string url{};
        std::string at{};
        std::string payload_digest{}; // "sha256:…"
    };
    std::optional<Revisit> revisit{};
};

// What a file of write_warc holds.
struct WarcContent {
    std::size_t records = 0;
    Timestamp created_at{};
    std::string software;
    std::string organisation;
    std::vector<ReadExchange> exchanges;
    std::vector<CdxRecord> index; // what write_warc said of them
};

// Reads a file of write_warc and checks every record: form, length, id, block digest, payload digest of
// responses; and that the records are exactly those that write_warc writes, in its order, each exchange with
// one address, time and peer. Errors: corrupt and too_large, naming the record.
Result<WarcContent> read_warc(ByteView file, const WarcLimits& limits = {});

} // namespace stillwatch::evidence
