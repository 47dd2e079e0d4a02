#pragma once

#include "core/bytes.hpp"

#include <array>
#include <string>

namespace stillwatch::vault {

// Bytes of the kernel's random generator, fit for keys.
void fill_random(std::span<std::byte> out);
Bytes random_bytes(std::size_t size);

// An unguessable name for addresses and secrets: 32 lower-case hexadecimal digits, 128 bits.
std::string random_token();

// A random UUID, version 4 (RFC 9562 section 5.4): "f81d4fae-7dec-41d0-a765-00a0c91e6bf6".
std::string random_uuid();

// 16 bytes as a UUID of `version`; the bits of version and variant are overwritten (RFC 9562 section 4).
std::string uuid_from(std::array<std::byte, 16> bytes, unsigned version);

} // namespace stillwatch::vault
