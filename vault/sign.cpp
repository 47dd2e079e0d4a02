#include "vault/sign.hpp"

#include "core/digest.hpp"
#include "vault/random.hpp"
#include "vault/sodium.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <iterator>

namespace stillwatch::vault {

namespace {

static_assert(crypto_sign_BYTES == sizeof(Signature) && crypto_sign_SEEDBYTES == 32);

constexpr std::string_view pem_begin = "-----BEGIN PUBLIC KEY-----\n";
constexpr std::string_view pem_end = "\n-----END PUBLIC KEY-----\n";

// DER before the 32 bytes of the key: SEQUENCE { SEQUENCE { OID 1.3.101.112 } BIT STRING } (RFC 8410 section
// 4).
constexpr std::array<unsigned char, 12> der_head{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

} // namespace

Result<VerifyKey> VerifyKey::from_pem(std::string_view pem)
{
    const Error refused{Errc::malformed, "not an Ed25519 public key in PEM"};
    if (!pem.starts_with(pem_begin) || !pem.ends_with(pem_end)) return refused;
    if (pem.size() < pem_begin.size() + pem_end.size()) return refused;
    const auto text = pem.substr(pem_begin.size(), pem.size() - pem_begin.size() - pem_end.size());
    std::array<unsigned char, der_head.size() + 32> der{};
    std::size_t size = 0;
    const char* end = nullptr;
    if (sodium_base642bin(der.data(), der.size(), text.data(), text.size(), nullptr, &size, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return refused;
    if (size != der.size() || end != text.data() + text.size()) return refused;
    if (!std::equal(der_head.begin(), der_head.end(), der.begin())) return refused;
    VerifyKey key;
    std::ranges::copy(std::as_bytes(std::span(der).subspan(der_head.size())), key.bytes.begin());
    return key;
}

std::string VerifyKey::pem() const
{
    Bytes der;
    std::ranges::copy(std::as_bytes(std::span(der_head)), std::back_inserter(der));
    der.insert(der.end(), bytes.begin(), bytes.end());
    return fmt::format("{}{}{}", pem_begin, to_base64(der), pem_end);
}

std::string VerifyKey::id() const
{
    return Sha256::of(bytes).hex().substr(0, 16);
}

bool verify(const VerifyKey& key, ByteView message, ByteView signature) noexcept
{
    return signature.size() == crypto_sign_BYTES &&
           crypto_sign_verify_detached(raw(signature), raw(message), message.size(), raw(key.bytes)) == 0;
}

SigningKey SigningKey::generate()
{
    SecretBytes seed(crypto_sign_SEEDBYTES);
    fill_random(seed.bytes());
    auto key = from_seed(seed.bytes());
    return *std::move(key);
}

Result<SigningKey> SigningKey::from_seed(ByteView seed)
{
    if (seed.size() != crypto_sign_SEEDBYTES)
        return Error{Errc::corrupt, fmt::format("a signing key of {} bytes instead of 32", seed.size())};
    return SigningKey(seed);
}

SigningKey::SigningKey(ByteView seed)
    : on_p384_(P384SigningKey::derive(seed)), secret_(crypto_sign_SECRETKEYBYTES)
{
    crypto_sign_seed_keypair(raw_out(verify_key_.bytes), raw_out(secret_.bytes()), raw(seed));
}

Signature SigningKey::sign(ByteView message) const
{
    Signature signature;
    crypto_sign_detached(raw_out(signature), nullptr, raw(message), message.size(), raw(secret_.bytes()));
    return signature;
}

} // namespace stillwatch::vault
