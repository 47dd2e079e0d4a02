#pragma once

#include "core/result.hpp"
#include "vault/p384.hpp"
#include "vault/secret.hpp"

#include <array>
#include <string>
#include <string_view>

namespace stillwatch::vault {

using Signature = std::array<std::byte, 64>;

// An Ed25519 public key (RFC 8032): what one needs to check a signature.
struct VerifyKey {
    std::array<std::byte, 32> bytes{};

    // SubjectPublicKeyInfo as PEM (RFC 8410), as OpenSSL reads it. Errors: malformed.
    static Result<VerifyKey> from_pem(std::string_view pem);
    std::string pem() const;
    // Names the key in manifests: the first 16 hexadecimal digits of its SHA-256.
    std::string id() const;

    friend bool operator==(const VerifyKey&, const VerifyKey&) = default;
};

bool verify(const VerifyKey& key, ByteView message, ByteView signature) noexcept;

// An Ed25519 secret key, and the key on P-384 that belongs to it: what browsers check. Signing is
// deterministic: the same message gives the same signature.
class SigningKey {
public:
    static SigningKey generate();
    // Errors: corrupt (not 32 bytes).
    static Result<SigningKey> from_seed(ByteView seed);

    const VerifyKey& verify_key() const noexcept { return verify_key_; }
    const P384SigningKey& on_p384() const noexcept { return on_p384_; }
    ByteView seed() const noexcept { return secret_.bytes().first(32); }
    Signature sign(ByteView message) const;

private:
    explicit SigningKey(ByteView seed);
    P384SigningKey on_p384_;
    VerifyKey verify_key_;
    SecretBytes secret_; // seed and public key, as libsodium wants it
};

} // namespace stillwatch::vault
