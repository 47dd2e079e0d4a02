#pragma once

#include "core/bytes.hpp"

#include <cstdint>

namespace stillwatch::pictures {

// Numbers inside a file, at an offset the caller has checked.
inline std::uint8_t byte_at(ByteView bytes, std::size_t at) noexcept
{
    return std::to_integer<std::uint8_t>(bytes[at]);
}

inline std::uint16_t big_16(ByteView bytes, std::size_t at) noexcept
{
    return static_cast<std::uint16_t>(byte_at(bytes, at) << 8U | byte_at(bytes, at + 1));
}

inline std::uint32_t big_32(ByteView bytes, std::size_t at) noexcept
{
    return std::uint32_t{big_16(bytes, at)} << 16U | big_16(bytes, at + 2);
}

inline std::uint16_t little_16(ByteView bytes, std::size_t at) noexcept
{
    return static_cast<std::uint16_t>(byte_at(bytes, at + 1) << 8U | byte_at(bytes, at));
}

inline std::uint32_t little_32(ByteView bytes, std::size_t at) noexcept
{
    return std::uint32_t{little_16(bytes, at + 2)} << 16U | little_16(bytes, at);
}

inline bool begins_with(ByteView bytes, std::string_view magic) noexcept
{
    return bytes.size() >= magic.size() && as_text(bytes.first(magic.size())) == magic;
}

} // namespace stillwatch::pictures
