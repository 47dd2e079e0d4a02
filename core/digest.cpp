#include "core/digest.hpp"

#include <sodium.h>

#include <cstring>

namespace stillwatch {

namespace {

const unsigned char* raw(ByteView bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

} // namespace

Sha256 Sha256::of(ByteView data)
{
    Sha256 digest;
    crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.bytes.data()), raw(data), data.size());
    return digest;
}

std::optional<Sha256> Sha256::from_hex(std::string_view hex)
{
    Sha256 digest;
    if (!stillwatch::from_hex(hex, digest.bytes)) return std::nullopt;
    return digest;
}

static_assert(sizeof(crypto_hash_sha256_state) <= 128, "Sha256Hasher::state_ holds libsodium's state");

Sha256Hasher::Sha256Hasher() : state_{}
{
    crypto_hash_sha256_init(reinterpret_cast<crypto_hash_sha256_state*>(state_.data()));
}

void Sha256Hasher::update(ByteView part)
{
    crypto_hash_sha256_update(reinterpret_cast<crypto_hash_sha256_state*>(state_.data()), raw(part),
                              part.size());
}

Sha256 Sha256Hasher::finish()
{
    Sha256 digest;
    crypto_hash_sha256_final(reinterpret_cast<crypto_hash_sha256_state*>(state_.data()),
                             reinterpret_cast<unsigned char*>(digest.bytes.data()));
    return digest;
}

} // namespace stillwatch

std::size_t std::hash<stillwatch::Sha256>::operator()(const stillwatch::Sha256& digest) const noexcept
{
    std::size_t value = 0;
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
}
