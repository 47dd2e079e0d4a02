#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"

#include <cstddef>

namespace stillwatch::evidence {

// Bounds of reading a WARC file back.
struct WarcLimits {
    std::size_t max_record_bytes = 256U << 20U;
    std::size_t max_records = 10'000;
};

// Reads a file of write_warc and checks every record: form, length, block digest, payload digest of
// responses. Gives the number of records. Errors: corrupt and too_large, naming the record.
Result<std::size_t> check_warc(ByteView file, const WarcLimits& limits = {});

} // namespace stillwatch::evidence
