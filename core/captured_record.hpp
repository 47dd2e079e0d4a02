#pragma once

#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/url.hpp"

#include <string>

namespace stillwatch {

// Where the bytes of a picture are kept as evidence: the record of an answer in the archive of a package.
struct CapturedRecord {
    std::string package{}; // name of the sealed file
    std::string record{};  // WARC-Record-ID, with its angle brackets
    Url url;               // WARC-Target-URI
    Timestamp at{};        // WARC-Date
    Sha256 payload{};      // of the payload, which is the picture: it came without content encoding

    friend bool operator==(const CapturedRecord&, const CapturedRecord&) = default;
};

} // namespace stillwatch
