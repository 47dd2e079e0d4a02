#pragma once

#include "core/bytes.hpp"

// Inside this folder only.
namespace stillwatch::vault {

// Makes libsodium ready (random source, fastest code for this processor); call before using it. Cheap when
// done already, from any thread. Throws std::runtime_error when the system gives no randomness.
void require_sodium();

// Never null, which some of libsodium's functions do not take even for no bytes at all.
inline const unsigned char* raw(ByteView bytes) noexcept
{
    static constexpr unsigned char none = 0;
    if (bytes.empty()) return &none;
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

inline unsigned char* raw_out(std::span<std::byte> bytes) noexcept
{
    return reinterpret_cast<unsigned char*>(bytes.data());
}

} // namespace stillwatch::vault
