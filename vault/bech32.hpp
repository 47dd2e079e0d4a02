#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

namespace stillwatch::vault {

// Text with a prefix and a checksum (BIP 173); keys of age are written so.
struct Bech32 {
    std::string prefix; // lower case
    Bytes data;
};

// Errors: invalid_argument, with the reason.
Result<Bech32> decode_bech32(std::string_view text);

// Lower case.
std::string encode_bech32(std::string_view prefix, ByteView data);

} // namespace stillwatch::vault
