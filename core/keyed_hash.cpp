#include "core/keyed_hash.hpp"

#include <sodium.h>

#include <stdexcept>

namespace stillwatch {

static_assert(crypto_shorthash_siphashx24_BYTES == sizeof(Key128));
static_assert(crypto_shorthash_siphashx24_KEYBYTES == sizeof(Key128));

Key128 keyed_hash(const Key128& key, ByteView data) noexcept
{
    Key128 hash;
    crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(hash.data()),
                                reinterpret_cast<const unsigned char*>(data.data()), data.size(),
                                reinterpret_cast<const unsigned char*>(key.data()));
    return hash;
}

Key128 random_key()
{
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
    Key128 key;
    randombytes_buf(key.data(), key.size());
    return key;
}

} // namespace stillwatch
