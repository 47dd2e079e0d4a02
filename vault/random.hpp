#pragma once

#include "core/bytes.hpp"

#include <array>
#include <string>

namespace stillwatch::vault {

// Bytes of the kernel's random generator, fit for keys.
void fill_random(std::span<std::byte> out);
Bytes random_bytes(std::size_t size);

// 16 bytes as a UUID of `version`; the bits of version and variant are overwritten (RFC 9562 section 4).
std::string uuid_from(std::array<std::byte, 16> bytes, unsigned version);

} // namespace stillwatch::vault
