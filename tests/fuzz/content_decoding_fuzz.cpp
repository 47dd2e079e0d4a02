#include "sandbox/content_decoding.hpp"
#include "tests/fuzz/claim.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

using namespace stillwatch;
using stillwatch::fuzz::claim;

// The first byte chooses the encoding, the rest is the content.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::array<std::string_view, 6> encodings{"gzip", "deflate",  "br",
                                                        "zstd", "br, gzip", "identity"};
    constexpr std::size_t max_bytes = 100'000;
    if (size == 0) return 0;
    const auto content = std::as_bytes(std::span(data, size)).subspan(1);
    const auto decoded = sandbox::decode_content(content, encodings[data[0] % encodings.size()], max_bytes);
    if (decoded)
        claim(decoded->bytes.size() <= max_bytes, "decoded bytes in bounds");
    else
        claim(decoded.error().code == Errc::too_large || decoded.error().code == Errc::undecodable,
              "errors as told");
    return 0;
}
