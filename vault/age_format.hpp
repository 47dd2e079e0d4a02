#pragma once

#include <sodium.h>

#include <cstddef>

// Inside this folder only: sizes of age v1 (https://age-encryption.org/v1), in bytes.
namespace stillwatch::vault {

inline constexpr std::size_t file_key_size = 16;
inline constexpr std::size_t tag_size = crypto_aead_chacha20poly1305_ietf_ABYTES;

} // namespace stillwatch::vault
