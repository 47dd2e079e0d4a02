#pragma once

#include "core/result.hpp"
#include "vault/secret.hpp"

#include <array>
#include <string>

namespace stillwatch::vault {

// A public key on the curve P-384 (FIPS 186-4): the coordinates x and y of its point, big-endian.
struct P384VerifyKey {
    std::array<std::byte, 96> point{};

    // SubjectPublicKeyInfo (RFC 5480) in DER, 120 bytes. Errors: malformed (another curve, a point beside
    // it).
    static Result<P384VerifyKey> from_spki(ByteView der);
    Bytes spki() const;

    friend bool operator==(const P384VerifyKey&, const P384VerifyKey&) = default;
};

// r and s of ECDSA, big-endian one behind the other, as WebCrypto has it.
using P384Signature = std::array<std::byte, 96>;

// Whether `signature` is one of `key` over the SHA-256 of `message`.
bool verify(const P384VerifyKey& key, ByteView message, ByteView signature);

// A secret key on P-384. Signing is deterministic: its nonce derives from key and message, so that equal
// messages have equal signatures and no weak source of chance can give the key away.
class P384SigningKey {
public:
    // The key that belongs to `seed` (32 bytes or more, secret).
    static P384SigningKey derive(ByteView seed);

    const P384VerifyKey& verify_key() const noexcept { return verify_key_; }
    // Over the SHA-256 of `message`.
    P384Signature sign(ByteView message) const;

private:
    P384SigningKey() = default;
    P384VerifyKey verify_key_;
    SecretBytes scalar_; // 48 bytes, big-endian
};

} // namespace stillwatch::vault
