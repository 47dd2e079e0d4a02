#include "core/chunked.hpp"
#include "tests/fuzz/claim.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

using namespace stillwatch;
using stillwatch::fuzz::claim;

namespace {

std::string in_chunks(ByteView payload, std::size_t chunk_bytes)
{
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string body;
    while (!payload.empty()) {
        const auto part = payload.first(std::min(chunk_bytes, payload.size()));
        body += digits[part.size() / 16];
        body += digits[part.size() % 16];
        body += "\r\n";
        body += as_text(part);
        body += "\r\n";
        payload = payload.subspan(part.size());
    }
    return body + "0\r\n\r\n";
}

} // namespace

// The input is a chunked body; what is inside it is also put into chunks and taken out again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView body(reinterpret_cast<const std::byte*>(data), size);
    const auto inside = unchunk(body);
    claim(inside.payload.size() <= size, "nothing is added");
    if (inside.end == Unchunked::End::complete) {
        auto longer = Bytes(body.begin(), body.end());
        longer.push_back(std::byte{'x'});
        claim(unchunk(longer) == inside, "what follows the last chunk changes nothing");
    }
    if (size > 1) {
        const auto earlier = unchunk(body.first(size - 1)).payload;
        claim(earlier.size() <= inside.payload.size() &&
                  std::equal(earlier.begin(), earlier.end(), inside.payload.begin()),
              "a body that ends earlier has the beginning of the payload");
    }
    const auto again = unchunk(as_bytes(in_chunks(body, 1 + size % 255)));
    claim(again.end == Unchunked::End::complete && std::ranges::equal(again.payload, body),
          "a payload survives its chunks");
    return 0;
}
