#pragma once

#include "core/result.hpp"
#include "vault/secret.hpp"

#include <array>
#include <string_view>

namespace stillwatch::vault {

// An X25519 public key: what one needs to seal. Anyone may know it.
struct PublicKey {
    std::array<std::byte, 32> bytes{};

    friend bool operator==(const PublicKey&, const PublicKey&) = default;
};

// A public key with the secret that opens what was sealed to it.
struct KeyPair {
    PublicKey public_key;
    SecretBytes secret; // 32 bytes
};

KeyPair make_key_pair();

// The pair of a secret of 32 bytes. Errors: corrupt (another length).
Result<KeyPair> key_pair_of(SecretBytes secret);

// Seals `clear` so that only the owner of `to` reads it (a libsodium sealed box). `context` says what it is
// and whose, for example "reference C-7F3K"; it must be given again to open, so a blob cannot be put in
// another's place. 80 bytes longer than `clear`.
Bytes seal(const PublicKey& to, std::string_view context, ByteView clear);

// Errors: corrupt (another key, another context, or changed bytes).
Result<SecretBytes> open(const KeyPair& key, std::string_view context, ByteView sealed);

} // namespace stillwatch::vault
