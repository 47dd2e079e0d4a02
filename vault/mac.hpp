#pragma once

#include "vault/secret.hpp"

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace stillwatch::vault {

// HMAC-SHA-256 (RFC 2104): 32 bytes. The key may have any length.
Bytes hmac_sha256(ByteView key, ByteView data);

// HKDF with SHA-256 (RFC 5869) fills `out`, 1..8160 bytes.
void hkdf_sha256(ByteView key, ByteView salt, std::string_view info, std::span<std::byte> out);
// The same in memory of its own.
SecretBytes hkdf_sha256(ByteView key, ByteView salt, std::string_view info, std::size_t size);

// A stable id in the form of a UUID (version 8): the same key and parts give the same id, and without the key
// nobody can test a guess at the parts. Parts do not run together: {"ab", "c"} and {"a", "bc"} differ.
std::string derive_id(ByteView key, std::initializer_list<std::string_view> parts);

} // namespace stillwatch::vault
