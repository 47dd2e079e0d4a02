#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView as_bytes(std::string_view text) noexcept
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

inline std::string_view as_text(ByteView bytes) noexcept
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(std::string_view text)
{
    const auto view = as_bytes(text);
    return {view.begin(), view.end()};
}

inline void append(Bytes& out, ByteView data)
{
    out.insert(out.end(), data.begin(), data.end());
}

inline bool begins_with(ByteView bytes, std::string_view magic) noexcept
{
    return bytes.size() >= magic.size() && as_text(bytes.first(magic.size())) == magic;
}

// Lower-case hexadecimal, two digits a byte.
std::string to_hex(ByteView bytes);

// Fills `out` exactly; false on any other length or a character that is no digit.
bool from_hex(std::string_view hex, std::span<std::byte> out) noexcept;

// Standard base64 with padding (RFC 4648 section 4).
std::string to_base64(ByteView bytes);

// Reads what to_base64 writes, padding included; nothing on other text.
std::optional<Bytes> from_base64(std::string_view text);

// Upper-case base32 without padding (RFC 4648 section 6), as WARC digests are written.
std::string to_base32(ByteView bytes);

} // namespace stillwatch
